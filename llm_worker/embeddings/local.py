"""Embeds in this process: questions on one thread, passages behind all else."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from typing import Protocol

import structlog
from lamla.errors.v1.error_reason_pb2 import ErrorReason

from llm_worker.embeddings.base import (
    Embedding,
    EmbeddingError,
    EmbeddingModel,
    Purpose,
    TokenCounts,
)
from llm_worker.embeddings.lane import Lane
from llm_worker.failures import RETRY_AFTER
from mesh.errors import ServiceError

log = structlog.get_logger()


class Engine(Protocol):
    """A loaded model, used by several threads at once."""

    def embed(self, text: str, purpose: Purpose) -> Embedding:
        """Embeds one text; blocks."""

    def count(self, texts: Sequence[str]) -> list[int]:
        """Counts the tokens of each text; blocks."""


class LocalEmbedder:
    """A model that is loaded when it is first needed, and two lanes in front of it."""

    probe_seconds = 5.0

    def __init__(
        self,
        name: str,
        model: EmbeddingModel,
        load: Callable[[], Engine],
        *,
        limit: int,
        threads: int = 1,
    ) -> None:
        """Lets at most `limit` texts of each purpose wait.

        Args:
            threads: How many passages are embedded at once.
        """
        self.name = name
        self.model = model
        self._load = load
        self._loading: asyncio.Task[Engine] | None = None
        self._lanes = {
            Purpose.QUERY: Lane("questions", limit=limit),
            Purpose.PASSAGE: Lane(
                "passages", limit=limit, threads=threads, is_background=True
            ),
        }

    async def embed(self, texts: Sequence[str], purpose: Purpose) -> list[Embedding]:
        """See `Embedder.embed`."""
        try:
            engine = await self._loaded()
            work = partial(engine.embed, purpose=purpose)
            return await self._lanes[purpose].each(work, texts)
        except EmbeddingError as error:
            raise self._unavailable() from error

    async def count(self, texts: Sequence[str]) -> TokenCounts:
        """See `Embedder.count`."""
        try:
            engine = await self._loaded()
        except EmbeddingError as error:
            raise self._unavailable() from error
        counts = await asyncio.to_thread(engine.count, texts)
        return TokenCounts(counts, is_estimate=False)

    async def start(self) -> None:
        """See `Embedder.start`: begins to load the model."""
        self._load_once()

    async def check(self) -> None:
        """See `Embedder.check`."""
        await self._loaded()

    async def close(self) -> None:
        """See `Embedder.close`."""
        for lane in self._lanes.values():
            await lane.close()
        if self._loading is not None:
            await asyncio.gather(self._loading, return_exceptions=True)

    async def _loaded(self) -> Engine:
        # Shielded: who leaves must not stop what others wait for.
        return await asyncio.shield(self._load_once())

    def _load_once(self) -> asyncio.Task[Engine]:
        task = self._loading
        has_failed = task is not None and task.done() and task.exception() is not None
        if task is None or has_failed:
            task = self._loading = asyncio.create_task(self._read())
            # An error that nobody waits for is health's business, not the loop's.
            task.add_done_callback(lambda t: t.cancelled() or t.exception())
        return task

    async def _read(self) -> Engine:
        engine = await asyncio.to_thread(self._load)
        log.info("model_loaded", model=self.model.name, dimension=self.model.dimension)
        return engine

    def _unavailable(self) -> ServiceError:
        return ServiceError(
            ErrorReason.ERROR_REASON_PROVIDER_UNAVAILABLE,
            "The embedding model cannot be loaded or run.",
            retry_after=RETRY_AFTER,
            provider=self.name,
        )
