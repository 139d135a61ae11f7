"""Reaches llm_worker over `lamla.llm.v1`."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import timedelta
from typing import Any

import structlog
from lamla.llm.v1 import generation_service_pb2 as pb
from lamla.llm.v1.generation_service_pb2_grpc import GenerationServiceStub

from gateway.clients.convert import (
    FINISH_REASON_FROM_PROTO,
    config_to_proto,
    duration_to_proto,
)
from gateway.clients.events import attempt_from_proto, tokens_from_proto
from gateway.clients.pool import ChannelPool
from gateway.clients.worker import (
    Job,
    ProviderFinished,
    ProviderStarted,
    WorkerEvent,
)
from gateway.domain import FinishReason, Model, PromptMessage, Role
from mesh import calls
from mesh.channels import PeerChannel

log = structlog.get_logger()

PEER = "llm_worker"
CANCEL_SECONDS = 2.0
MODELS_SECONDS = 2.0

ROLE_TO_PROTO = {
    Role.SYSTEM: pb.PROMPT_ROLE_SYSTEM,
    Role.USER: pb.PROMPT_ROLE_USER,
    Role.ASSISTANT: pb.PROMPT_ROLE_ASSISTANT,
}


class LlmWorker:
    """Implements `Worker`."""

    def __init__(
        self,
        channel: PeerChannel,
        pool: ChannelPool,
        *,
        detach_seconds: float,
        timeout_seconds: float,
    ) -> None:
        """Generates on any llm_worker over `channel`; `pool` reaches a certain one.

        Args:
            detach_seconds: How long a generation waits there for an attach.
            timeout_seconds: How long one may take.
        """
        self._any = channel.stub(GenerationServiceStub)
        self._pool = pool
        self._grace = duration_to_proto(timedelta(seconds=detach_seconds))
        self._timeout_seconds = timeout_seconds

    async def generate(self, job: Job) -> AsyncGenerator[WorkerEvent, None]:
        """See `Worker.generate`."""
        request = pb.GenerateRequest(
            generation_id=job.generation_id,
            messages=[_prompt_message_to_proto(message) for message in job.prompt],
            config=config_to_proto(job.config),
            detach_grace=self._grace if job.detaches else None,
            may_quote=job.may_quote,
        )
        options = calls.options(self._timeout_seconds)
        call = self._any.Generate(request, **options)
        try:
            with calls.to(PEER):
                async for message in call:
                    yield _event_from_proto(message)
        finally:
            call.cancel()  # Leaving a generator does not end the call it reads.

    async def attach(
        self, generation_id: str, *, after: int, endpoint: str
    ) -> AsyncGenerator[WorkerEvent, None]:
        """See `Worker.attach`."""
        request = pb.AttachRequest(
            generation_id=generation_id,
            after_sequence=after,
            detach_grace=self._grace,
        )
        stub = await self._at(endpoint)
        options = calls.options(self._timeout_seconds)
        call = stub.Attach(request, **options)
        try:
            with calls.to(PEER):
                async for message in call:
                    yield _event_from_proto(message)
        finally:
            call.cancel()

    async def cancel(self, generation_id: str, *, endpoint: str) -> None:
        """See `Worker.cancel`."""
        request = pb.CancelRequest(generation_id=generation_id)
        stub = await self._at(endpoint)
        with calls.to(PEER):
            await stub.Cancel(request, **calls.options(CANCEL_SECONDS))

    async def models(self, name: str = "") -> tuple[Model, ...]:
        """See `Worker.models`."""
        with calls.to(PEER):
            response = await self._any.ListModels(
                pb.ListModelsRequest(name=name), **calls.options(MODELS_SECONDS)
            )
        return tuple(
            Model(
                name=model.name,
                provider=model.provider,
                context_tokens=model.context_tokens,
                small_built_in=model.small_built_in,
            )
            for model in response.models
        )

    async def _at(self, endpoint: str) -> Any:
        if not endpoint:
            return self._any
        return (await self._pool.get(endpoint)).stub(GenerationServiceStub)


def _prompt_message_to_proto(message: PromptMessage) -> pb.PromptMessage:
    return pb.PromptMessage(
        role=ROLE_TO_PROTO[message.role], text=message.text, may_drop=message.may_drop
    )


def _event_from_proto(message: pb.GenerateEvent) -> WorkerEvent:
    sequence = message.sequence
    match message.WhichOneof("event"):
        case "tokens":
            return WorkerEvent(sequence, tokens_from_proto(message.tokens))
        case "started":
            started = ProviderStarted(
                provider=message.started.provider,
                model=message.started.model,
                worker_endpoint=message.started.worker_endpoint,
            )
            return WorkerEvent(sequence, started)
        case "attempt_changed":
            return WorkerEvent(sequence, attempt_from_proto(message.attempt_changed))
        case "finished":
            reason = FINISH_REASON_FROM_PROTO[message.finished.finish_reason]
            finished = ProviderFinished(
                finish_reason=reason or FinishReason.STOP,
                prompt_tokens=message.finished.usage.prompt_tokens,
                output_tokens=message.finished.usage.output_tokens,
            )
            return WorkerEvent(sequence, finished)
        case kind:
            raise ValueError(f"An event of unknown kind: {kind}.")
