"""The migrations of chat go both ways, and say all that the models do."""

from __future__ import annotations

import psycopg
import pytest
from django.core.management import call_command

from tests.persistence.conftest import as_owner_run, migrate

TABLES = "SELECT count(*) FROM pg_tables WHERE tablename LIKE 'chat\\_%'"
POLICIES = "SELECT count(*) FROM pg_policies WHERE tablename LIKE 'chat\\_%'"


def scalar(server, statement: str) -> object:
    with psycopg.connect(server.url("lamla_test")) as superuser:
        return superuser.execute(statement).fetchone()[0]


@pytest.mark.usefixtures("database")
def test_each_migration_can_be_taken_back(server):
    """
    Down to nothing, step by step, and up again.
    """
    try:
        for name in ("0007", "0006", "0005", "0004", "0003", "0002", "0001", "zero"):
            as_owner_run(
                lambda to=name: call_command("migrate", "chat", to, verbosity=0)
            )
        left = scalar(server, TABLES)
    finally:
        migrate()

    assert 0 == left
    assert 7 == scalar(server, TABLES)
    assert 14 == scalar(server, POLICIES)


@pytest.mark.usefixtures("database")
def test_the_models_have_no_changes_without_a_migration():
    """
    `makemigrations --check` finds nothing to write.
    """
    as_owner_run(
        lambda: call_command("makemigrations", check=True, dry_run=True, verbosity=0)
    )
