"""The generations of this process: those that run, and those that ended just now."""

from __future__ import annotations

import asyncio
from collections import OrderedDict

from llm_worker.domain import Model, Prompt
from llm_worker.failures import not_found, overloaded
from llm_worker.generation import Generation
from llm_worker.hold import Hold
from llm_worker.routing import Router

# How long a caller that lost its connection may still fetch what it missed.
KEEP_SECONDS = 60.0
# Bounds what the ended ones hold; the oldest go first. At most 4 bytes each.
KEEP_CHARACTERS = 16_000_000
KEEP_COUNT = 4_096


class Generations:
    """Begins, finds and cancels generations, and forgets them in time."""

    def __init__(
        self, router: Router, *, limit: int, keep_seconds: float = KEEP_SECONDS
    ) -> None:
        """Runs at most `limit` at a time."""
        self._router = router
        self._limit = limit
        self._keep_seconds = keep_seconds
        self._running: dict[str, Generation] = {}
        self._ended: OrderedDict[str, Generation] = OrderedDict()
        self._ended_characters = 0
        self._hold = Hold(lambda: self.running)

    @property
    def running(self) -> int:
        """How many run now."""
        return len(self._running)

    def models(self, name: str = "") -> list[Model]:
        """What can be asked for, the default first; or only the one of this name."""
        return self._router.models(name)

    def begin(self, prompt: Prompt) -> Generation:
        """Begins a generation, or returns the one that has this id already.

        Raises:
            ServiceError: `OVERLOADED`, `MODEL_UNKNOWN`.
        """
        known = self._known(prompt.generation_id)
        if known is not None:
            return known
        if len(self._running) >= self._limit:
            raise overloaded()
        generation = Generation(prompt, self._router, self._hold)
        self._running[generation.id] = generation
        generation.task.add_done_callback(lambda _: self._end(generation))
        return generation

    def find(self, generation_id: str) -> Generation:
        """Returns a generation that runs, or ended shortly ago.

        Raises:
            ServiceError: `GENERATION_NOT_FOUND`.
        """
        known = self._known(generation_id)
        if known is None:
            raise not_found(generation_id)
        return known

    def cancel(self, generation_id: str) -> bool:
        """Cancels a generation at its provider; tells whether it was running."""
        generation = self._running.get(generation_id)
        if generation is None or not generation.is_running:
            return False
        generation.cancel()
        return True

    async def close(self) -> None:
        """Cancels all that run and waits until their providers are free of them."""
        running = list(self._running.values())
        for generation in running:
            generation.cancel()
        await asyncio.gather(*(g.task for g in running), return_exceptions=True)

    def _known(self, generation_id: str) -> Generation | None:
        return self._running.get(generation_id) or self._ended.get(generation_id)

    def _end(self, generation: Generation) -> None:
        del self._running[generation.id]
        self._ended[generation.id] = generation
        self._ended_characters += generation.characters
        while self._ended and (
            self._ended_characters > KEEP_CHARACTERS or len(self._ended) > KEEP_COUNT
        ):
            self._forget(next(iter(self._ended)))
        loop = asyncio.get_running_loop()
        loop.call_later(self._keep_seconds, self._forget, generation.id)

    def _forget(self, generation_id: str) -> None:
        generation = self._ended.pop(generation_id, None)
        if generation is not None:
            self._ended_characters -= generation.characters
