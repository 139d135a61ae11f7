"""The async pool for checkpoints, over a real database."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress

import psycopg
import pytest
from lamla.errors.v1.error_reason_pb2 import ErrorReason

from mesh.errors import ServiceError
from persistence.pool import Pool


@pytest.fixture
async def pool(database, config):  # noqa: ARG001 - For its effect.
    """An open pool of two connections."""
    pool = Pool(config.service_database, size=2)
    await pool.open()
    yield pool
    await pool.close()


async def role(connection) -> str:
    cursor = await connection.execute("SELECT current_user")
    return (await cursor.fetchone())[0]


class TestPool:
    async def test_runs_as_the_service_role(self, pool):
        """
        One call checkpoints the generations of many owners.
        """
        assert "lamla_service" == await pool.run(role)

    async def test_a_lost_connection_is_replaced(self, pool, server):
        """
        Work that bears being repeated is repeated on another connection.
        """
        await pool.run(role)
        with psycopg.connect(server.url(), autocommit=True) as superuser:
            superuser.execute(
                "SELECT pg_terminate_backend(pid, 2000) FROM pg_stat_activity"
                " WHERE usename = 'lamla_service'"
            )

        assert "lamla_service" == await pool.run(role)

    async def test_a_server_that_is_down_is_a_typed_failure(self, pool, server):
        """
        And the pool finds the server again by itself.
        """
        server.stop()
        try:
            with pytest.raises(ServiceError) as caught:
                await pool.run(role)
        finally:
            server.run()

        assert ErrorReason.ERROR_REASON_DATABASE_UNAVAILABLE == caught.value.reason
        assert caught.value.retry_after is not None
        assert "lamla_service" == await pool.run(role)

    async def test_a_cancellation_that_the_pool_loses_is_heeded(self, pool):
        """
        Otherwise a probe that is cancelled in the wrong moment never ends, and
        neither does the process.
        """
        waiting = asyncio.Event()

        class Swallowing:
            """Loses a cancellation like `wait_for` of Python 3.11 does."""

            @asynccontextmanager
            async def connection(self, timeout: float):  # noqa: ASYNC109 - The pool's own signature.
                waiting.set()
                with suppress(asyncio.CancelledError):
                    await asyncio.sleep(timeout)
                yield None

        pool._pool, kept = Swallowing(), pool._pool  # noqa: SLF001 - The fault is there.
        task = asyncio.create_task(pool.run(role))
        await waiting.wait()
        task.cancel()
        await asyncio.wait({task})
        pool._pool = kept  # noqa: SLF001 - The real one is closed at the end.

        assert task.cancelled()
