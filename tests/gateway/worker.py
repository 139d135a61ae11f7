"""An llm_worker that follows a script, behind the port of gateway."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from dataclasses import dataclass, field

from lamla.errors.v1.error_reason_pb2 import ErrorReason

from gateway.clients.worker import (
    Job,
    ProviderFinished,
    ProviderStarted,
    WorkerEvent,
)
from gateway.domain import FinishReason, Model
from gateway.events import AttemptChanged, Tokens
from mesh.errors import ServiceError

ENDPOINT = "worker:2"


@dataclass
class Drop:
    """The connection breaks here, `times` times.

    The generation goes on, unless the worker `forgets` it because it was killed.
    """

    times: int = 1
    forgets: bool = False


Obstacle = asyncio.Event | ServiceError | Drop | float
Happening = ProviderStarted | Tokens | AttemptChanged | ProviderFinished
Step = str | AttemptChanged | Obstacle


@dataclass
class ScriptedWorker:
    """Says what its script says; an event in it waits until the test sets it, a number
    is a pause in seconds.

    Attributes:
        script: The steps of every generation.
        choose: Returns those of one generation, where they differ.
        jobs: What it was asked to generate.
        attached: Which events it was asked to continue after.
        cancelled: Ids that it was asked to stop.
        unlisted: Models that it finds by their names only.
        closed: Set when a stream was left before its end.
    """

    script: Sequence[Step] = ()
    choose: Callable[[Job], Sequence[Step]] | None = None
    finish_reason: FinishReason = FinishReason.STOP
    accepts: bool = True
    down: ServiceError | None = None
    names: Sequence[str] = ("tiny", "large")
    small: Sequence[str] = ()
    unlisted: Sequence[str] = ()
    provider: str = "local"
    jobs: list[Job] = field(default_factory=list)
    attached: list[tuple[int, str]] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)
    closed: asyncio.Event = field(default_factory=asyncio.Event)
    known: set[str] = field(default_factory=set)
    scripts: dict[str, Sequence[Step]] = field(default_factory=dict)

    async def generate(self, job: Job) -> AsyncGenerator[WorkerEvent, None]:
        """See `Worker.generate`."""
        self._refuse_when_down()
        self.jobs.append(job)
        self.known.add(job.generation_id)
        if self.choose is not None:
            self.scripts[job.generation_id] = self.choose(job)
        async for event in self._play(job.generation_id, after=0):
            yield event

    async def attach(
        self, generation_id: str, *, after: int, endpoint: str
    ) -> AsyncGenerator[WorkerEvent, None]:
        """See `Worker.attach`."""
        self._refuse_when_down()
        self.attached.append((after, endpoint))
        if generation_id not in self.known:
            raise ServiceError(
                ErrorReason.ERROR_REASON_GENERATION_NOT_FOUND, "Not known here."
            )
        async for event in self._play(generation_id, after=after):
            yield event

    async def cancel(self, generation_id: str, *, endpoint: str) -> None:
        """See `Worker.cancel`."""
        self.cancelled.append(generation_id)

    async def models(self, name: str = "") -> tuple[Model, ...]:
        """See `Worker.models`."""
        self._refuse_when_down()
        known = [*self.names, *self.unlisted] if name else self.names
        return tuple(
            Model(
                name=each,
                provider=self.provider,
                context_tokens=2048,
                small_built_in=each in self.small,
            )
            for each in known
            if name in ("", each)
        )

    def _refuse_when_down(self) -> None:
        if self.down is not None:
            raise self.down

    async def _play(
        self, generation_id: str, *, after: int
    ) -> AsyncGenerator[WorkerEvent, None]:
        is_over = False
        try:
            sequence = 0
            script = self.scripts.get(generation_id, self.script)
            for step in self._steps(script):
                if isinstance(step, Happening):
                    sequence += 1
                    if sequence > after:
                        yield WorkerEvent(sequence, step)
                else:
                    await self._suffer(step, generation_id)
            is_over = True
        finally:
            if not is_over:
                self.closed.set()

    def _steps(self, script: Sequence[Step]) -> Iterator[Happening | Obstacle]:
        length = tokens = 0
        if self.accepts:
            yield ProviderStarted(
                provider="local", model="tiny", worker_endpoint=ENDPOINT
            )
        for step in script:
            body = Tokens(step, length, 1) if isinstance(step, str) else step
            if isinstance(body, Tokens):
                length += len(body.text)
                tokens += body.token_count
            elif isinstance(body, AttemptChanged):
                length = body.replace_from_offset
            yield body
        yield ProviderFinished(
            finish_reason=self.finish_reason, prompt_tokens=7, output_tokens=tokens
        )

    async def _suffer(self, step: Obstacle, generation_id: str) -> None:
        match step:
            case asyncio.Event():
                await step.wait()
            case float():
                await asyncio.sleep(step)
            case ServiceError():
                raise step
            case Drop() if step.times > 0:
                step.times -= 1
                if step.forgets:
                    self.known.discard(generation_id)
                raise lost()


def lost() -> ServiceError:
    """Makes what the adapter makes of a connection that broke."""
    return ServiceError(
        ErrorReason.ERROR_REASON_DEPENDENCY_UNAVAILABLE,
        "llm_worker cannot be reached.",
        dependency="llm_worker",
    )
