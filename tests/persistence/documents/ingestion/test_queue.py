"""Documents in the queue of the ingest worker."""

from __future__ import annotations

from uuid import UUID

import psycopg
import pytest
from django.conf import settings
from psycopg import sql

from mesh.ids import uuid7
from persistence import orm
from persistence.documents.ingestion.queue import ingestion_defer
from persistence.documents.models import Document
from persistence.identity.models import User


def user_create() -> User:
    """A person who owns documents."""
    return User.objects.create_user(email=f"{uuid7()}@example.org")


def document_create(owner_id):
    """A document that waits."""
    return Document.objects.create(owner_id=owner_id, title="Kant.pdf")


async def waiting(server):
    """What is in the queue."""
    with psycopg.connect(server.url("lamla_test")) as superuser:
        return superuser.execute(
            "SELECT args ->> 'document_id', (args ->> 'attempt')::int, status::text"
            " FROM procrastinate_jobs ORDER BY id"
        ).fetchall()


@pytest.fixture
async def owner(database):  # noqa: ARG001 - For its effect.
    """Somebody."""
    return await orm.run(user_create, using="service")


@pytest.fixture
async def document(owner):
    """A document of the owner's, as a user's call makes it."""
    return await orm.run(document_create, owner.id, owner=owner.id)


class TestDefer:
    async def test_a_users_call_queues_its_document(self, owner, document, server):
        """
        With the role that has no rights on the queue.
        """
        assert await orm.run(ingestion_defer, document.id, 1, owner=owner.id)
        assert [(str(document.id), 1, "todo")] == await waiting(server)

    async def test_a_rolled_back_call_queues_nothing(self, owner, server):
        """
        The document and its place in the queue come together or not at all.
        """

        def work():
            document = document_create(owner.id)
            assert ingestion_defer(document.id, 1)
            raise LookupError

        with pytest.raises(LookupError):
            await orm.run(work, owner=owner.id)

        assert [] == await waiting(server)

    async def test_the_last_attempt_replaces_what_waits(self, owner, document, server):
        """
        A document waits once, however often it is queued.
        """

        def again():
            Document.objects.filter(id=document.id).update(attempt=2)
            return ingestion_defer(document.id, 2)

        await orm.run(ingestion_defer, document.id, 1, owner=owner.id)
        await orm.run(ingestion_defer, document.id, 1, owner=owner.id)
        assert await orm.run(again, owner=owner.id)

        assert [(str(document.id), 2, "todo")] == await waiting(server)

    async def test_who_brings_many_lets_others_go_first(self, owner, server):
        """
        A few at a time go in the order in which they came.
        """
        other = await orm.run(user_create, using="service")

        def bring(owner_id: UUID, count: int) -> list[str]:
            ids = []
            for _ in range(count):
                document = document_create(owner_id)
                ingestion_defer(document.id, 1)
                ids.append(str(document.id))
            return ids

        many = await orm.run(bring, owner.id, 20, owner=owner.id)
        one = await orm.run(bring, other.id, 1, owner=other.id)
        with psycopg.connect(server.url("lamla_test")) as superuser:
            turns = superuser.execute(
                "SELECT args ->> 'document_id' FROM procrastinate_jobs"
                " ORDER BY priority DESC, id"
            ).fetchall()

        assert [*many[:16], *one, *many[16:]] == [turn for (turn,) in turns]

    async def test_anothers_document_is_not_queued(self, owner, document, server):
        """
        Nor without an owner, nor in an attempt that it is not in.
        """
        somebody_else = await orm.run(user_create, using="service")

        for claimed, attempt in ((somebody_else.id, 1), (None, 1), (owner.id, 2)):
            assert not await orm.run(
                ingestion_defer, document.id, attempt, owner=claimed
            )
        assert [] == await waiting(server)

    async def test_the_service_role_queues_any(self, document, server):
        """
        For the sweep, which spans owners.
        """
        assert await orm.run(ingestion_defer, document.id, 1, using="service")
        assert 1 == len(await waiting(server))

    async def test_users_calls_do_not_see_the_queue(self, database):
        """
        Not one of its tables.
        """
        tables = ("jobs", "events", "periodic_defers", "workers")
        with psycopg.connect(
            **settings.CONFIG.app_database.connection(), autocommit=True
        ) as connection:
            for table in tables:
                name = sql.Identifier(f"procrastinate_{table}")
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    connection.execute(sql.SQL("SELECT count(*) FROM {}").format(name))
