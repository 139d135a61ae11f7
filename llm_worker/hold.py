"""Lets tokens travel together while many answers are made: to send and to receive a
message costs more than what is in it.

The first token of an answer never waits, nor does its end.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

# How long a token waits at most while so many generations run at most. A few cost
# nothing worth saving; the longest hold is that of a page that draws 20 times a second.
STEPS = ((8, 0.0), (100, 0.02))
LONGEST_SECONDS = 0.05
# What falls due so soon is let go at once: one wake-up for several answers.
SLACK_SECONDS = 0.004

Release = Callable[[], None]


class Hold:
    """One timer for all answers."""

    def __init__(self, running: Callable[[], int]) -> None:
        """`running` says how many generations there are."""
        self._running = running
        self._due: deque[tuple[float, Release]] = deque()
        self._timer: asyncio.TimerHandle | None = None

    @property
    def seconds(self) -> float:
        """How long a token that comes now waits at most."""
        running = self._running()
        for limit, seconds in STEPS:
            if running <= limit:
                return seconds
        return LONGEST_SECONDS

    def schedule(self, release: Release, seconds: float) -> None:
        """Calls `release` in `seconds`, or after one that was to wait for longer."""
        loop = asyncio.get_running_loop()
        self._due.append((loop.time() + seconds, release))
        if self._timer is None:
            self._timer = loop.call_at(self._due[0][0], self._let_go)

    def _let_go(self) -> None:
        loop = asyncio.get_running_loop()
        limit = loop.time() + SLACK_SECONDS
        while self._due and self._due[0][0] <= limit:
            self._due.popleft()[1]()
        self._timer = loop.call_at(self._due[0][0], self._let_go) if self._due else None
