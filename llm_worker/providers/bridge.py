"""Carries chunks from a decoder's thread into the event loop."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Any

Chunk = dict[str, Any]


class Bridge:
    """A queue whose reader is woken once for all that arrived in the meantime."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._chunks: deque[Chunk] = deque()
        self._is_waking = False
        self._is_stopped = False
        self._is_ended = False
        self._arrived = asyncio.Event()

    def put(self, chunk: Chunk) -> bool:
        """Called in the decoder's thread; returns True for it to stop."""
        self._chunks.append(chunk)
        if not self._is_waking and not self._is_stopped:
            self._is_waking = True
            try:
                self._loop.call_soon_threadsafe(self._wake)
            except RuntimeError:  # The loop is closed: nobody reads any more.
                self._is_stopped = True
        return self._is_stopped

    def stop(self) -> None:
        """Makes the next `put` tell the decoder to stop."""
        self._is_stopped = True

    def end(self) -> None:
        """Says, in the loop, that the decoder has returned."""
        self._is_ended = True
        self._arrived.set()

    async def take(self) -> list[Chunk]:
        """Waits for chunks and returns all there are; none when there come no more."""
        while not self._chunks and not self._is_ended:
            self._arrived.clear()
            await self._arrived.wait()
        taken = []
        while self._chunks:
            taken.append(self._chunks.popleft())
        return taken

    def _wake(self) -> None:
        # First: what is put from here on wakes again, and may do so needlessly.
        self._is_waking = False
        self._arrived.set()
