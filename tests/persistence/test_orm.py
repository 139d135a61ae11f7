"""The seam between grpc.aio and the ORM, over a real database."""

from __future__ import annotations

import asyncio
import threading
from contextvars import ContextVar

import psycopg
import pytest
from django.db import connection, transaction
from lamla.errors.v1.error_reason_pb2 import ErrorReason

from mesh import deadlines
from mesh.errors import ServiceError
from mesh.ids import uuid7
from persistence import orm
from persistence.identity.models import User

pytestmark = pytest.mark.usefixtures("database")

UNAVAILABLE = ErrorReason.ERROR_REASON_DATABASE_UNAVAILABLE
DEADLINE = ErrorReason.ERROR_REASON_DEADLINE_EXCEEDED


def scalar(statement: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()[0]


def user_create(user_id) -> User:
    return User.objects.create(id=user_id, role="guest")


async def refusal(*args, **kwargs) -> ServiceError:
    """Returns the typed error that `orm.run` fails with."""
    with pytest.raises(ServiceError) as caught:
        await orm.run(*args, **kwargs)
    return caught.value


class TestRun:
    async def test_runs_as_the_runtime_role_in_another_thread(self):
        """
        Users' calls have the least privileged role, and never block the event loop.
        """

        def whoami() -> tuple[object, str]:
            return scalar("SELECT current_user"), threading.current_thread().name

        role, thread = await orm.run(whoami)

        assert "lamla_app" == role
        assert thread.startswith("orm")

    async def test_service_runs_as_the_service_role(self):
        """
        Work that spans owners has a role, and connections, of its own; a transaction
        that names no alias is on that connection too.
        """

        @transaction.atomic
        def whoami() -> object:
            return scalar("SELECT current_user")

        assert "lamla_service" == await orm.run(whoami, using="service")

    async def test_an_owner_sees_no_rows_but_its_own(self):
        """
        Row-level security hides other owners' rows from a query without any filter.
        """
        ann, bob = uuid7(), uuid7()
        await orm.run(user_create, ann, owner=ann)
        await orm.run(user_create, bob, owner=bob)

        seen = await orm.run(lambda: [u.id for u in User.objects.all()], owner=ann)
        nobody = await orm.run(User.objects.count)
        everybody = await orm.run(User.objects.count, using="service")

        assert [ann] == seen
        assert 0 == nobody
        assert 2 == everybody

    async def test_an_owner_is_forgotten_with_the_transaction(self):
        """
        The next call on the same connection begins as nobody.
        """
        setting = "SELECT current_setting('lamla.owner_id', true)"
        for _ in range(16):  # More than there are threads.
            await orm.run(scalar, "SELECT 1", owner=uuid7())
        left = await asyncio.gather(*(orm.run(scalar, setting) for _ in range(16)))

        assert {""} == set(left)

    async def test_what_raises_is_rolled_back(self):
        """
        A use case is stored whole or not at all.
        """
        user_id = uuid7()

        def create_and_fail() -> None:
            user_create(user_id)
            raise RuntimeError("after the write")

        with pytest.raises(RuntimeError):
            await orm.run(create_and_fail, owner=user_id)

        assert 0 == await orm.run(User.objects.count, using="service")

    async def test_context_variables_go_along(self):
        """
        Logs in the thread carry the request's id.
        """
        variable = ContextVar("variable", default="")
        variable.set("here")

        assert "here" == await orm.run(variable.get)

    @pytest.mark.parity("A42")
    async def test_takes_no_more_connections_than_threads(self, config):
        """
        One connection per thread, however many calls there are.
        """
        backends = await asyncio.gather(
            *(orm.run(scalar, "SELECT pg_backend_pid()") for _ in range(200))
        )

        assert len(set(backends)) <= config.orm_threads

    async def test_deadlocked_transactions_are_repeated(self):
        """
        The database breaks a deadlock by failing one side, which then succeeds.
        """
        users = [uuid7(), uuid7()]
        for user_id in users:
            await orm.run(user_create, user_id, using="service")
        both_hold_one = threading.Barrier(2)

        def rename(order, name: str) -> None:
            User.objects.filter(id=order[0]).update(display_name=name)
            if not both_hold_one.broken:
                try:
                    both_hold_one.wait(timeout=20)
                except threading.BrokenBarrierError:
                    return
            both_hold_one.abort()
            User.objects.filter(id=order[1]).update(display_name=name)

        await asyncio.gather(
            orm.run(rename, users, "one", using="service"),
            orm.run(rename, users[::-1], "two", using="service"),
        )


class TestDeadline:
    async def test_ends_a_statement(self):
        """
        The server stops working for a caller that has gone.
        """
        deadlines.begin(0.1)
        async with asyncio.timeout(60):
            error = await refusal(scalar, "SELECT pg_sleep(600)")
        deadlines.begin(None)

        assert DEADLINE == error.reason

    async def test_keeps_late_work_from_beginning(self):
        """
        What waited for a thread for too long is not begun.
        """
        deadlines.begin(-1)
        error = await refusal(scalar, "SELECT 1")
        deadlines.begin(None)

        assert DEADLINE == error.reason


class TestDatabaseDown:
    def terminate(self, server) -> None:
        with psycopg.connect(server.url(), autocommit=True) as superuser:
            superuser.execute(
                "SELECT pg_terminate_backend(pid, 2000) FROM pg_stat_activity"
                " WHERE usename IN ('lamla_app', 'lamla_service')"
            )

    async def test_a_connection_that_went_stale_is_replaced(self, server):
        """
        Nobody sees that the server closed an idle connection.
        """
        await asyncio.gather(*(orm.run(scalar, "SELECT 1") for _ in range(8)))
        self.terminate(server)

        assert [1] * 8 == await asyncio.gather(
            *(orm.run(scalar, "SELECT 1") for _ in range(8))
        )

    async def test_a_connection_lost_in_the_middle_is_a_typed_failure(self, server):
        """
        UNAVAILABLE with RetryInfo, nothing half-written, and the next call is good.
        """
        user_id = uuid7()

        def create_and_lose() -> None:
            user_create(user_id)
            self.terminate(server)
            User.objects.count()

        error = await refusal(create_and_lose, owner=user_id)

        assert UNAVAILABLE == error.reason
        assert error.retry_after is not None
        assert 0 == await orm.run(User.objects.count, using="service")

    async def test_a_server_that_is_down_is_a_typed_failure(self, server):
        """
        The same while it is down; when it is back, so are the calls.
        """
        server.stop()
        try:
            error = await refusal(scalar, "SELECT 1")
        finally:
            server.run()

        assert UNAVAILABLE == error.reason
        assert error.retry_after is not None
        assert 1 == await orm.run(scalar, "SELECT 1")
