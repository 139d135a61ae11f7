"""The one seam between grpc.aio and Django's synchronous ORM.

Usage: `await orm.run(conversation_create, owner=user.id, title=…)`. The function runs
in a thread, inside a transaction that sees the rows of `owner` only (row-level
security). It may be run again when the database asks for it (deadlock), so it touches
nothing but the database.
"""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from typing import Any, Literal, TypeVar
from uuid import UUID

import structlog
from django.conf import settings
from django.db import (
    DEFAULT_DB_ALIAS,
    DataError,
    InterfaceError,
    OperationalError,
    connection,
    connections,
    transaction,
)
from django.db.utils import load_backend

from mesh import deadlines
from mesh.errors import deadline_exceeded
from persistence.database import STATEMENT_MILLISECONDS
from persistence.failures import (
    database_unavailable,
    is_conflict,
    service_error,
)

log = structlog.get_logger()

R = TypeVar("R")
Using = Literal["default", "service"]

ATTEMPTS = 3


class RepeatError(Exception):
    """What a transaction has read is outdated: it is to be run again from its begin."""


async def run(
    function: Callable[..., R],
    /,
    *args: Any,
    owner: UUID | None = None,
    using: Using = "default",
    **kwargs: Any,
) -> R:
    """Awaits a service or selector, run in a transaction of its own.

    Args:
        owner: Whose rows it sees and may write; None: nobody's. Not passed on.
        using: `service` for work that spans owners. Inside the function it is the
            ordinary connection all the same: no `using()` anywhere.

    Raises:
        ServiceError: `DATABASE_UNAVAILABLE`; `DEADLINE_EXCEEDED`; and what the
            function raises, which rolls back what it wrote.
    """
    context = contextvars.copy_context()  # Carries trace and deadline into the thread.
    work = partial(function, *args, **kwargs)
    call = partial(context.run, _transact, work, owner)
    return await asyncio.get_running_loop().run_in_executor(_threads(using), call)


def set_owner(owner: UUID | None) -> None:
    """Sets whose rows the rest of the current transaction sees.

    For the few functions that find the owner out themselves: `orm.run(…)` without an
    owner, a SECURITY DEFINER function that names it, then this.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('lamla.owner_id', %s, true)", [_spelled(owner)]
        )


@cache
def _threads(using: Using) -> ThreadPoolExecutor:
    # One connection per thread, so these are also the sizes of the connection pools.
    if using == "service":
        return ThreadPoolExecutor(
            settings.SERVICE_THREADS, "orm-service", initializer=be_service
        )
    return ThreadPoolExecutor(settings.ORM_THREADS, "orm")


def be_service() -> None:
    """Makes the service role's connection this thread's ordinary one.

    A thread has one role for life: with two connections in one thread, a
    `transaction.atomic()` that names no alias would guard the wrong one.
    """
    database = connections.settings["service"]
    backend = load_backend(database["ENGINE"])
    connections[DEFAULT_DB_ALIAS] = backend.DatabaseWrapper(database, DEFAULT_DB_ALIAS)


def _transact(work: Callable[[], R], owner: UUID | None) -> R:
    is_stale_possible = _refresh()
    attempts = ATTEMPTS
    while True:
        attempts -= 1
        has_begun = False
        try:
            with transaction.atomic():
                _begin(owner)
                has_begun = True
                return work()
        except RepeatError as error:
            if not attempts:
                raise database_unavailable() from error
            log.info("transaction_repeated", attempts_left=attempts)
        except (OperationalError, InterfaceError) as error:
            if is_stale_possible and not has_begun:
                # The server closed it while it was idle; nothing has run.
                is_stale_possible = False
                connection.close()
                continue
            if is_conflict(error) and attempts:
                log.info("transaction_repeated", attempts_left=attempts)
                continue
            raise service_error(error) from error
        except DataError as error:
            raise service_error(error) from error


def _refresh() -> bool:
    """Closes a connection that has failed; says whether one is left to be reused."""
    connection.close_if_unusable_or_obsolete()
    # `_begin` is the health check: a `SELECT 1` before it would be one more round trip.
    connection.health_check_done = True  # type: ignore[attr-defined]
    return connection.connection is not None


def _begin(owner: UUID | None) -> None:
    left = deadlines.remaining()
    milliseconds = STATEMENT_MILLISECONDS
    if left is not None:
        if left <= 0:  # It waited for a thread for too long.
            raise deadline_exceeded()
        milliseconds = min(milliseconds, max(1, int(left * 1000)))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('lamla.owner_id', %s, true),"
            " set_config('statement_timeout', %s, true)",
            [_spelled(owner), str(milliseconds)],
        )


def _spelled(owner: UUID | None) -> str:
    return "" if owner is None else str(owner)
