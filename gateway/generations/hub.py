"""All answers that this process writes, or has just written, by id."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import UUID

import structlog
from lamla.errors.v1.error_reason_pb2 import ErrorReason

from gateway.clients.store import Permit, TakenOver
from gateway.clients.worker import Job
from gateway.domain import GenerationView, Located, Turn
from gateway.events import Started
from gateway.generations import ending
from gateway.generations.generation import Generation
from gateway.generations.memory import Memory
from gateway.generations.plan import Plan
from gateway.generations.source import Source
from gateway.generations.transcript import TakenOverTranscript, Transcript
from gateway.generations.writer import Tools, Writer
from mesh.errors import ServiceError

log = structlog.get_logger()

# A former writer may have sent events that it did not live to store. The numbering
# goes on so far above what is stored that no number is given twice: no answer has as
# many events.
TAKE_OVER_GAP = 10_000
TICK_SECONDS = 1.0
RETRY_AFTER = timedelta(seconds=2)
# Of the time to drain, what is kept for storing how interrupted answers ended.
FINISHING = 0.2


class Hub:
    """Begins, finds and ends generations; forgets ended ones after a while."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._settings = tools.settings
        self._writers: dict[str, Writer] = {}
        self._running: dict[str, asyncio.Task[None]] = {}
        self._ended = Memory(
            seconds=self._settings.keep_ended_seconds,
            count=self._settings.max_ended,
            size_bytes=self._settings.max_ended_bytes,
        )
        self._is_draining = False
        self._ticker: asyncio.Task[None] | None = None

    @property
    def active(self) -> int:
        """How many answers are being written."""
        return len(self._running)

    @property
    def is_draining(self) -> bool:
        """Whether no new answers are taken."""
        return self._is_draining

    def admit(self) -> None:
        """Lets one more generation begin.

        Raises:
            ServiceError: `DRAINING` or `OVERLOADED`.
        """
        if self._is_draining:
            raise ServiceError(
                ErrorReason.ERROR_REASON_DRAINING,
                "This process is shutting down.",
                retry_after=RETRY_AFTER,
            )
        if self.active >= self._settings.max_generations:
            raise ServiceError(
                ErrorReason.ERROR_REASON_OVERLOADED,
                "This process writes as many answers as it can hold.",
                retry_after=RETRY_AFTER,
            )

    def find(self, generation_id: str, owner_id: UUID) -> Writer | None:
        """Returns the writer of a generation; None when it is not written here.

        Raises:
            ServiceError: `GENERATION_NOT_FOUND`, it belongs to another user.
        """
        writer = self._writers.get(generation_id)
        if writer is None or writer.generation.has_moved:
            return None
        if writer.generation.owner_id != owner_id:
            raise not_found(generation_id)
        return writer

    def begin(
        self,
        turn: Turn,
        plan: Plan | Job,
        *,
        owner_id: UUID,
        model: str,
        age: timedelta,
    ) -> Writer:
        """Begins to write a turn; `model` is the one expected to answer."""
        job = plan if isinstance(plan, Job) else None
        # A prefix is stored already, but for readers it comes after `started`.
        view = replace(turn.view, text="", last_sequence=0)
        generation = self._generation(view, turn, owner_id, model=model)
        permit = Permit(
            generation_id=generation.id,
            capability=turn.capability,
            epoch=turn.lease.epoch if turn.lease else 1,
        )
        writer = Writer(
            Transcript(generation, self._tools.hold, prefix=turn.answer_prefix),
            self._source(generation.id, job=job),
            generation=generation,
            permit=permit,
            tools=self._tools,
            plan=None if isinstance(plan, Job) else plan,
            age=age,
        )
        return self._start(writer)

    def adopt(
        self,
        taken: TakenOver,
        located: Located,
        *,
        owner_id: UUID,
        plan: Plan | Job | None = None,
    ) -> Writer:
        """Goes on with a generation whose writer is gone.

        Where nothing that llm_worker made is stored, `plan` begins it again, or
        attaches to it where llm_worker has begun already.
        """
        has_text = len(taken.view.text) > taken.prefix_length
        job = plan if isinstance(plan, Job) and not has_text else None
        view = replace(
            taken.view, last_sequence=taken.view.last_sequence + TAKE_OVER_GAP
        )
        generation = self._generation(view, located, owner_id, model=view.model)
        writer = Writer(
            TakenOverTranscript(
                generation, self._tools.hold, prefix_length=taken.prefix_length
            ),
            self._source(
                view.id,
                job=job,
                endpoint=taken.lease.worker_endpoint,
            ),
            generation=generation,
            permit=taken.permit,
            tools=self._tools,
            plan=self._plan_of(view, plan, has_text=has_text),
            age=max(datetime.now(UTC) - located.start_time, timedelta()),
        )
        writer.worker_endpoint = taken.lease.worker_endpoint
        log.info("taken_over", generation_id=view.id, epoch=taken.permit.epoch)
        return self._start(writer)

    def start(self) -> None:
        """Begins to send heartbeats and to forget."""
        self._ticker = asyncio.create_task(self._tick())

    async def stop(self) -> None:
        """Leaves every answer as it is stored."""
        if self._ticker is not None:
            self._ticker.cancel()
            with suppress(asyncio.CancelledError):
                await self._ticker
        for task in self._running.values():
            task.cancel()
        await asyncio.gather(*self._running.values(), return_exceptions=True)

    async def drain(self) -> None:
        """Lets answers end; what does not in time ends as INTERRUPTED."""
        self._is_draining = True
        seconds = self._settings.drain_seconds * (1 - FINISHING)
        if self._running:
            await asyncio.wait(self._running.values(), timeout=seconds)
        for id_ in list(self._running):
            log.warning("interrupted", generation_id=id_)
            self._writers[id_].stop(ending.interrupted())
        if self._running:
            rest = self._settings.drain_seconds * FINISHING
            await asyncio.wait(self._running.values(), timeout=rest)

    def _generation(
        self, view: GenerationView, at: Located, owner_id: UUID, *, model: str
    ) -> Generation:
        started = Started(
            conversation_id=view.conversation_id,
            user_message_id=view.user_message_id,
            answer_message_id=view.answer_message_id,
            model=model,
            provider=view.provider,
            prompt_version=at.prompt_version,
            start_time=at.start_time,
        )
        return Generation(
            view,
            owner_id=owner_id,
            started=started,
            kept_events=self._settings.kept_events,
            heartbeat_seconds=self._settings.heartbeat_seconds,
        )

    def _plan_of(
        self, view: GenerationView, plan: Plan | Job | None, *, has_text: bool
    ) -> Plan | None:
        """Returns what a new writer has to find out first."""
        grounding = view.evidence.grounding
        if grounding is not None and (has_text or plan is None):
            return partial(self._tools.refind, grounding)
        return None if has_text or isinstance(plan, Job) else plan

    def _source(
        self, id_: str, *, job: Job | None = None, endpoint: str = ""
    ) -> Source:
        return Source(
            self._tools.worker,
            id_,
            job=job,
            endpoint=endpoint,
            reconnect_seconds=self._settings.reconnect_seconds,
        )

    def _start(self, writer: Writer) -> Writer:
        id_ = writer.generation.id
        self._writers[id_] = writer
        task = self._running[id_] = writer.start()
        task.add_done_callback(partial(self._retire, id_))
        return writer

    def _retire(self, id_: str, _: asyncio.Task[None]) -> None:
        del self._running[id_]
        generation = self._writers[id_].generation
        if generation.has_moved:
            del self._writers[id_]
            return
        now = asyncio.get_running_loop().time()
        self._ended.add(id_, now=now, size_bytes=generation.size_bytes)
        self._forget(now)

    def _forget(self, now: float) -> None:
        for id_ in self._ended.forget(now):
            del self._writers[id_]

    async def _tick(self) -> None:
        clock = asyncio.get_running_loop().time
        heartbeat = self._settings.heartbeat_seconds
        pause = min(TICK_SECONDS, heartbeat / 10)
        while True:
            await asyncio.sleep(pause)
            now = clock()
            for id_ in self._running:
                generation = self._writers[id_].generation
                if now - generation.last_append >= heartbeat:
                    generation.wake()
            self._forget(now)


def not_found(generation_id: str) -> ServiceError:
    """Makes the error for a generation that is not there for this user.

    In persistence's words: nobody learns that one exists which is kept here.
    """
    return ServiceError(
        ErrorReason.ERROR_REASON_GENERATION_NOT_FOUND,
        f"No generation {generation_id}.",
        generation_id=generation_id,
    )
