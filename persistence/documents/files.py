"""Work on files, away from the event loop and from the threads of the database."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache, partial
from typing import Any, TypeVar

import structlog
from lamla.errors.v1.error_reason_pb2 import ErrorReason

from mesh.errors import RETRY_AFTER, ServiceError

log = structlog.get_logger()

R = TypeVar("R")

THREADS = 8


async def run(function: Callable[..., R], /, *args: Any, **kwargs: Any) -> R:
    """Awaits a function that reads or writes files.

    Raises:
        ServiceError: `DEPENDENCY_UNAVAILABLE` when the storage fails; and what the
            function raises.
    """
    context = contextvars.copy_context()
    call = partial(context.run, partial(function, *args, **kwargs))
    with storage_failures():
        return await asyncio.get_running_loop().run_in_executor(_threads(), call)


async def surely(function: Callable[[], None]) -> None:
    """Awaits work that tidies up, and is done when the call is cancelled, too."""
    # Whose write has failed is cancelled, too, a moment later: a future that waits for
    # its thread would be taken out of the queue.
    await asyncio.shield(asyncio.wrap_future(_threads().submit(function)))


async def try_run(function: Callable[..., object], /, *args: Any) -> None:
    """Awaits work whose failure is no failure of the call: a sweep will do it again."""
    try:
        await run(function, *args)
    except (ServiceError, FileNotFoundError):
        log.warning("storage_work_left", work=function.__name__)


@contextmanager
def storage_failures() -> Iterator[None]:
    """Turns what a disk or bucket says into the `ServiceError` it stands for."""
    try:
        yield
    except FileNotFoundError:
        raise  # Not for a second try: whoever asked knows what it means.
    except OSError as error:
        log.error("storage_failed", error=repr(error))  # noqa: TRY400 - A disk's words suffice.
        raise ServiceError(
            ErrorReason.ERROR_REASON_DEPENDENCY_UNAVAILABLE,
            "The storage of files cannot be used now.",
            retry_after=RETRY_AFTER,
            dependency="storage",
        ) from error


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(THREADS, "files")
