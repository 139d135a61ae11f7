"""Lets the rows of a document change their owner, one table after the other.

The keys that hold the owner are checked at the end of a transaction that asks for it
(SET CONSTRAINTS), at once as before in all others. What cascades still does at once.
"""

from __future__ import annotations

from django.db import migrations
from django.db.migrations import RunSQL

KEYS = (
    ("documents_documentpage", "documents_documentpage_document_fk"),
    ("documents_documentchunk", "documents_documentchunk_document_fk"),
    ("documents_posting", "documents_posting_document_fk"),
    ("documents_stagedvector", "documents_stagedvector_document_fk"),
    ("documents_chunkvector", "documents_chunkvector_chunk_fk"),
    ("documents_upload", "documents_upload_document_fk"),
)


def deferrable(table: str, key: str) -> RunSQL:
    """Changes the catalogue only."""
    return RunSQL(
        f"ALTER TABLE {table} ALTER CONSTRAINT {key} DEFERRABLE INITIALLY IMMEDIATE",
        f"ALTER TABLE {table} ALTER CONSTRAINT {key} NOT DEFERRABLE",
    )


class Migration(migrations.Migration):
    dependencies = [("documents", "0008_stage_by_version")]

    operations = [deferrable(*key) for key in KEYS]
