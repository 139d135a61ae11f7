"""Writes one answer to its end, whoever listens."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Protocol

import structlog
from lamla.errors.v1.error_reason_pb2 import ErrorReason

from gateway.clients.store import FinishTurn, Permit, Store
from gateway.clients.worker import (
    ProviderFinished,
    ProviderStarted,
    Worker,
    WorkerEvent,
)
from gateway.domain import FinishReason, State, Usage
from gateway.events import Tokens
from gateway.evidence import Grounding
from gateway.generations import ending
from gateway.generations.checkpoint import Checkpointed, Checkpointer
from gateway.generations.cleaning import marks_of, without_marks
from gateway.generations.ending import Ending
from gateway.generations.generation import Generation
from gateway.generations.hold import Hold
from gateway.generations.plan import Plan, Prepared
from gateway.generations.source import Source
from gateway.generations.transcript import Transcript
from gateway.settings import GatewaySettings
from mesh import calls
from mesh.errors import INTERNAL_MESSAGE, ServiceError

log = structlog.get_logger()

# Who answers where no model does.
DOCUMENTS = "documents"


class Proof(Protocol):
    """Matches the sentences of one answer to their evidence, beside its writer."""

    async def finish(self, seconds: float) -> None:
        """Matches what is left, for about so long, and looks for no more."""

    def stop(self) -> None:
        """Ends at once."""


@dataclass(frozen=True, kw_only=True)
class Tools:
    """What every writer works with.

    Attributes:
        prove: Begins to match the sentences of an answer to what was prepared.
        refind: Finds the chunks again that an answer was given.
    """

    worker: Worker
    store: Store
    hold: Hold
    checkpointer: Checkpointer
    prove: Callable[[Generation, Prepared], Proof]
    refind: Callable[[Grounding], Awaitable[Prepared]]
    settings: GatewaySettings


class Writer(Checkpointed):
    """The one writer of a generation: a task that no caller's end touches."""

    def __init__(  # noqa: PLR0913 - What one answer needs, by keyword.
        self,
        transcript: Transcript,
        source: Source,
        *,
        generation: Generation,
        permit: Permit,
        tools: Tools,
        plan: Plan | None = None,
        age: timedelta = timedelta(),
    ) -> None:
        """Writes what `source` tells.

        Args:
            plan: What to find out before.
            age: How long ago the turn began.
        """
        super().__init__(generation, permit)
        self._plan = plan
        self._proof: Proof | None = None
        self._transcript = transcript
        self._source = source
        self._tools = tools
        self._loop = asyncio.get_running_loop()
        self._began = self._loop.time() - age.total_seconds()
        self._is_reading = False
        self._stopped: Ending | None = None
        self._task: asyncio.Task[None] | None = None

    def start(self) -> asyncio.Task[None]:
        """Begins to write. The task ends when there is nothing more to do."""
        self._tools.checkpointer.add(self)
        self._task = asyncio.create_task(self._run(), context=calls.detached())
        self._task.add_done_callback(self._settle)
        return self._task

    def when_done(self, callback: Callable[[], None]) -> None:
        """Calls back when there is nothing more to write, however it ended."""
        if self._task is not None:
            self._task.add_done_callback(lambda _: callback())

    def stop(self, why: Ending) -> None:
        """Ends the answer as it stands. No effect when it is ending already."""
        self._stopped = self._stopped or why
        if self._is_reading and self._task is not None:
            self._is_reading = False
            self._task.cancel()

    def lose(self) -> None:
        """Leaves the answer to who writes it now; llm_worker may serve them."""
        if self._task is not None:
            self._task.cancel()

    async def _run(self) -> None:
        seconds = self._tools.settings.started_seconds
        timer = self._loop.call_later(seconds, self._transcript.begin)
        try:
            end = await self._read()
        finally:
            timer.cancel()
        if end.stops_worker:
            await self._stop_worker()
        self._transcript.close()
        if self._proof is not None:
            is_whole = end.state is State.COMPLETE
            seconds = self._tools.settings.proof_wait_seconds if is_whole else 0.0
            await self._proof.finish(seconds)
        # Whoever appends while the end is stored would be told that it has ended.
        self._tools.checkpointer.remove(self)
        await self._end(end)

    def _settle(self, task: asyncio.Task[None]) -> None:
        self._tools.checkpointer.remove(self)
        if self._proof is not None:
            self._proof.stop()
        if not task.cancelled() and (error := task.exception()) is not None:
            id_ = self.generation.id
            log.error("writer_failed", generation_id=id_, exc_info=error)
        if self.generation.outcome is None:
            self.generation.move()

    async def _read(self) -> Ending:
        task = asyncio.current_task()
        settings = self._tools.settings
        try:
            self._is_reading = self._stopped is None
            if self._is_reading:
                async with asyncio.timeout(settings.generation_timeout_seconds):
                    await self._copy()
        except asyncio.CancelledError:
            if self._stopped is None or task is None or task.uncancel() > 0:
                raise
        except TimeoutError:
            return ending.failed(_too_long())
        except ServiceError as error:
            return self._ended_by(error)
        except Exception:
            log.exception("generation_failed", generation_id=self.generation.id)
            return replace(ending.failed(_fault()), stops_worker=True)
        finally:
            self._is_reading = False
        return self._completed() or self._stopped or ending.interrupted()

    async def _copy(self) -> None:
        async with aclosing(await self._open()) as events:
            async for event in events:
                self._transcript.write(event.body)
                self.worker_endpoint = (
                    self._transcript.worker_endpoint or self.worker_endpoint
                )

    async def _open(self) -> AsyncGenerator[WorkerEvent, None]:
        """Finds out what is to be found out, and begins to read."""
        if self._plan is None:
            return self._source.events()
        prepared = await self._plan()
        if prepared.grounding is not None:
            self._transcript.ground(prepared.grounding)
            self._tools.checkpointer.hurry()
        if prepared.chunks:
            self._proof = self._tools.prove(self.generation, prepared)
        if prepared.job is not None:
            self._source.give(prepared.job)
        elif prepared.text:
            return _told(prepared.text)
        events = self._source.events()
        marks = marks_of(prepared, self._transcript.begun)
        return events if marks is None else without_marks(events, marks)

    def _completed(self) -> Ending | None:
        finished = self._transcript.finished
        if finished is None:
            return None
        return Ending(
            state=State.COMPLETE,
            finish_reason=finished.finish_reason,
            prompt_tokens=finished.prompt_tokens,
            output_tokens=finished.output_tokens,
        )

    def _ended_by(self, error: ServiceError) -> Ending:
        if error.reason == ErrorReason.ERROR_REASON_GENERATION_ENDED:
            return Ending(state=State.CANCELLED)  # llm_worker was told so already.
        if not self._transcript.is_caught_up:
            return ending.interrupted()
        return ending.failed(error)

    async def _end(self, end: Ending) -> None:
        generation = self.generation
        usage = self._usage(end)
        outcome = end.outcome(usage, generation.text.length)

        def announce() -> None:
            if generation.outcome is None:
                generation.end(outcome, end.state)

        turn = FinishTurn(
            permit=self.permit,
            state=end.state,
            text=str(generation.text),
            finish_reason=end.finish_reason,
            usage=usage,
            failure=end.error,
            model=generation.started.model,
            provider=generation.started.provider,
            last_sequence=generation.last_sequence + 1,
            evidence=generation.findings.all,
        )
        await ending.store(
            turn,
            at=self._tools.store,
            announce=announce,
            wait_seconds=self._tools.settings.finish_wait_seconds,
        )

    async def _stop_worker(self) -> None:
        id_ = self.generation.id
        try:
            await self._tools.worker.cancel(id_, endpoint=self.worker_endpoint)
        except ServiceError as error:
            # It stops by itself when nobody attaches any more.
            reason = error.reason_name
            log.warning("worker_not_cancelled", generation_id=id_, reason=reason)

    def _usage(self, end: Ending) -> Usage:
        first = self._transcript.first_token
        return Usage(
            prompt_tokens=end.prompt_tokens,
            output_tokens=end.output_tokens or self.generation.token_count,
            time_to_first_token=None if first is None else self._since_begin(first),
            duration=self._since_begin(self._loop.time()),
        )

    def _since_begin(self, moment: float) -> timedelta:
        return timedelta(milliseconds=round(1_000 * (moment - self._began)))


async def _told(text: str) -> AsyncGenerator[WorkerEvent, None]:
    """Tells an answer that no model makes."""
    started = ProviderStarted(provider=DOCUMENTS, model="", worker_endpoint="")
    yield WorkerEvent(1, started)
    yield WorkerEvent(2, Tokens(text, 0, 0))
    yield WorkerEvent(
        3,
        ProviderFinished(
            finish_reason=FinishReason.STOP, prompt_tokens=0, output_tokens=0
        ),
    )


def _too_long() -> ServiceError:
    return ServiceError(
        ErrorReason.ERROR_REASON_DEADLINE_EXCEEDED,
        "The answer took longer than an answer may take.",
    )


def _fault() -> ServiceError:
    return ServiceError(ErrorReason.ERROR_REASON_INTERNAL, INTERNAL_MESSAGE)
