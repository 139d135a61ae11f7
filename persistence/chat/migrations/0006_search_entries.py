"""The words of messages and titles. Older ones are entered by the running process."""

from __future__ import annotations

import django.contrib.postgres.search
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.migrations import RunSQL

from persistence.rls import enable_owner_policy

FOREIGN_KEYS = """
ALTER TABLE chat_searchentry
    ADD CONSTRAINT chat_searchentry_conversation_fk
        FOREIGN KEY (conversation_id, owner_id)
        REFERENCES chat_conversation (id, owner_id) ON DELETE CASCADE,
    ADD CONSTRAINT chat_searchentry_message_fk
        FOREIGN KEY (conversation_id, message_id)
        REFERENCES chat_message (conversation_id, id) ON DELETE CASCADE;
"""
NO_FOREIGN_KEYS = """
ALTER TABLE chat_searchentry
    DROP CONSTRAINT chat_searchentry_conversation_fk,
    DROP CONSTRAINT chat_searchentry_message_fk;
"""


def reference(to: str, *, null: bool = False) -> models.ForeignKey:
    """Makes a key that RunSQL constrains."""
    return models.ForeignKey(
        db_constraint=False,
        db_index=False,
        null=null,
        on_delete=django.db.models.deletion.DO_NOTHING,
        related_name="+",
        to=to,
    )


class Migration(migrations.Migration):

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("chat", "0005_list_conversations"),
    ]

    operations = [
        migrations.CreateModel(
            name="SearchEntry",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("words", django.contrib.postgres.search.SearchVectorField()),
                ("conversation", reference("chat.conversation")),
                ("message", reference("chat.message", null=True)),
                ("owner", reference(settings.AUTH_USER_MODEL)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["owner"], name="chat_searchentry_owner"),
                    models.Index(
                        fields=["conversation", "message"],
                        name="chat_searchentry_source",
                    ),
                ],
            },
        ),
        RunSQL(FOREIGN_KEYS, NO_FOREIGN_KEYS),
        enable_owner_policy("chat_searchentry"),
    ]
