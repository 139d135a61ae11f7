"""Row-level security of chat: users' calls see and write their owner's rows only."""

from __future__ import annotations

from django.db import migrations

from persistence.rls import enable_owner_policy


class Migration(migrations.Migration):
    dependencies = [("chat", "0002_foreign_keys")]

    operations = [
        enable_owner_policy("chat_conversation"),
        enable_owner_policy("chat_conversationrequest"),
        enable_owner_policy("chat_message"),
        enable_owner_policy("chat_generation"),
        enable_owner_policy("chat_generationdelta"),
    ]
