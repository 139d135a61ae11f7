"""The foreign keys of documents: they cascade in the database, and hold the owner.

A key that holds the owner keeps a row from hanging below a row of somebody else, which
row-level security alone does not: checks of foreign keys look past it.
"""

from __future__ import annotations

from django.conf import settings
from django.db import migrations
from django.db.migrations import RunSQL

OWNED = (
    "documents_document",
    "documents_collection",
    "documents_upload",
    "documents_documentrequest",
)
# What hangs below a document.
PARTS = (
    "documents_documentpage",
    "documents_documentchunk",
    "documents_stagedvector",
    "documents_collectiondocument",
    "documents_upload",
)


def add_key(table: str, columns: str, to: str, to_columns: str, name: str) -> RunSQL:
    """Adds one foreign key that cascades."""
    return RunSQL(
        f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY ({columns})"
        f" REFERENCES {to} ({to_columns}) ON DELETE CASCADE",
        f"ALTER TABLE {table} DROP CONSTRAINT {name}",
    )


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("documents", "0001_documents"),
    ]

    operations = [
        *(
            add_key(table, "owner_id", "identity_user", "id", f"{table}_owner_fk")
            for table in OWNED
        ),
        *(
            add_key(
                table,
                "document_id, owner_id",
                "documents_document",
                "id, owner_id",
                f"{table}_document_fk",
            )
            for table in PARTS
        ),
        add_key(
            "documents_collectiondocument",
            "collection_id, owner_id",
            "documents_collection",
            "id, owner_id",
            "documents_collectiondocument_collection_fk",
        ),
        # Progress is written often: room for the new version on the same page.
        RunSQL(
            "ALTER TABLE documents_document SET (fillfactor = 70)",
            "ALTER TABLE documents_document RESET (fillfactor)",
        ),
    ]
