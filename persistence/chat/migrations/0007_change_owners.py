"""Lets the rows of a conversation change their owner, one table after the other.

The keys that hold the owner are checked at the end of a transaction that asks for it
(SET CONSTRAINTS), at once as before in all others. What cascades still does at once.
"""

from __future__ import annotations

from django.db import migrations
from django.db.migrations import RunSQL

KEYS = (
    ("chat_generation", "chat_generation_conversation_fk"),
    ("chat_message", "chat_message_conversation_fk"),
    ("chat_message", "chat_message_generation_fk"),
    ("chat_generationdelta", "chat_generationdelta_generation_fk"),
    ("chat_searchentry", "chat_searchentry_conversation_fk"),
)


def deferrable(table: str, key: str) -> RunSQL:
    """Changes the catalogue only."""
    return RunSQL(
        f"ALTER TABLE {table} ALTER CONSTRAINT {key} DEFERRABLE INITIALLY IMMEDIATE",
        f"ALTER TABLE {table} ALTER CONSTRAINT {key} NOT DEFERRABLE",
    )


class Migration(migrations.Migration):

    dependencies = [("chat", "0006_search_entries")]

    operations = [deferrable(*key) for key in KEYS]
