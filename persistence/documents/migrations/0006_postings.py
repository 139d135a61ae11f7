"""The postings of the keyword leg, and the function that searches both legs."""

from __future__ import annotations

from django.db import migrations, models
from django.db.migrations import RunSQL

from persistence.documents.sql import read
from persistence.rls import service_only

TABLE = """
    CREATE TABLE documents_posting (
        owner_id uuid NOT NULL,
        term text NOT NULL,
        language text NOT NULL,
        document_id uuid NOT NULL,
        -- Of at most 1,000 chunks, so that a long document needs no long rows.
        segment integer NOT NULL,
        -- One for each chunk with the term: ordinal << 32 | occurrences << 16 | terms
        -- of the chunk, the last two at most 65,535.
        postings bigint[] NOT NULL,
        PRIMARY KEY (owner_id, term, language, document_id, segment),
        CONSTRAINT documents_posting_document_fk FOREIGN KEY (document_id, owner_id)
            REFERENCES documents_document (id, owner_id) ON DELETE CASCADE
    );
    CREATE INDEX documents_posting_document ON documents_posting (document_id);
"""


class Migration(migrations.Migration):
    dependencies = [("documents", "0005_ingestion_queue")]

    operations = [
        migrations.AddField(
            "document", "term_count", models.BigIntegerField(db_default=0)
        ),
        RunSQL(TABLE, "DROP TABLE documents_posting"),
        service_only("documents_posting"),
        RunSQL(
            read("0006_search.sql"),
            "DROP FUNCTION documents_search",
        ),
    ]
