"""The adapter to llm_worker over a real stub."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest
from lamla.chat.v1 import generation_pb2 as chat_pb
from lamla.errors.v1.error_reason_pb2 import ErrorReason
from lamla.llm.v1 import generation_service_pb2 as llm_pb
from lamla.llm.v1 import generation_service_pb2_grpc as llm_grpc

from gateway.clients.llm_worker import LlmWorker
from gateway.clients.pool import ChannelPool
from gateway.clients.worker import Job
from gateway.domain import (
    Config,
    FinishReason,
    Model,
    PromptMessage,
    Role,
)
from mesh.credentials import Certificates
from mesh.errors import ServiceError
from mesh.ids import uuid7
from mesh.policy import rule
from mesh.testing import serving

LLM = "lamla.llm.v1.GenerationService"
CONFIG = Config(model="tiny", temperature=0.5, max_output_tokens=7)
ID = str(uuid7())


@dataclass
class RecordingWorker(llm_grpc.GenerationServiceServicer):
    """Plays two tokens and then waits, or fails, or ends."""

    gate: asyncio.Event = field(default_factory=asyncio.Event)
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    requests: list[Any] = field(default_factory=list)
    failure: ServiceError | None = None

    async def Generate(self, request: Any, context: Any) -> AsyncIterator[Any]:
        self.requests.append(request)
        try:
            started = llm_pb.ProviderStarted(
                provider="local", model="tiny", worker_endpoint="worker:2"
            )
            yield llm_pb.GenerateEvent(sequence=1, started=started)
            yield llm_pb.GenerateEvent(sequence=2, tokens={"text": "mito"})
            if self.failure is not None:
                raise self.failure
            await self.gate.wait()
            finished = llm_pb.ProviderFinished(
                finish_reason=2, usage=chat_pb.Usage(prompt_tokens=7)
            )
            yield llm_pb.GenerateEvent(sequence=3, finished=finished)
        finally:
            self.ended.set()

    async def Attach(self, request: Any, context: Any) -> AsyncIterator[Any]:
        self.requests.append(request)
        yield llm_pb.GenerateEvent(
            sequence=3, attempt_changed=chat_pb.AttemptChanged(attempt=2)
        )

    async def Cancel(self, request: Any, context: Any) -> Any:
        self.requests.append(request)
        return llm_pb.CancelResponse()

    async def ListModels(self, request: Any, context: Any) -> Any:
        self.requests.append(request)
        return llm_pb.ListModelsResponse(
            models=[
                llm_pb.Model(
                    name="tiny",
                    provider="local",
                    context_tokens=2048,
                    small_built_in=True,
                )
            ]
        )


@pytest.fixture
def recording() -> RecordingWorker:
    """The servicer behind `adapter`."""
    return RecordingWorker()


@asynccontextmanager
async def _adapter(certs: Any, servicer: RecordingWorker) -> AsyncIterator[LlmWorker]:
    names = ("Generate", "Attach", "Cancel", "ListModels")
    pool = ChannelPool("llm_worker", Certificates(certs / "gateway"))
    async with serving(
        lambda server: llm_grpc.add_GenerationServiceServicer_to_server(
            servicer, server
        ),
        LLM,
        certs=certs,
        policy={f"/{LLM}/{name}": rule(peers={"gateway"}) for name in names},
        peer="llm_worker",
        client="gateway",
    ) as served:
        adapter = LlmWorker(served.channel, pool, detach_seconds=10, timeout_seconds=20)
        adapter.address = served.address  # type: ignore[attr-defined]
        yield adapter
    await pool.close()


@pytest.fixture
async def adapter(certs, recording) -> AsyncIterator[LlmWorker]:
    """The adapter, connected to `recording`."""
    async with _adapter(certs, recording) as adapter:
        yield adapter


JOB = Job(
    generation_id=ID,
    prompt=[
        PromptMessage(role=Role.SYSTEM, text="Be kind."),
        PromptMessage(role=Role.ASSISTANT, text="Hi.", may_drop=True),
        PromptMessage(role=Role.USER, text="Why?"),
    ],
    config=CONFIG,
)


class TestLlmWorker:
    async def test_generates(self, adapter, recording):
        """
        Prompt, configuration and grace go out; events come in, in their order.
        """
        recording.gate.set()

        events = [event async for event in adapter.generate(JOB)]

        request = recording.requests[0]
        assert [1, 3, 2] == [message.role for message in request.messages]
        assert [False, True, False] == [m.may_drop for m in request.messages]
        assert 10 == request.detach_grace.seconds
        assert [1, 2, 3] == [event.sequence for event in events]
        assert "worker:2" == events[0].body.worker_endpoint
        assert ("mito", 0, 0) == events[1].body
        assert FinishReason.LENGTH is events[2].body.finish_reason

    async def test_leaving_ends_the_call(self, adapter, recording):
        """
        Closing the stream ends the call, so that the worker's grace begins.
        """
        events = adapter.generate(JOB)
        await anext(events)
        await events.aclose()

        await asyncio.wait_for(recording.ended.wait(), 2)

    async def test_attaches_and_cancels_at_one_worker(self, adapter, recording):
        """
        A certain worker is reached by its endpoint, and must prove to be one.
        """
        endpoint = adapter.address
        events = [e async for e in adapter.attach(ID, after=2, endpoint=endpoint)]
        await adapter.cancel(ID, endpoint=endpoint)

        assert 2 == recording.requests[0].after_sequence
        assert 2 == events[0].body.attempt
        assert ID == recording.requests[1].generation_id

    async def test_lists_models(self, adapter):
        """
        What is known of each, the default first.
        """
        (model,) = await adapter.models()

        expected = Model(
            name="tiny", provider="local", context_tokens=2048, small_built_in=True
        )
        assert expected == model

    async def test_asks_for_one_model_by_name(self, adapter, recording):
        """
        Also finds what is not listed.
        """
        await adapter.models("scripted-n3")

        assert "scripted-n3" == recording.requests[0].name

    async def test_nobody_waits_for_what_does_not_detach(self, adapter, recording):
        """
        A text that only this call wants ends with it, at once.
        """
        job = replace(JOB, detaches=False)
        async with aclosing(adapter.generate(job)) as events:
            await anext(events)

        assert not recording.requests[0].HasField("detach_grace")
        await asyncio.wait_for(recording.ended.wait(), 3)

    async def test_typed_failures_pass(self, adapter, recording):
        """
        What the provider did reaches the reader as it was reported.
        """
        reason = ErrorReason.ERROR_REASON_PROVIDER_RATE_LIMITED
        recording.failure = ServiceError(
            reason, "Slow down.", retry_after=timedelta(seconds=3), provider="x"
        )

        with pytest.raises(ServiceError) as caught:
            _ = [event async for event in adapter.generate(JOB)]

        assert reason == caught.value.reason
        assert timedelta(seconds=3) == caught.value.retry_after

    async def test_a_worker_that_is_away(self, certs, recording):
        """
        A refused connection is DEPENDENCY_UNAVAILABLE, which may pass.
        """
        pool = ChannelPool("llm_worker", Certificates(certs / "gateway"))
        away = LlmWorker(
            await pool.get("127.0.0.1:1"), pool, detach_seconds=1, timeout_seconds=5
        )

        with pytest.raises(ServiceError) as caught:
            await away.models()

        expected = ErrorReason.ERROR_REASON_DEPENDENCY_UNAVAILABLE
        assert expected == caught.value.reason
        await pool.close()


async def test_the_pool_is_bounded(certs, monkeypatch):
    """
    Endpoints that come and go with replicas do not pile up channels.
    """
    monkeypatch.setattr("gateway.clients.pool.MAX_CHANNELS", 2)
    pool = ChannelPool("llm_worker", Certificates(certs / "gateway"))

    first = await pool.get("a:1")
    await pool.get("b:1")
    assert first is await pool.get("a:1")
    await pool.get("c:1")

    assert first is await pool.get("a:1")
    assert ["c:1", "a:1"] == list(pool._channels)  # noqa: SLF001 - The bound.
    await pool.close()
