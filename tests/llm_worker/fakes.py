"""Providers that do what a test says."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from typing import Any

from llm_worker.domain import Accepted, Finish, FinishReason, Model, Prompt

ACCEPTED = Accepted("m")
STOP = Finish(FinishReason.STOP)


class Playing:
    """Plays `steps`: events to yield, events to wait for, errors to raise.

    Attributes:
        prompts: What it was asked.
        closed: Set when its generator was closed or has ended.
    """

    def __init__(self, *steps: Any, name: str = "playing", model: str = "m") -> None:
        self.name = name
        self.models: Sequence[Model] = [Model(model, name)]
        self.prompts: list[Prompt] = []
        self.closed = asyncio.Event()
        self._steps = steps

    def has(self, model: str) -> bool:
        """See `Provider.has`."""
        return model in ("", self.models[0].name)

    def start(self) -> None:
        """See `Provider.start`."""

    async def generate(self, prompt: Prompt) -> AsyncGenerator[Any, None]:
        """See `Provider.generate`."""
        self.prompts.append(prompt)
        try:
            for step in self._steps:
                if isinstance(step, Exception):
                    raise step
                if isinstance(step, asyncio.Event):
                    await step.wait()
                else:
                    yield step
        finally:
            self.closed.set()

    async def check(self) -> None:
        """See `Provider.check`."""

    async def close(self) -> None:
        """See `Provider.close`."""
