"""The foreign keys of chat: they cascade in the database, and hold the owner.

A key that holds the owner keeps a row from hanging below a row of somebody else, which
row-level security alone does not: checks of foreign keys look past it.
"""

from __future__ import annotations

from django.conf import settings
from django.db import migrations
from django.db.migrations import RunSQL

OWNED = (
    "chat_conversation",
    "chat_conversationrequest",
)
# Table, columns, the table they refer to, its columns, name.
REFERENCES = (
    (
        "chat_generation",
        "conversation_id, owner_id",
        "chat_conversation",
        "id, owner_id",
        "chat_generation_conversation_fk",
    ),
    (
        "chat_message",
        "conversation_id, owner_id",
        "chat_conversation",
        "id, owner_id",
        "chat_message_conversation_fk",
    ),
    (
        "chat_message",
        "conversation_id, parent_id",
        "chat_message",
        "conversation_id, id",
        "chat_message_parent_fk",
    ),
    (
        "chat_message",
        "generation_id, owner_id",
        "chat_generation",
        "id, owner_id",
        "chat_message_generation_fk",
    ),
    (
        "chat_generationdelta",
        "generation_id, owner_id",
        "chat_generation",
        "id, owner_id",
        "chat_generationdelta_generation_fk",
    ),
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
        ("chat", "0001_conversations"),
    ]

    operations = [
        *(
            add_key(table, "owner_id", "identity_user", "id", f"{table}_owner_fk")
            for table in OWNED
        ),
        *(add_key(*reference) for reference in REFERENCES),
        # Each checkpoint writes a new version of the row: room for it on the same page.
        RunSQL(
            "ALTER TABLE chat_generation SET (fillfactor = 70)",
            "ALTER TABLE chat_generation RESET (fillfactor)",
        ),
    ]
