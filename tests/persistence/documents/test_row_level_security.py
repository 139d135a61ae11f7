"""The second wall: what the database itself lets a user's call see and write."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import psycopg
import pytest

from persistence.database import Database
from tests.persistence.documents.library import Text, document_store
from tests.persistence.documents.services import TEXT

# With an owner: what of them users' calls reach.
_TABLES = """
SELECT table_name::text FROM information_schema.columns
WHERE table_schema = 'public' AND column_name = 'owner_id'
  AND table_name LIKE 'documents\\_%'
  AND has_table_privilege('lamla_app', table_name::text, 'SELECT')
ORDER BY table_name
"""
REACHED = [
    "documents_collection",
    "documents_collectiondocument",
    "documents_document",
    "documents_documentchunk",
    "documents_documentpage",
    "documents_documentrequest",
    "documents_upload",
]
# The indexes that are searched, and the queue.
CLOSED = [
    "documents_chunkvector",
    "documents_chunkvector_1",
    "documents_modelvector",
    "documents_posting",
    "documents_stagedvector",
    "documents_indexversion",
    "procrastinate_jobs",
]


@pytest.fixture(autouse=True)
async def held(adas, bobs, pool) -> None:
    """Both have something in every table."""
    for library in (adas, bobs):
        document = await library.upload(TEXT)
        collection = await library.collect("Essays")
        await library.change(collection.collection_id, add=[document.document_id])
        await document_store(pool, library.person.id, Text("Kant", ["Sapere aude."]))


@contextmanager
def raw(database: Database, owner_id: UUID | None) -> Iterator[Any]:
    """A connection of the runtime role, in a transaction of an owner's."""
    with psycopg.connect(**database.connection()) as app:
        if owner_id is not None:
            setting = "SELECT set_config('lamla.owner_id', %s, true)"
            app.execute(setting, [str(owner_id)])
        yield app
        app.rollback()


class TestRows:
    def test_each_sees_their_own_only(self, database, server, adas, bobs):
        """
        In all tables that users' calls reach, by whatever query; nobody sees nothing.
        """
        with psycopg.connect(server.url("lamla_test")) as superuser:
            tables = [name for (name,) in superuser.execute(_TABLES).fetchall()]

        assert REACHED == tables
        for table in tables:
            owners = f"SELECT DISTINCT owner_id FROM {table}"  # noqa: S608 - Ours.
            for owner_id in (adas.person.id, bobs.person.id):
                with raw(database, owner_id) as app:
                    assert [(owner_id,)] == app.execute(owners).fetchall()
            with raw(database, None) as app:
                assert [] == app.execute(owners).fetchall()

    def test_nobody_changes_what_is_somebody_elses(self, database, adas, bobs):
        """
        Nor gives anything away: a row cannot be put among another's.
        """
        theirs = {"theirs": adas.person.id}
        with raw(database, bobs.person.id) as app:
            for table in REACHED:
                deleted = app.execute(
                    f"DELETE FROM {table} WHERE owner_id = %(theirs)s",  # noqa: S608 - Ours.
                    theirs,
                )
                assert 0 == deleted.rowcount
                with (
                    pytest.raises(psycopg.errors.InsufficientPrivilege),
                    app.transaction(),
                ):
                    app.execute(f"UPDATE {table} SET owner_id = %(theirs)s", theirs)  # noqa: S608 - Ours.


class TestClosed:
    def test_users_calls_do_not_reach_the_index_and_the_queue(self, database, adas):
        """
        Not even what is their own.
        """
        with raw(database, adas.person.id) as app:
            for table in CLOSED:
                with (
                    pytest.raises(psycopg.errors.InsufficientPrivilege),
                    app.transaction(),
                ):
                    app.execute(f"SELECT FROM {table}")

    def test_the_search_takes_any_owner_and_is_closed_to_them(self, database, adas):
        """
        It looks past the policies.
        """
        call = """
            SELECT documents_search(%s, 1::smallint, NULL, NULL, true, '{0}', '{en}',
                '{sapere}', '{1}', 1, 1, 10)
        """
        with (
            raw(database, adas.person.id) as app,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            app.execute(call, [adas.person.id])

    async def test_only_ones_own_documents_are_queued(self, database, adas, bobs):
        """
        The one function that adds to the queue asks whose they are.
        """
        document = (await adas.list()).documents[0]
        queue = "SELECT documents_ingestion_defer(%s, 1)"

        for person, is_theirs in ((bobs.person, False), (adas.person, True)):
            with raw(database, person.id) as app:
                queued = app.execute(queue, [document.document_id]).fetchone()
                assert (is_theirs,) == queued
