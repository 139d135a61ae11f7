"""Takes as many calls at a time as the process can hold, and says so to the rest."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from lamla.errors.v1.error_reason_pb2 import ErrorReason

from mesh.errors import RETRY_AFTER, ServiceError
from mesh.interceptors.base import Call, Layer


def capacity(limit: int) -> Layer:
    """Makes the layer for at most `limit` calls at a time."""
    running = 0

    @asynccontextmanager
    async def layer(_: Call) -> AsyncIterator[None]:
        nonlocal running
        if running >= limit:
            raise ServiceError(
                ErrorReason.ERROR_REASON_OVERLOADED,
                "This process serves as many calls as it can hold.",
                retry_after=RETRY_AFTER,
            )
        running += 1
        try:
            yield
        finally:
            running -= 1

    return layer
