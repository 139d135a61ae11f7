"""The hot path to the database: an async pool for checkpoints, beside the ORM.

As the service role: one call checkpoints the generations of many owners.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, TypeVar

import psycopg
from psycopg_pool import AsyncConnectionPool, PoolTimeout, TooManyRequests

from mesh import deadlines
from mesh.errors import deadline_exceeded
from persistence.database import STATEMENT_MILLISECONDS, Database
from persistence.failures import database_unavailable, is_conflict, service_error

R = TypeVar("R")
Connection = psycopg.AsyncConnection[tuple[Any, ...]]

# How long a call waits for a connection when no deadline is nearer, in seconds.
WAIT_SECONDS = 2.0
# After this long without success a connection is given up, and the next call tries
# anew at once; otherwise waits double, and the pool finds the server again too late.
RECONNECT_SECONDS = 1.0
# Beyond this many, who waits would wait in vain.
WAITING = 256
ATTEMPTS = 3


class Pool:
    """Connections of the service role for statements on the event loop."""

    def __init__(self, database: Database, *, size: int) -> None:
        """Prepares a pool of at most `size` connections; `open` begins to connect."""
        options = f"-c statement_timeout={STATEMENT_MILLISECONDS}"
        self._pool = AsyncConnectionPool(
            kwargs={**database.connection(), "options": options},
            min_size=1,
            max_size=size,
            max_waiting=WAITING,
            reconnect_timeout=RECONNECT_SECONDS,
            open=False,
            name="checkpoints",
        )

    async def open(self) -> None:
        """Begins to connect, and goes on trying while the database is down."""
        await self._pool.open(wait=False)

    async def close(self) -> None:
        """Closes all connections."""
        with suppress(PoolTimeout):
            await self._pool.close(timeout=2)

    async def run(self, work: Callable[[Connection], Awaitable[R]]) -> R:
        """Awaits `work(connection)` in a transaction of its own.

        It is run again after a deadlock, and when the connection turns out to have
        been closed while it was idle: `work` must bear being repeated.

        Raises:
            ServiceError: `DATABASE_UNAVAILABLE`, `DEADLINE_EXCEEDED`, and what
                `work` raises, which rolls back what it wrote.
        """
        attempts = ATTEMPTS
        cancelled_before = _cancellations()
        while True:
            attempts -= 1
            try:
                async with self._pool.connection(timeout=_patience()) as connection:
                    if _cancellations() > cancelled_before:
                        # Python 3.11's `wait_for`, under the pool, loses one that
                        # comes with the connection: https://bugs.python.org/issue37658
                        raise asyncio.CancelledError
                    async with connection.transaction():
                        return await work(connection)
            except (PoolTimeout, TooManyRequests) as error:
                left = deadlines.remaining()
                if left is not None and left <= 0:
                    raise deadline_exceeded() from error
                raise database_unavailable() from error
            except (psycopg.OperationalError, psycopg.InterfaceError) as error:
                if attempts and (is_conflict(error) or _is_lost(error)):
                    continue
                raise service_error(error) from error
            except psycopg.DataError as error:
                raise service_error(error) from error


def _cancellations() -> int:
    task = asyncio.current_task()
    return task.cancelling() if task else 0


def _patience() -> float:
    left = deadlines.remaining()
    return WAIT_SECONDS if left is None else max(0.001, min(WAIT_SECONDS, left))


def _is_lost(error: psycopg.Error) -> bool:
    # The server says why it ends a connection (57P01), or it is simply gone.
    return error.sqlstate is None or error.sqlstate.startswith("57P")
