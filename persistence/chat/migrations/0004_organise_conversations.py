"""Pins, archive, deletion with undo, whose title it is, where a reader stands.

Columns with constant defaults, and a foreign key that is checked later: nothing here
rewrites a table or reads it through under a lock that others wait for.
"""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models
from django.db.migrations import RunSQL

FIRST_MESSAGE, MODEL, USER = range(3)
TITLE_BY = [(FIRST_MESSAGE, "First Message"), (MODEL, "Model"), (USER, "User")]

# Whose title an older conversation has is not known: none is overwritten.
OLDER_TITLES_STAY = models.PositiveSmallIntegerField(choices=TITLE_BY, db_default=USER)
NEW_TITLES_GIVE_WAY = models.PositiveSmallIntegerField(
    choices=TITLE_BY, db_default=FIRST_MESSAGE
)


class Migration(migrations.Migration):

    dependencies = [("chat", "0003_owner_policies")]

    operations = [
        migrations.AddField("conversation", "title_by", OLDER_TITLES_STAY),
        migrations.AlterField("conversation", "title_by", NEW_TITLES_GIVE_WAY),
        migrations.AddField(
            "conversation", "pinned", models.BooleanField(db_default=False)
        ),
        migrations.AddField(
            "conversation", "archived", models.BooleanField(db_default=False)
        ),
        migrations.AddField(
            "conversation", "delete_time", models.DateTimeField(null=True)
        ),
        migrations.AddField(
            "conversation",
            "current_message",
            models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="chat.message",
            ),
        ),
        migrations.AddField(
            "generation", "prefix_length", models.BigIntegerField(db_default=0)
        ),
        migrations.AddField(
            "conversationrequest", "count", models.BigIntegerField(db_default=0)
        ),
        RunSQL(
            "ALTER TABLE chat_conversation ADD CONSTRAINT"
            " chat_conversation_current_message_fk"
            " FOREIGN KEY (id, current_message_id)"
            " REFERENCES chat_message (conversation_id, id)"
            " ON DELETE SET NULL (current_message_id) NOT VALID",
            "ALTER TABLE chat_conversation DROP CONSTRAINT"
            " chat_conversation_current_message_fk",
        ),
    ]
