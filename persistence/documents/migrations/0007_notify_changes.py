"""Tells whoever listens which document has changed: for WatchIngestion."""

from __future__ import annotations

from django.db import migrations
from django.db.migrations import RunSQL

# The channel is persistence/documents/watch/listener.py's.
FORWARD = """
    CREATE FUNCTION documents_notify() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        changed documents_document := CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
    BEGIN
        PERFORM pg_notify(
            'lamla_documents', changed.owner_id::text || ':' || changed.id::text
        );
        RETURN NULL;
    END
    $$;
    CREATE TRIGGER documents_document_notify
        AFTER INSERT OR DELETE ON documents_document
        FOR EACH ROW EXECUTE FUNCTION documents_notify();
    CREATE TRIGGER documents_document_notify_update
        AFTER UPDATE ON documents_document
        FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*)
        EXECUTE FUNCTION documents_notify();
"""
REVERSE = """
    DROP TRIGGER documents_document_notify_update ON documents_document;
    DROP TRIGGER documents_document_notify ON documents_document;
    DROP FUNCTION documents_notify();
"""


class Migration(migrations.Migration):
    dependencies = [("documents", "0006_postings")]

    operations = [RunSQL(FORWARD, REVERSE)]
