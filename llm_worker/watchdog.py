"""A time-out for each of many short waits, for the price of one timer.

`asyncio.timeout` arms and cancels a timer for every wait; a stream waits for every
token. Here one timer looks now and then whether the current wait has taken too long.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any, TypeVar

T = TypeVar("T")


class Watchdog:
    """Bounds waits one after the other. `stop` must be called at the end."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[Any] | None = None
        self._due = 0.0
        self._has_bitten = False

    async def wait(self, awaitable: Awaitable[T], seconds: float) -> T:
        """Awaits `awaitable` for at most `seconds`.

        Raises:
            TimeoutError: it took longer; it was cancelled.
        """
        self._due = self._loop.time() + seconds
        self._task = asyncio.current_task()
        if self._timer is None or self._timer.when() > self._due:
            self._arm()
        try:
            return await awaitable
        except asyncio.CancelledError:
            if self._bit_alone():
                raise TimeoutError from None
            raise
        finally:
            self._task = None

    def stop(self) -> None:
        """Takes the timer away."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _arm(self) -> None:
        self.stop()
        self._timer = self._loop.call_at(self._due, self._look)

    def _look(self) -> None:
        self._timer = None
        if self._task is None:
            return  # The next wait arms again.
        if self._loop.time() < self._due:
            self._arm()
        else:
            self._has_bitten = True
            self._task.cancel()

    def _bit_alone(self) -> bool:
        if not self._has_bitten or self._task is None:
            return False
        self._has_bitten = False
        # Somebody else may have cancelled the task as well; theirs is not swallowed.
        return self._task.uncancel() == 0
