"""Shows how far documents are, and hears which of them are not wanted any more."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import structlog

from mesh.errors import ServiceError
from persistence.documents.ingestion.clients.llm_worker import Passages
from persistence.documents.ingestion.domain import Claim, Progress
from persistence.documents.ingestion.failures import serialized
from persistence.documents.ingestion.store import Store
from persistence.documents.models import Phase

log = structlog.get_logger()

# At most four times a second for each document.
WRITE_SECONDS = 0.25
# A cancelled document is let go within two seconds.
LOOK_SECONDS = 0.75


@dataclass
class _Watched:
    """A document that is worked on."""

    claim: Claim
    progress: Progress
    stop: Callable[[], None]
    shown: Progress = field(default_factory=Progress)


class Reporter:
    """One statement for all documents of the process, a few times a second."""

    def __init__(self, store: Store, passages: Passages | None) -> None:
        """Writes through `store`; `run` has to run."""
        self._store = store
        self._passages = passages
        self._watched: dict[int, _Watched] = {}

    @contextmanager
    def watch(
        self, claim: Claim, progress: Progress, stop: Callable[[], None]
    ) -> Iterator[None]:
        """Shows `progress` as it changes; calls `stop` once the claim is void."""
        watched = _Watched(claim, progress, stop, replace(progress))
        self._watched[id(watched)] = watched
        try:
            yield
        finally:
            del self._watched[id(watched)]

    async def run(self) -> None:
        """Works until cancelled. While the database is down it waits."""
        looked = 0.0
        while True:
            await asyncio.sleep(WRITE_SECONDS)
            try:
                await self._write()
                if time.monotonic() - looked >= LOOK_SECONDS:
                    looked = time.monotonic()
                    await self._look()
            except ServiceError as error:
                log.info("progress_not_written", reason=error.reason_name)
            except Exception:  # Without this task nobody hears of a cancellation.
                log.exception("progress_not_written")

    async def _write(self) -> None:
        waits_for = self._trouble()
        for watched in self._watched.values():
            is_embedding = watched.progress.phase is Phase.EMBEDDING
            watched.progress.waits_for = waits_for if is_embedding else b""
        changed = [w for w in self._watched.values() if w.progress != w.shown]
        if not changed:
            return
        shown = [(w, replace(w.progress)) for w in changed]
        await self._store.progress_write([(w.claim, now) for w, now in shown])
        for watched, now in shown:
            watched.shown = now

    def _trouble(self) -> bytes:
        trouble = self._passages.trouble if self._passages is not None else None
        return b"" if trouble is None else serialized(trouble)

    async def _look(self) -> None:
        watched = list(self._watched.values())
        if not watched:
            return
        alive = await self._store.alive(w.claim for w in watched)
        for each in watched:
            if (each.claim.document_id, each.claim.attempt) not in alive:
                each.stop()
