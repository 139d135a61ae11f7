"""Tells who follows a document that it was put into a collection, or taken out."""

from __future__ import annotations

from django.db import migrations
from django.db.migrations import RunSQL

# As 0007 does for the document's own row.
FORWARD = """
    CREATE FUNCTION documents_notify_membership() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        changed documents_collectiondocument :=
            CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
    BEGIN
        PERFORM pg_notify(
            'lamla_documents',
            changed.owner_id::text || ':' || changed.document_id::text
        );
        RETURN NULL;
    END
    $$;
    CREATE TRIGGER documents_collectiondocument_notify
        AFTER INSERT OR DELETE ON documents_collectiondocument
        FOR EACH ROW EXECUTE FUNCTION documents_notify_membership();
"""
REVERSE = """
    DROP TRIGGER documents_collectiondocument_notify ON documents_collectiondocument;
    DROP FUNCTION documents_notify_membership();
"""


class Migration(migrations.Migration):
    dependencies = [("documents", "0011_vectors_by_chunk")]

    operations = [RunSQL(FORWARD, REVERSE)]
