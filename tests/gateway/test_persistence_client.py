"""The adapter to persistence over a real stub."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import grpc
import pytest
from lamla.chat.v1 import generation_pb2 as chat_pb
from lamla.errors.v1.error_reason_pb2 import ErrorReason
from lamla.store.v1 import turn_service_pb2 as store_pb
from lamla.store.v1 import turn_service_pb2_grpc as store_grpc

from gateway.clients.persistence import Persistence
from gateway.clients.store import BeginTurn, Delta, FinishTurn, Permit
from gateway.domain import (
    Config,
    ContinuedAnswer,
    FinishReason,
    NewMessage,
    Role,
    State,
    Usage,
)
from mesh.errors import ServiceError
from mesh.identity import User, set_user
from mesh.ids import uuid7
from mesh.policy import USERS, rule
from mesh.policy import Role as UserRole
from mesh.testing import serving

STORE = "lamla.store.v1.TurnService"
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

    async def SetConversationTitle(self, request: Any, context: Any) -> Any:
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
    names = [*users, "AppendEvents", "FinishTurn", "SetConversationTitle"]
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

    async def test_begins_the_rest_of_an_answer(self, persistence, turns):
        """
        What is continued is named; what it begins with comes back.
        """
        turns.answers["BeginTurnRequest"] = store_pb.BeginTurnResponse(
            generation=chat_pb.Generation(generation_id=ID, state=1, text="The mito"),
            created=True,
            answer_prefix="The mito",
            title_wanted=True,
        )
        message_id = str(uuid7())

        turn = await persistence.begin(
            BeginTurn(
                request_id=str(uuid7()),
                turn=ContinuedAnswer(message_id=message_id),
                config=CONFIG,
                prompt_version="tutor@0",
            )
        )

        assert message_id == turns.requests[0].continued_answer.message_id
        assert ("The mito", True) == (turn.answer_prefix, turn.title_wanted)

    async def test_names_a_conversation(self, persistence, turns):
        """
        A title goes with the capability, without a user.
        """
        turns.answers["SetConversationTitleRequest"] = (
            store_pb.SetConversationTitleResponse(accepted=True)
        )

        accepted = await persistence.name_conversation(PERMIT, "Mitochondria")

        request = turns.requests[0]
        assert accepted
        assert (ID, "secret", "Mitochondria") == (
            request.generation_id,
            request.capability,
            request.title,
        )
        assert "authorization" not in turns.metadata

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
                answer_prefix_length=4,
            )
        )

        located = await persistence.locate(ID)
        taken = await persistence.take_over(ID)

        assert located.lease is None
        assert FinishReason.LENGTH is located.view.finish_reason
        assert PERMIT == taken.permit
        assert "worker:2" == taken.lease.worker_endpoint
        assert 4 == taken.prefix_length

    async def test_passes_typed_errors_on(self, persistence, turns):
        """
        What persistence reports on purpose reaches the user as it is.
        """
        reason = ErrorReason.ERROR_REASON_GENERATION_NOT_FOUND
        turns.answers["LocateGenerationRequest"] = ServiceError(reason, "None.")

        with pytest.raises(ServiceError) as caught:
            await persistence.locate(ID)

        assert reason == caught.value.reason
