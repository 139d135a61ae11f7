"""The migrations of documents go both ways."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest
from django.core.management import call_command

from persistence.documents import migrations
from tests.persistence.conftest import as_owner_run, migrate

MIGRATIONS = Path(migrations.__file__).parent
THINGS = """
SELECT (SELECT count(*) FROM pg_tables WHERE tablename LIKE 'documents\\_%'),
       (SELECT count(*) FROM pg_proc WHERE proname LIKE 'documents\\_%'),
       (SELECT count(*) FROM pg_policies WHERE tablename LIKE 'documents\\_%')
"""


def things(server) -> tuple[int, ...]:
    """How many tables, functions and policies there are."""
    with psycopg.connect(server.url("lamla_test")) as superuser:
        return superuser.execute(THINGS).fetchone()


@pytest.mark.usefixtures("database")
def test_each_migration_can_be_taken_back(server):
    """
    Down to nothing, step by step, and up again to what was there.
    """
    before = things(server)
    names = sorted((path.stem for path in MIGRATIONS.glob("0*.py")), reverse=True)
    try:
        # Conversations refer to chunks.
        as_owner_run(lambda: call_command("migrate", "chat", "0007", verbosity=0))
        for name in (*names, "zero"):
            as_owner_run(
                lambda to=name: call_command("migrate", "documents", to, verbosity=0)
            )
        left = things(server)
    finally:
        migrate()

    assert (0, 0, 0) == left
    assert before == things(server)
