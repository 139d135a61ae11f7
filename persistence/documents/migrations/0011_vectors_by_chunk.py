"""Finds the vectors of a chunk by the chunk alone, as deleting it does.

Before PostgreSQL 18, an index that begins with another column is no help: each chunk
that goes would have all vectors of its owner looked through.
"""

from __future__ import annotations

from django.db import migrations
from django.db.migrations import RunSQL


def keyed_by(columns: str) -> str:
    """Returns the statement that orders the primary key so."""
    return f"""
        ALTER TABLE documents_chunkvector
            DROP CONSTRAINT documents_chunkvector_pkey, ADD PRIMARY KEY ({columns})
    """


class Migration(migrations.Migration):
    dependencies = [("documents", "0010_vectors_by_model")]

    operations = [
        RunSQL(keyed_by("chunk_id, index_id"), keyed_by("index_id, chunk_id"))
    ]
