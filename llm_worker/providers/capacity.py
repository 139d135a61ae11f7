"""Admits work in the order it comes, while there is room for it."""

from __future__ import annotations

import asyncio
from collections import deque


class Capacity:
    """A number of places that share a number of tokens."""

    def __init__(self, *, places: int, tokens: int) -> None:
        self._places = places
        self._tokens = tokens
        self._waiting: deque[tuple[int, asyncio.Future[None]]] = deque()

    async def acquire(self, tokens: int) -> None:
        """Waits for a place and `tokens`; at most all of them may be asked for."""
        if not self._waiting and self._fits(tokens):
            self._take(tokens)
            return
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append((tokens, turn))
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.release(tokens)
            else:
                self._waiting.remove((tokens, turn))
                self._admit()
            raise

    def release(self, tokens: int) -> None:
        """Gives back what `acquire` took."""
        self._places += 1
        self._tokens += tokens
        self._admit()

    def _admit(self) -> None:
        while self._waiting and self._fits(self._waiting[0][0]):
            tokens, turn = self._waiting.popleft()
            self._take(tokens)
            turn.set_result(None)

    def _fits(self, tokens: int) -> bool:
        return self._places > 0 and tokens <= self._tokens

    def _take(self, tokens: int) -> None:
        self._places -= 1
        self._tokens -= tokens
