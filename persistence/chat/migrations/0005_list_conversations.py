"""The index of the list, made while others write; and the foreign key's check."""

from __future__ import annotations

from django.contrib.postgres.operations import (
    AddIndexConcurrently,
    RemoveIndexConcurrently,
)
from django.db import migrations, models
from django.db.migrations import RunSQL


class Migration(migrations.Migration):

    atomic = False

    dependencies = [("chat", "0004_organise_conversations")]

    operations = [
        AddIndexConcurrently(
            "conversation",
            models.Index(
                condition=models.Q(("delete_time__isnull", True)),
                fields=["owner", "archived", "-pinned", "-update_time", "-id"],
                name="chat_conversation_listed",
            ),
        ),
        AddIndexConcurrently(
            "conversation",
            models.Index(
                condition=models.Q(("delete_time__isnull", False)),
                fields=["delete_time"],
                name="chat_conversation_deleted",
            ),
        ),
        RemoveIndexConcurrently("conversation", "chat_conversation_recent"),
        RunSQL(
            "ALTER TABLE chat_conversation VALIDATE CONSTRAINT"
            " chat_conversation_current_message_fk",
            RunSQL.noop,
        ),
    ]
