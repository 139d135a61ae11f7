"""Stores what is new of all answers in one call, now and then, and renews leases."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import suppress

import structlog

from gateway.clients.store import Delta, Permit, Store
from gateway.generations.generation import Generation
from gateway.generations.load import Load
from mesh.errors import ServiceError

log = structlog.get_logger()

# What one call may hold: the contract's limit, and less than a gRPC message.
MAX_DELTAS = 2000
MAX_CHARACTERS = 1_000_000
# A lease is renewed this often in its time.
RENEWALS = 3
# The next round waits so many times as long as the last one took.
PATIENCE = 4


class Checkpointed:
    """One answer that is being written, and what is stored of it.

    Attributes:
        worker_endpoint: Of the llm_worker that generates; stored, so that another
            gateway can take over.
    """

    def __init__(self, generation: Generation, permit: Permit) -> None:
        self.generation = generation
        self.permit = permit
        self.worker_endpoint = ""
        self._stored_endpoint = ""
        self._renewed = asyncio.get_running_loop().time()

    def delta(self, *, renewed_before: float) -> Delta | None:
        """Returns what is new; None when nothing is and the lease is fresh."""
        text = self.generation.text.unstored()
        evidence = self.generation.findings.unstored()
        is_known = self.worker_endpoint == self._stored_endpoint
        has_news = bool(text or evidence)
        if not has_news and is_known and self._renewed > renewed_before:
            return None
        return Delta(
            permit=self.permit,
            text=text,
            text_offset=self.generation.text.stored,
            last_sequence=self.generation.last_sequence,
            worker_endpoint=self.worker_endpoint,
            evidence=evidence,
        )

    def mark_stored(self, delta: Delta, now: float) -> None:
        """Notes that `delta` is stored."""
        self.generation.text.mark_stored(delta.text, delta.text_offset)
        self.generation.findings.mark_stored(delta.evidence)
        self._stored_endpoint = delta.worker_endpoint
        self._renewed = now

    def lose(self) -> None:
        """Stops the writer: another process may write now."""
        raise NotImplementedError


class Checkpointer:
    """One ticker for all answers. An outage of the store loses nothing: what is new
    waits in memory and goes with a later round.
    """

    def __init__(
        self,
        store: Store,
        load: Load,
        *,
        seconds: float,
        max_seconds: float,
        lease_seconds: float,
    ) -> None:
        self._store = store
        self._load = load
        self._seconds = seconds
        self._max_seconds = max_seconds
        self._renew_seconds = lease_seconds / RENEWALS
        self._active: dict[str, Checkpointed] = {}
        self._task: asyncio.Task[None] | None = None
        self._hurried = asyncio.Event()

    def hurry(self) -> None:
        """Begins the next round now: what is new must not be lost with this process."""
        self._hurried.set()

    def add(self, item: Checkpointed) -> None:
        """Begins to store `item`."""
        self._active[item.generation.id] = item

    def remove(self, item: Checkpointed) -> None:
        """Stores `item` no more."""
        if self._active.get(item.generation.id) is item:
            del self._active[item.generation.id]

    def start(self) -> None:
        """Begins to tick."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Ticks no more."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    async def _run(self) -> None:
        clock = asyncio.get_running_loop().time
        pause = self._seconds
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._hurried.wait()
            self._hurried.clear()
            began = clock()
            is_stored = await self.checkpoint()
            took = PATIENCE * (clock() - began)
            busy = self._load.strain * self._max_seconds
            pause = min(max(self._seconds, took, busy), self._max_seconds)
            if not is_stored:
                pause = self._max_seconds

    async def checkpoint(self) -> bool:
        """Stores what is new now; returns whether the store took it."""
        try:
            for deltas in self._batches():
                lost = await self._store.append(list(deltas.values()))
                now = asyncio.get_running_loop().time()
                for id_, delta in deltas.items():
                    self._settle(id_, delta, is_lost=id_ in lost, now=now)
        except ServiceError as error:
            log.warning("checkpoint_failed", reason=error.reason_name)
            return False
        except Exception:  # One bad round must not end all later ones.
            log.exception("checkpoint_failed")
            return False
        return True

    def _batches(self) -> Iterator[dict[str, Delta]]:
        renewed_before = asyncio.get_running_loop().time() - self._renew_seconds
        batch: dict[str, Delta] = {}
        characters = 0
        for id_, item in list(self._active.items()):
            delta = item.delta(renewed_before=renewed_before)
            if delta is None or id_ not in self._active:
                continue
            if batch and (
                len(batch) == MAX_DELTAS
                or characters + len(delta.text) > MAX_CHARACTERS
            ):
                yield batch
                batch, characters = {}, 0
            batch[id_] = delta
            characters += len(delta.text)
        if batch:
            yield batch

    def _settle(self, id_: str, delta: Delta, *, is_lost: bool, now: float) -> None:
        item = self._active.get(id_)
        if item is None or item.permit != delta.permit:
            return  # It ended while the call ran.
        if is_lost:
            log.warning("lease_lost", generation_id=id_)
            item.lose()
        else:
            item.mark_stored(delta, now)
