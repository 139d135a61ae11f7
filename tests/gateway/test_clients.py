"""The adapters over real stubs: what goes to persistence and llm_worker."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import grpc
import pytest
from lamla.chat.v1 import generation_pb2 as chat_pb
from lamla.errors.v1.error_reason_pb2 import ErrorReason
from lamla.llm.v1 import generation_service_pb2 as llm_pb
from lamla.llm.v1 import generation_service_pb2_grpc as llm_grpc
from lamla.store.v1 import turn_service_pb2 as store_pb
from lamla.store.v1 import turn_service_pb2_grpc as store_grpc

from gateway.clients.llm_worker import LlmWorker
from gateway.clients.persistence import Persistence
from gateway.clients.pool import ChannelPool
from gateway.clients.store import BeginTurn, Delta, FinishTurn, Permit
from gateway.clients.worker import Job
from gateway.domain import (
    Config,
    FinishReason,
    NewMessage,
    PromptMessage,
    Role,
    State,
    Usage,
)
from mesh.credentials import Certificates
from mesh.errors import ServiceError
from mesh.identity import User, set_user
from mesh.ids import uuid7
from mesh.policy import USERS, rule
from mesh.policy import Role as UserRole
from mesh.testing import serving

STORE = "lamla.store.v1.TurnService"
LLM = "lamla.llm.v1.GenerationService"
CONFIG = Config(model="tiny", temperature=0.5, max_output_tokens=7)
ID = str(uuid7())
PERMIT = Permit(generation_id=ID, capability="secret", epoch=3)


@dataclass
class RecordingTurns(store_grpc.TurnServiceServicer):
    """Keeps requests and their metadata, and answers what it was told to."""

    answers: dict[str, Any] = field(default_factory=dict)
    requests: list[Any] = field(default_factory=list)
    metadata: dict[str, Any] = field(default_factory=dict)
    remaining: float = 0

    async def BeginTurn(self, request: Any, context: Any) -> Any:
        return self._answer(request, context)

    async def AppendEvents(self, request: Any, context: Any) -> Any:
        return self._answer(request, context)

    async def FinishTurn(self, request: Any, context: Any) -> Any:
        return self._answer(request, context)

    async def LocateGeneration(self, request: Any, context: Any) -> Any:
        return self._answer(request, context)

    async def TakeOverGeneration(self, request: Any, context: Any) -> Any:
        return self._answer(request, context)

    def _answer(self, request: Any, context: Any) -> Any:
        self.requests.append(request)
        self.metadata = dict(context.invocation_metadata())
        self.remaining = context.time_remaining()
        answer = self.answers[type(request).__name__]
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def turns() -> RecordingTurns:
    """The servicer behind `persistence`."""
    return RecordingTurns()


@pytest.fixture
async def persistence(certs, turns, issuer) -> AsyncIterator[Persistence]:
    """The adapter, connected to `turns` for a user."""
    users = {"BeginTurn", "LocateGeneration", "TakeOverGeneration"}
    names = [*users, "AppendEvents", "FinishTurn"]
    policy = {
        f"/{STORE}/{name}": rule(
            peers={"gateway"}, roles=USERS if name in users else None
        )
        for name in names
    }
    set_user(User(uuid7(), uuid7(), UserRole.GUEST, issuer.token()))
    async with serving(
        lambda server: store_grpc.add_TurnServiceServicer_to_server(turns, server),
        STORE,
        certs=certs,
        policy=policy,
        peer="persistence",
        client="gateway",
        verifier=issuer.verifier,
    ) as served:
        yield Persistence(served.channel, endpoint="gateway:1", lease_seconds=8)
    set_user(None)


class TestPersistence:
    @pytest.mark.parity("A69")
    async def test_begins_for_the_user_with_a_deadline(self, persistence, turns):
        """
        The user's token goes along, and no call can hang.
        """
        turns.answers["BeginTurnRequest"] = store_pb.BeginTurnResponse(
            generation=chat_pb.Generation(generation_id=ID, state=1),
            created=True,
            capability="secret",
            lease=store_pb.Lease(epoch=1, gateway_endpoint="gateway:1"),
            history=[store_pb.HistoryMessage(role=1, text="Why?")],
            config=chat_pb.GenerationConfig(temperature=0.5, max_output_tokens=7),
            prompt_version="tutor@0",
        )
        new = NewMessage(conversation_id="", parent_message_id="", text="Why?")

        turn = await persistence.begin(
            BeginTurn(
                request_id=str(uuid7()),
                turn=new,
                config=CONFIG,
                prompt_version="tutor@0",
            )
        )

        request = turns.requests[0]
        assert ("gateway:1", 8) == (
            request.gateway_endpoint,
            request.lease_duration.seconds,
        )
        assert "Why?" == request.new_message.text
        assert turns.metadata["authorization"].startswith("Bearer ")
        assert 0 < turns.remaining <= 5
        assert (ID, State.GENERATING, "secret") == (
            turn.view.id,
            turn.view.state,
            turn.capability,
        )
        assert Role.USER is turn.history[0].role
        assert "secret" not in repr(turn)

    async def test_checkpoints_without_a_user(self, persistence, turns):
        """
        A checkpoint carries capabilities, not somebody's token.
        """
        turns.answers["AppendEventsRequest"] = store_pb.AppendEventsResponse(
            lost_generation_ids=[ID]
        )
        delta = Delta(
            permit=PERMIT,
            text="mito",
            text_offset=2,
            last_sequence=9,
            worker_endpoint="worker:2",
        )

        lost = await persistence.append([delta])

        (sent,) = turns.requests[0].deltas
        assert {ID} == lost
        assert ("secret", 3, "mito", 2, 9, "worker:2") == (
            sent.capability,
            sent.epoch,
            sent.text,
            sent.text_offset,
            sent.last_sequence,
            sent.worker_endpoint,
        )
        assert "authorization" not in turns.metadata

    async def test_finishes_with_the_failure(self, persistence, turns):
        """
        State, usage and failure are stored as readers were told.
        """
        turns.answers["FinishTurnRequest"] = store_pb.FinishTurnResponse()
        reason = ErrorReason.ERROR_REASON_PROVIDER_INTERRUPTED

        await persistence.finish(
            FinishTurn(
                permit=PERMIT,
                state=State.FAILED,
                text="mito",
                finish_reason=None,
                usage=Usage(output_tokens=2, duration=timedelta(milliseconds=5)),
                failure=ServiceError(reason, "It stopped."),
                model="tiny",
                provider="local",
                last_sequence=4,
            )
        )

        request = turns.requests[0]
        assert chat_pb.GENERATION_STATE_FAILED == request.state
        assert (2, 5_000_000) == (
            request.usage.output_tokens,
            request.usage.duration.nanos,
        )
        assert not request.usage.HasField("time_to_first_token")
        assert grpc.StatusCode.UNAVAILABLE.value[0] == request.failure.code

    async def test_takes_over_and_locates(self, persistence, turns):
        """
        A lease is read as it is; an ended generation has none.
        """
        generation = chat_pb.Generation(
            generation_id=ID, state=2, finish_reason=2, text="mito", last_sequence=5
        )
        turns.answers["LocateGenerationRequest"] = store_pb.LocateGenerationResponse(
            generation=generation
        )
        turns.answers["TakeOverGenerationRequest"] = (
            store_pb.TakeOverGenerationResponse(
                generation=generation,
                capability="secret",
                lease=store_pb.Lease(epoch=3, worker_endpoint="worker:2"),
            )
        )

        located = await persistence.locate(ID)
        taken = await persistence.take_over(ID)

        assert located.lease is None
        assert FinishReason.LENGTH is located.view.finish_reason
        assert PERMIT == taken.permit
        assert "worker:2" == taken.lease.worker_endpoint

    async def test_passes_typed_errors_on(self, persistence, turns):
        """
        What persistence reports on purpose reaches the user as it is.
        """
        reason = ErrorReason.ERROR_REASON_GENERATION_NOT_FOUND
        turns.answers["LocateGenerationRequest"] = ServiceError(reason, "None.")

        with pytest.raises(ServiceError) as caught:
            await persistence.locate(ID)

        assert reason == caught.value.reason


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
        return llm_pb.ListModelsResponse(
            models=[llm_pb.Model(name="tiny", provider="local")]
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
        Names and providers, the default first.
        """
        (model,) = await adapter.models()

        assert ("tiny", "local") == (model.name, model.provider)

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
