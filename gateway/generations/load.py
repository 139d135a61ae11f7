"""How busy this process is: how late its event loop runs."""

from __future__ import annotations

import asyncio

PERIOD_SECONDS = 0.1
# One late turn is noise, several are load: weight of the newest measurement.
WEIGHT = 0.2
# Both from runs of the token path on a shared core: an idle loop is late by less than
# 1 ms, one that cannot keep up by tens.
CALM_SECONDS = 0.005
OVERLOAD_SECONDS = 0.03


class Load:
    """Measures by a timer of its own; the lateness of a timer is everybody's."""

    def __init__(self) -> None:
        self.lag_seconds = 0.0
        self._timer: asyncio.TimerHandle | None = None

    @property
    def is_calm(self) -> bool:
        """Whether the loop has nothing better to do."""
        return self.lag_seconds < CALM_SECONDS

    @property
    def strain(self) -> float:
        """How near to overload, from 0 (calm) to 1 (overloaded)."""
        above = self.lag_seconds - CALM_SECONDS
        return min(max(above / (OVERLOAD_SECONDS - CALM_SECONDS), 0.0), 1.0)

    def start(self) -> None:
        """Begins to measure."""
        loop = asyncio.get_running_loop()
        due = loop.time() + PERIOD_SECONDS
        self._timer = loop.call_at(due, self._measure, due)

    def stop(self) -> None:
        """Measures no more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _measure(self, due: float) -> None:
        late = asyncio.get_running_loop().time() - due
        self.lag_seconds += WEIGHT * (late - self.lag_seconds)
        self.start()
