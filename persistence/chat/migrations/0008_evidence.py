"""What conversations search, what answers rest on, and the evidence for them.

Columns without defaults, and one new table: nothing here rewrites a table.
"""

from __future__ import annotations

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.migrations import RunSQL

from persistence.rls import enable_owner_policy

# Deferrable, so that a guest's answers and documents can change their owner together.
FOREIGN_KEYS = """
ALTER TABLE chat_citation
    ADD CONSTRAINT chat_citation_generation_fk
        FOREIGN KEY (generation_id, owner_id)
        REFERENCES chat_generation (id, owner_id) ON DELETE CASCADE
        DEFERRABLE INITIALLY IMMEDIATE,
    ADD CONSTRAINT chat_citation_chunk_fk
        FOREIGN KEY (chunk_id, owner_id)
        REFERENCES documents_documentchunk (id, owner_id) ON DELETE CASCADE
        DEFERRABLE INITIALLY IMMEDIATE;
"""
NO_FOREIGN_KEYS = """
ALTER TABLE chat_citation
    DROP CONSTRAINT chat_citation_generation_fk,
    DROP CONSTRAINT chat_citation_chunk_fk;
"""


def reference(to: str) -> models.ForeignKey:
    """Makes a key that RunSQL constrains."""
    return models.ForeignKey(
        db_constraint=False,
        db_index=False,
        on_delete=django.db.models.deletion.DO_NOTHING,
        related_name="+",
        to=to,
    )


class Migration(migrations.Migration):

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("chat", "0007_change_owners"),
        ("documents", "0003_owner_policies"),
    ]

    operations = [
        migrations.AddField(
            "conversation", "scope", models.JSONField(null=True)
        ),
        migrations.AddField(
            "generation", "grounding", models.JSONField(null=True)
        ),
        migrations.AddField("generation", "claims", models.JSONField(null=True)),
        migrations.CreateModel(
            name="Citation",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("document_id", models.UUIDField()),
                ("document_title", models.TextField()),
                ("answer_start", models.BigIntegerField()),
                ("answer_end", models.BigIntegerField()),
                ("page", models.BigIntegerField()),
                ("source_start", models.BigIntegerField()),
                ("source_end", models.BigIntegerField()),
                ("quote", models.TextField()),
                ("score", models.FloatField()),
                ("chunk", reference("documents.documentchunk")),
                ("generation", reference("chat.generation")),
                ("owner", reference(settings.AUTH_USER_MODEL)),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["generation", "answer_start"],
                        name="chat_citation_answer",
                    ),
                    models.Index(fields=["chunk"], name="chat_citation_chunk"),
                ],
            },
        ),
        RunSQL(FOREIGN_KEYS, NO_FOREIGN_KEYS),
        enable_owner_policy("chat_citation"),
    ]
