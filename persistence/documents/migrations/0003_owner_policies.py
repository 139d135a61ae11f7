"""Row-level security of documents: users' calls see their owner's rows only."""

from __future__ import annotations

from django.db import migrations

from persistence.rls import enable_owner_policy, service_only


class Migration(migrations.Migration):
    dependencies = [("documents", "0002_foreign_keys")]

    operations = [
        enable_owner_policy("documents_document"),
        enable_owner_policy("documents_documentpage"),
        enable_owner_policy("documents_documentchunk"),
        enable_owner_policy("documents_collection"),
        enable_owner_policy("documents_collectiondocument"),
        enable_owner_policy("documents_upload"),
        enable_owner_policy("documents_documentrequest"),
        service_only("documents_stagedvector"),
        service_only("documents_indexversion"),
    ]
