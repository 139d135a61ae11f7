"""Staged vectors of several index versions, side by side."""

from __future__ import annotations

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.migrations import RunSQL
from pgvector.django import HalfVectorField

from persistence.rls import service_only

TABLE = "documents_stagedvector"
KEY = (
    f"ALTER TABLE {TABLE} ADD CONSTRAINT {TABLE}_document_fk"
    " FOREIGN KEY (document_id, owner_id)"
    " REFERENCES documents_document (id, owner_id) ON DELETE CASCADE"
)


def reference(to: str) -> models.ForeignKey:
    """Refers to a row without a constraint of Django's."""
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
        ("documents", "0007_notify_changes"),
    ]

    operations = [
        # On the way back, for the table as it was.
        RunSQL(RunSQL.noop, service_only(TABLE).sql),
        RunSQL(RunSQL.noop, KEY),
        # Made anew: a primary key cannot be altered, and what is staged can be made
        # again.
        migrations.DeleteModel("StagedVector"),
        migrations.CreateModel(
            "StagedVector",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "document_id",
                        "index_id",
                        "ordinal",
                        "owner_id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("index_id", models.SmallIntegerField()),
                ("ordinal", models.IntegerField()),
                ("source_hash", models.BinaryField(max_length=32)),
                ("embedding", HalfVectorField(dimensions=384)),
                ("document", reference("documents.document")),
                ("owner", reference(settings.AUTH_USER_MODEL)),
            ],
        ),
        RunSQL(KEY, RunSQL.noop),
        service_only(TABLE),
    ]
