"""Vectors by the name of their model, and postings, for fixtures: `loaddata`.

Which index version a model's vectors belong to differs between installations, and
there may be none. The view finds it out; to the roles that serve it is closed.
"""

from __future__ import annotations

import django.contrib.postgres.fields
import django.db.models.deletion
import pgvector.django.halfvec
from django.conf import settings
from django.db import migrations, models
from django.db.migrations import RunSQL

from persistence.database import APP_ROLE, SERVICE_ROLE

FORWARD = f"""
    CREATE VIEW documents_modelvector AS
        SELECT i.model, v.chunk_id, v.owner_id, v.document_id, v.embedding
        FROM documents_chunkvector v
        JOIN documents_indexversion i ON i.id = v.index_id
        WHERE i.state IN (1, 2);
    REVOKE ALL ON documents_modelvector FROM {APP_ROLE}, {SERVICE_ROLE};

    CREATE FUNCTION documents_modelvector_write() RETURNS trigger LANGUAGE plpgsql
        SET search_path = public, pg_temp
    AS $$
    BEGIN
        -- As with the first vectors of all: their model is the index's from now on.
        UPDATE documents_indexversion SET model = NEW.model
        WHERE state = 2 AND model = '';
        INSERT INTO documents_chunkvector
            (index_id, chunk_id, owner_id, document_id, embedding)
        SELECT id, NEW.chunk_id, NEW.owner_id, NEW.document_id, NEW.embedding
        FROM documents_indexversion
        WHERE state IN (1, 2) AND model = NEW.model
        ON CONFLICT (index_id, chunk_id) DO UPDATE SET embedding = excluded.embedding;
        RETURN NEW;
    END
    $$;
    REVOKE ALL ON FUNCTION documents_modelvector_write() FROM PUBLIC;
    CREATE TRIGGER documents_modelvector_write
        INSTEAD OF INSERT OR UPDATE ON documents_modelvector
        FOR EACH ROW EXECUTE FUNCTION documents_modelvector_write();
"""
REVERSE = """
    DROP VIEW documents_modelvector;
    DROP FUNCTION documents_modelvector_write();
"""


def reference(to: str) -> models.ForeignKey:
    """Makes a key that PostgreSQL alone knows to be one."""
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
        ("documents", "0009_change_owners"),
    ]

    operations = [
        RunSQL(FORWARD, REVERSE),
        migrations.CreateModel(
            name="ModelVector",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "model",
                        "chunk_id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("model", models.TextField()),
                (
                    "embedding",
                    pgvector.django.halfvec.HalfVectorField(dimensions=384),
                ),
                ("chunk", reference("documents.documentchunk")),
                ("document", reference("documents.document")),
                ("owner", reference(settings.AUTH_USER_MODEL)),
            ],
            options={"managed": False},
        ),
        migrations.CreateModel(
            name="Posting",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "owner_id",
                        "term",
                        "language",
                        "document_id",
                        "segment",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("term", models.TextField()),
                ("language", models.TextField()),
                ("segment", models.IntegerField()),
                (
                    "postings",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), size=None
                    ),
                ),
                ("document", reference("documents.document")),
                ("owner", reference(settings.AUTH_USER_MODEL)),
            ],
            options={"managed": False},
        ),
    ]
