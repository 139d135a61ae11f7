"""How long the call being served may still take, so that calls it makes take less."""

from __future__ import annotations

import time
from contextvars import ContextVar

_deadline: ContextVar[float | None] = ContextVar("lamla_deadline", default=None)


def begin(seconds: float | None) -> None:
    """Gives the current call `seconds` from now; None takes its deadline away."""
    _deadline.set(None if seconds is None else time.monotonic() + seconds)


def remaining() -> float | None:
    """Returns the seconds left, negative when over; None without a deadline."""
    deadline = _deadline.get()
    return None if deadline is None else deadline - time.monotonic()
