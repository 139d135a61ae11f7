"""Waiting for the writer of a generation to come back, or to be replaced."""

from __future__ import annotations

import asyncio

from lamla.errors.v1.error_reason_pb2 import ErrorReason

from mesh.errors import RETRY_AFTER, ServiceError

FIRST_PAUSE_SECONDS = 0.05
LONGEST_PAUSE_SECONDS = 1.0
# Faults that pass by themselves: of the gateway that writes, or of the store.
PASSING = {
    ErrorReason.ERROR_REASON_DATABASE_UNAVAILABLE,
    ErrorReason.ERROR_REASON_DEADLINE_EXCEEDED,
    ErrorReason.ERROR_REASON_DEPENDENCY_UNAVAILABLE,
    ErrorReason.ERROR_REASON_DRAINING,
    ErrorReason.ERROR_REASON_OVERLOADED,
}


class Patience:
    """Pauses that grow, and an end to them."""

    def __init__(self, seconds: float) -> None:
        """`seconds` is how long to wait without any progress."""
        self._seconds = seconds
        self.renew()

    def renew(self) -> None:
        """Begins again, because there was progress."""
        self._end: float | None = None
        self._pause = FIRST_PAUSE_SECONDS

    async def wait(self) -> None:
        """Waits until it is worth looking again.

        Raises:
            ServiceError: `DEPENDENCY_UNAVAILABLE`, it has taken too long.
        """
        now = asyncio.get_running_loop().time()
        self._end = self._end or now + self._seconds
        if now >= self._end:
            raise unreachable()
        await asyncio.sleep(self._pause)
        self._pause = min(2 * self._pause, LONGEST_PAUSE_SECONDS)


def unreachable() -> ServiceError:
    """Makes the error for a generation whose writer cannot be reached."""
    return ServiceError(
        ErrorReason.ERROR_REASON_DEPENDENCY_UNAVAILABLE,
        "The process that writes this answer cannot be reached.",
        retry_after=RETRY_AFTER,
        dependency="gateway",
    )
