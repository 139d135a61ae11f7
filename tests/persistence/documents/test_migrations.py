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


def test_the_vectors_of_a_chunk_are_found_by_it_alone(server):
    """
    Deleting a chunk looks for them, in every index version and on every PostgreSQL.
    """
    with psycopg.connect(server.url("lamla_test")) as superuser:
        (key,) = superuser.execute(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE conname = 'documents_chunkvector_pkey'"
        ).fetchone()

    assert "PRIMARY KEY (chunk_id, index_id)" == key
