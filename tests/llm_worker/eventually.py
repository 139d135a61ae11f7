"""Waiting for what another task, thread or process does."""

from __future__ import annotations

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable


async def eventually(
    holds: Callable[[], bool | Awaitable[bool]], *, seconds: float = 60
) -> float:
    """Waits until `holds` and returns how many seconds that took.

    Raises:
        AssertionError: it took longer than `seconds`.
    """
    began = time.monotonic()
    while True:
        answer = holds()
        if inspect.isawaitable(answer):
            answer = await answer
        passed = time.monotonic() - began
        if answer:
            return passed
        assert passed < seconds
        await asyncio.sleep(0.005)
