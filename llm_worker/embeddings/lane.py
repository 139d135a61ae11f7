"""Threads of their own, and texts that wait for them, one of each call in turn."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import structlog

from llm_worker.embeddings.base import Embedding, EmbeddingError
from llm_worker.failures import overloaded

log = structlog.get_logger()

# A tenth of a contended core's time, all of an idle one's.
BACKGROUND_NICENESS = 10

Work = Callable[[str], Embedding]
Job = tuple[int, int, Work, str, "asyncio.Future[Embedding]"]


class Lane:
    """Works on one text at a time with each thread.

    A call's n-th text waits for the n-th of the calls that came before it, not for all
    that they have: a small document gets through beside a large one.
    """

    def __init__(
        self, name: str, *, limit: int, threads: int = 1, is_background: bool = False
    ) -> None:
        """Lets at most `limit` texts wait.

        Args:
            is_background: Whether everything else on the machine goes first.
        """
        self._limit = limit
        self._round = 0
        self._order = count()
        self._jobs: asyncio.PriorityQueue[Job] = asyncio.PriorityQueue()
        self._threads = ThreadPoolExecutor(
            threads,
            thread_name_prefix=name,
            initializer=_step_back if is_background else None,
        )
        self._workers: list[asyncio.Task[None]] = []
        self._count = threads

    async def each(self, work: Work, texts: Sequence[str]) -> list[Embedding]:
        """Returns what `work` makes of each text, in their order.

        Raises:
            EmbeddingError: it failed for one of them, or the lane was closed.
            ServiceError: `OVERLOADED` when too many texts wait.
        """
        if self._jobs.qsize() + len(texts) > self._limit:
            raise overloaded()
        if not self._workers:
            self._workers = [
                asyncio.create_task(self._work()) for _ in range(self._count)
            ]
        loop = asyncio.get_running_loop()
        futures = [loop.create_future() for _ in texts]
        rounds = count(self._round + 1)
        for turn, text, future in zip(rounds, texts, futures, strict=False):
            self._jobs.put_nowait((turn, next(self._order), work, text, future))
        try:
            return list(await asyncio.gather(*futures))
        finally:
            for future in futures:
                future.cancel()  # Nobody waits for what is not done yet.

    async def close(self) -> None:
        """Ends the threads; what waits fails."""
        for worker in self._workers:
            worker.cancel()
        await asyncio.gather(*self._workers, return_exceptions=True)
        while not self._jobs.empty():
            *_, future = self._jobs.get_nowait()
            if not future.done():
                future.set_exception(EmbeddingError("the process stops"))
        await asyncio.to_thread(self._threads.shutdown)

    async def _work(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            self._round, _, work, text, future = await self._jobs.get()
            if future.done():
                continue
            try:
                result = await loop.run_in_executor(self._threads, work, text)
            except asyncio.CancelledError:
                _fail(future, EmbeddingError("the process stops"))
                raise
            except Exception as error:  # noqa: BLE001 - One text must not end the lane.
                _fail(future, error)
            else:
                if not future.done():
                    future.set_result(result)


def _fail(future: asyncio.Future[Embedding], error: Exception) -> None:
    if not isinstance(error, EmbeddingError):
        log.error("embedding_failed", exc_info=error)
    if not future.done():
        future.set_exception(EmbeddingError(str(error)))


def _step_back() -> None:
    # Niceness is a thread's own on Linux only; elsewhere it is the whole process's.
    if sys.platform == "linux":
        os.nice(BACKGROUND_NICENESS)
