"""Marks what `seed_database` has made."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("chat", "0008_evidence")]

    operations = [
        migrations.AddField(
            "conversation", "is_seed", models.BooleanField(db_default=False)
        ),
    ]
