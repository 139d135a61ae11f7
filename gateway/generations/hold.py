"""Lets tokens travel together, because every message costs more than its tokens.

The first token of an answer never waits. Later ones wait for a frame or two: not at
all while the process is idle, 40 ms as a rule, up to 100 ms under overload. They are
held before they are numbered, so that every reader gets the same events.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

from gateway.events import Tokens
from gateway.generations.generation import Generation
from gateway.generations.load import Load

# What falls due so soon is let go at once: one wake-up for several answers.
SLACK_SECONDS = 0.004


class Hold:
    """One timer for all answers; they are let go one after the other as they fall due,
    not all in one burst.
    """

    def __init__(
        self,
        *,
        load: Load,
        active: Callable[[], int],
        idle_generations: int,
        rule_seconds: float,
        max_seconds: float,
    ) -> None:
        """`active` says how many answers are being written."""
        self._load = load
        self._active = active
        self._idle_generations = idle_generations
        self._rule_seconds = rule_seconds
        self._max_seconds = max_seconds
        self._due: deque[tuple[float, HeldTokens]] = deque()
        self._timer: asyncio.TimerHandle | None = None

    @property
    def seconds(self) -> float:
        """How long a token that comes now is held at most."""
        if self._load.is_calm and self._active() <= self._idle_generations:
            return 0.0
        extra = self._max_seconds - self._rule_seconds
        return self._rule_seconds + extra * self._load.strain

    def schedule(self, held: HeldTokens, seconds: float) -> None:
        """Lets `held` go after `seconds`."""
        loop = asyncio.get_running_loop()
        self._due.append((loop.time() + seconds, held))
        if self._timer is None:
            self._timer = loop.call_at(self._due[0][0], self._release)

    def _release(self) -> None:
        loop = asyncio.get_running_loop()
        limit = loop.time() + SLACK_SECONDS
        while self._due and self._due[0][0] <= limit:
            self._due.popleft()[1].flush()
        self._timer = (
            loop.call_at(self._due[0][0], self._release) if self._due else None
        )


class HeldTokens:
    """The tokens of one answer on their way into its order of events."""

    def __init__(self, generation: Generation, hold: Hold) -> None:
        self._generation = generation
        self._hold = hold
        self._pieces: list[str] = []
        self._token_count = 0
        self._has_first = False
        self._is_scheduled = False

    def add(self, text: str, token_count: int) -> None:
        """Appends a token event now, or soon together with what follows."""
        self._token_count += token_count
        if not text:
            return  # Counted with what follows: an event without text is none.
        self._pieces.append(text)
        if not self._has_first:
            self._has_first = True
            self._append()
        elif not self._is_scheduled:
            seconds = self._hold.seconds
            if seconds > 0:
                self._is_scheduled = True
                self._hold.schedule(self, seconds)
            else:
                self._append()

    def flush(self) -> None:
        """Appends what is held, if anything."""
        self._is_scheduled = False
        if self._pieces:
            self._append()

    def _append(self) -> None:
        text = "".join(self._pieces)
        tokens = Tokens(text, self._generation.text.length, self._token_count)
        self._pieces.clear()
        self._token_count = 0
        self._generation.append(tokens)
