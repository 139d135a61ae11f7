"""One generation of llm_worker as one stream, over as many connections as it takes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

import structlog
from lamla.errors.v1.error_reason_pb2 import ErrorReason

from gateway.clients.worker import (
    Job,
    ProviderFinished,
    ProviderStarted,
    Worker,
    WorkerEvent,
)
from gateway.events import AttemptChanged, Tokens
from mesh.errors import ServiceError

log = structlog.get_logger()

FIRST_PAUSE_SECONDS = 0.05
LONGEST_PAUSE_SECONDS = 1.0
# llm_worker is gone or going, and the generation may still run there or be run again.
LOST = {
    ErrorReason.ERROR_REASON_DEPENDENCY_UNAVAILABLE,
    ErrorReason.ERROR_REASON_DRAINING,
}


class Source:
    """Reads a generation and re-attaches when the connection is lost.

    As long as nothing has come, a worker that forgot the generation is asked to begin
    again; after that its end is the generation's.
    """

    def __init__(
        self,
        worker: Worker,
        generation_id: str,
        *,
        job: Job | None,
        endpoint: str = "",
        reconnect_seconds: float,
    ) -> None:
        """Without a `job` it only attaches, to the worker at `endpoint`."""
        self._worker = worker
        self._id = generation_id
        self._job = job
        self._endpoint = endpoint
        self._reconnect_seconds = reconnect_seconds
        self._after = 0
        self._provider = ""

    def give(self, job: Job) -> None:
        """Says what to generate, before the first event is read."""
        self._job = job

    async def events(self) -> AsyncGenerator[WorkerEvent, None]:
        """Yields each event once, the last one a `ProviderFinished`.

        Raises:
            ServiceError: what ended the generation instead.
        """
        clock = asyncio.get_running_loop().time
        give_up: float | None = None
        pause = FIRST_PAUSE_SECONDS
        while True:
            try:
                async with aclosing(self._open()) as events:
                    async for event in events:
                        give_up, pause = None, FIRST_PAUSE_SECONDS
                        self._note(event)
                        yield event
                        if isinstance(event.body, ProviderFinished):
                            return
                raise self._interrupted()
            except ServiceError as error:
                if not self._may_go_on(error):
                    raise
                now = clock()
                give_up = give_up or now + self._reconnect_seconds
                if now + pause > give_up:
                    raise
                log.warning(
                    "llm_worker_lost", generation_id=self._id, reason=error.reason_name
                )
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)

    def _open(self) -> AsyncGenerator[WorkerEvent, None]:
        if self._after == 0 and self._job is not None:
            return self._worker.generate(self._job)
        return self._worker.attach(self._id, after=self._after, endpoint=self._endpoint)

    def _note(self, event: WorkerEvent) -> None:
        self._after = event.sequence
        match event.body:
            case Tokens():
                # From here on it cannot begin again; and a prompt is large.
                self._job = None
            case ProviderStarted(provider=provider, worker_endpoint=endpoint):
                self._provider, self._endpoint = provider, endpoint
            case AttemptChanged(provider=provider):
                self._provider = provider

    def _may_go_on(self, error: ServiceError) -> bool:
        if error.reason == ErrorReason.ERROR_REASON_GENERATION_NOT_FOUND:
            if self._job is None:
                raise self._interrupted() from error
            self._after, self._endpoint = 0, ""
            return True
        return error.reason in LOST

    def _interrupted(self) -> ServiceError:
        return ServiceError(
            ErrorReason.ERROR_REASON_PROVIDER_INTERRUPTED,
            "The process that ran the model ended before the answer did.",
            provider=self._provider,
        )
