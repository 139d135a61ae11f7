"""Embeds in this process: one thread, questions before passages."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Protocol

import structlog
from lamla.errors.v1.error_reason_pb2 import ErrorReason

from llm_worker.embeddings.base import Embedding, EmbeddingError, Purpose
from llm_worker.embeddings.minilm import DIMENSION, MiniLM, model_name
from llm_worker.failures import RETRY_AFTER, overloaded
from mesh.errors import ServiceError

log = structlog.get_logger()

NAME = "embeddings"


class Engine(Protocol):
    """A loaded model, used by one thread at a time."""

    def embed(self, text: str) -> Embedding:
        """Embeds one text; blocks."""


Job = tuple[Purpose, int, str, "asyncio.Future[Embedding]"]


class LocalEmbedder:
    """A queue in front of a model that is loaded when it is first needed."""

    def __init__(self, load: Callable[[], Engine] = MiniLM, *, limit: int) -> None:
        """Lets at most `limit` texts wait."""
        self.model = model_name()
        self.dimension = DIMENSION
        self._load = load
        self._limit = limit
        self._engine: Engine | None = None
        self._order = count()
        self._jobs: asyncio.PriorityQueue[Job] = asyncio.PriorityQueue()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="embeddings")
        self._worker: asyncio.Task[None] | None = None
        self._lock = asyncio.Lock()

    async def embed(self, texts: Sequence[str], purpose: Purpose) -> list[Embedding]:
        """See `Embedder.embed`."""
        if self._jobs.qsize() + len(texts) > self._limit:
            raise overloaded()
        if self._worker is None:
            self._worker = asyncio.create_task(self._work())
        loop = asyncio.get_running_loop()
        futures = [loop.create_future() for _ in texts]
        for text, future in zip(texts, futures, strict=True):
            self._jobs.put_nowait((purpose, next(self._order), text, future))
        try:
            return list(await asyncio.gather(*futures))
        except EmbeddingError as error:
            raise _unavailable() from error
        finally:
            for future in futures:
                future.cancel()  # Nobody waits for what is not done yet.

    async def check(self) -> None:
        """See `Embedder.check`."""
        await self._loaded()

    async def close(self) -> None:
        """See `Embedder.close`."""
        if self._worker is not None:
            self._worker.cancel()
            await asyncio.gather(self._worker, return_exceptions=True)
        while not self._jobs.empty():
            *_, future = self._jobs.get_nowait()
            if not future.done():
                future.set_exception(EmbeddingError("the process stops"))
        await asyncio.to_thread(self._thread.shutdown)

    async def _work(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            *_, text, future = await self._jobs.get()
            if future.done():
                continue
            try:
                engine = await self._loaded()
                result = await loop.run_in_executor(self._thread, engine.embed, text)
            except Exception as error:  # noqa: BLE001 - One text must not end the worker.
                _fail(future, error)
            else:
                if not future.done():
                    future.set_result(result)

    async def _loaded(self) -> Engine:
        async with self._lock:
            if self._engine is None:
                loop = asyncio.get_running_loop()
                self._engine = await loop.run_in_executor(self._thread, self._load)
                log.info("model_loaded", model=self.model, dimension=self.dimension)
            return self._engine


def _fail(future: asyncio.Future[Embedding], error: Exception) -> None:
    if not isinstance(error, EmbeddingError):
        log.error("embedding_failed", exc_info=error)
    if not future.done():
        future.set_exception(EmbeddingError(str(error)))


def _unavailable() -> ServiceError:
    return ServiceError(
        ErrorReason.ERROR_REASON_PROVIDER_UNAVAILABLE,
        "The embedding model cannot be loaded or run.",
        retry_after=RETRY_AFTER,
        provider=NAME,
    )
