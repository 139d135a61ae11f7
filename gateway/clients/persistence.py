"""Reaches persistence: turns over `lamla.store.v1`, token keys over identity."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from google.protobuf.json_format import MessageToJson
from lamla.identity.v1 import identity_service_pb2 as identity_pb
from lamla.identity.v1.identity_service_pb2_grpc import IdentityServiceStub
from lamla.store.v1 import turn_service_pb2 as pb
from lamla.store.v1.turn_service_pb2_grpc import TurnServiceStub

from gateway.clients.convert import (
    FINISH_REASON_TO_PROTO,
    ROLE_FROM_PROTO,
    STATE_TO_PROTO,
    config_from_proto,
    config_to_proto,
    duration_to_proto,
    timestamp_from_proto,
    usage_to_proto,
    view_from_proto,
)
from gateway.clients.evidence import (
    evidence_write,
    scope_from_proto,
    scope_to_proto,
)
from gateway.clients.store import (
    BeginTurn,
    Delta,
    FinishTurn,
    Permit,
    TakenOver,
)
from gateway.domain import (
    ContinuedAnswer,
    EditedMessage,
    HistoryMessage,
    Lease,
    Located,
    NewMessage,
    RegeneratedAnswer,
    Turn,
)
from mesh import calls
from mesh.channels import PeerChannel
from mesh.errors import status_of

PEER = "persistence"
# A person waits for these.
BEGIN_SECONDS = 5.0
READ_SECONDS = 5.0
# Repeated by the caller until they succeed.
APPEND_SECONDS = 3.0
FINISH_SECONDS = 5.0
TITLE_SECONDS = 5.0
KEYS_SECONDS = 5.0


class Persistence:
    """Implements `Store`."""

    def __init__(
        self, channel: PeerChannel, *, endpoint: str, lease_seconds: float
    ) -> None:
        """`endpoint` is this gateway's own, written into the leases it takes."""
        self._turns = channel.stub(TurnServiceStub)
        self._endpoint = endpoint
        self._lease = duration_to_proto(timedelta(seconds=lease_seconds))

    async def begin(self, turn: BeginTurn) -> Turn:
        """See `Store.begin`."""
        request = pb.BeginTurnRequest(
            request_id=turn.request_id,
            config=config_to_proto(turn.config),
            gateway_endpoint=self._endpoint,
            prompt_version=turn.prompt_version,
            lease_duration=self._lease,
        )
        match turn.turn:
            case NewMessage(conversation_id=id_, parent_message_id=parent, text=text):
                request.new_message.conversation_id = id_
                request.new_message.parent_message_id = parent
                request.new_message.text = text
                if turn.turn.scope is not None:
                    scope = scope_to_proto(turn.turn.scope)
                    request.new_message.scope.CopyFrom(scope)
            case RegeneratedAnswer(message_id=id_):
                request.regenerated_answer.message_id = id_
            case EditedMessage(message_id=id_, text=text):
                request.edited_message.message_id = id_
                request.edited_message.text = text
            case ContinuedAnswer(message_id=id_):
                request.continued_answer.message_id = id_
        options = calls.options(BEGIN_SECONDS, forward_user=True)
        with calls.to(PEER):
            return _turn_from_proto(await self._turns.BeginTurn(request, **options))

    async def append(self, deltas: Sequence[Delta]) -> set[str]:
        """See `Store.append`."""
        request = pb.AppendEventsRequest(
            deltas=[_delta_to_proto(delta) for delta in deltas],
            lease_duration=self._lease,
        )
        with calls.to(PEER):
            response = await self._turns.AppendEvents(
                request, **calls.options(APPEND_SECONDS)
            )
        return set(response.lost_generation_ids)

    async def finish(self, turn: FinishTurn) -> None:
        """See `Store.finish`."""
        request = pb.FinishTurnRequest(
            generation_id=turn.permit.generation_id,
            capability=turn.permit.capability,
            epoch=turn.permit.epoch,
            state=STATE_TO_PROTO[turn.state],
            text=turn.text,
            finish_reason=FINISH_REASON_TO_PROTO[turn.finish_reason],
            usage=usage_to_proto(turn.usage),
            failure=status_of(turn.failure) if turn.failure else None,
            model=turn.model,
            provider=turn.provider,
            last_sequence=turn.last_sequence,
        )
        evidence_write(turn.evidence, request)
        with calls.to(PEER):
            await self._turns.FinishTurn(request, **calls.options(FINISH_SECONDS))

    async def locate(self, generation_id: str) -> Located:
        """See `Store.locate`."""
        options = calls.options(READ_SECONDS, forward_user=True)
        with calls.to(PEER):
            response = await self._turns.LocateGeneration(
                pb.LocateGenerationRequest(generation_id=generation_id), **options
            )
        has_lease = response.HasField("lease")
        return Located(
            view=view_from_proto(response.generation),
            lease=_lease_from_proto(response.lease) if has_lease else None,
            prompt_version=response.prompt_version,
            start_time=timestamp_from_proto(response.start_time),
        )

    async def take_over(self, generation_id: str) -> TakenOver:
        """See `Store.take_over`."""
        request = pb.TakeOverGenerationRequest(
            generation_id=generation_id,
            gateway_endpoint=self._endpoint,
            lease_duration=self._lease,
        )
        options = calls.options(READ_SECONDS, forward_user=True)
        with calls.to(PEER):
            response = await self._turns.TakeOverGeneration(request, **options)
        permit = Permit(
            generation_id=response.generation.generation_id,
            capability=response.capability,
            epoch=response.lease.epoch,
        )
        return TakenOver(
            view=view_from_proto(response.generation),
            permit=permit,
            lease=_lease_from_proto(response.lease),
            prefix_length=response.answer_prefix_length,
        )

    async def name_conversation(self, permit: Permit, title: str) -> bool:
        """See `Store.name_conversation`."""
        request = pb.SetConversationTitleRequest(
            generation_id=permit.generation_id,
            capability=permit.capability,
            title=title,
        )
        options = calls.options(TITLE_SECONDS)
        with calls.to(PEER):
            response = await self._turns.SetConversationTitle(request, **options)
        return response.accepted


class PublishedKeys:
    """Fetches the keys that user tokens are signed with, for `RemoteKeys`."""

    def __init__(self, channel: PeerChannel) -> None:
        self._identity = channel.stub(IdentityServiceStub)

    async def __call__(self) -> str:
        """Returns the JSON Web Key Set."""
        response = await self._identity.GetJwks(
            identity_pb.GetJwksRequest(), **calls.options(KEYS_SECONDS)
        )
        return MessageToJson(response, preserving_proto_field_name=True)


def _turn_from_proto(message: pb.BeginTurnResponse) -> Turn:
    history = tuple(
        HistoryMessage(role=ROLE_FROM_PROTO[entry.role], text=entry.text)
        for entry in message.history
    )
    return Turn(
        view=view_from_proto(message.generation),
        lease=_lease_from_proto(message.lease) if message.HasField("lease") else None,
        prompt_version=message.prompt_version,
        start_time=timestamp_from_proto(message.start_time),
        created=message.created,
        capability=message.capability,
        config=config_from_proto(message.config),
        history=history,
        answer_prefix=message.answer_prefix,
        title_wanted=message.title_wanted,
        scope=scope_from_proto(message.scope),
        scope_has_chunks=message.scope_has_chunks,
    )


def _lease_from_proto(message: pb.Lease) -> Lease:
    return Lease(
        gateway_endpoint=message.gateway_endpoint,
        worker_endpoint=message.worker_endpoint,
        epoch=message.epoch,
        expired=message.expired,
    )


def _delta_to_proto(delta: Delta) -> pb.GenerationDelta:
    message = pb.GenerationDelta(
        generation_id=delta.permit.generation_id,
        capability=delta.permit.capability,
        epoch=delta.permit.epoch,
        text=delta.text,
        text_offset=delta.text_offset,
        last_sequence=delta.last_sequence,
        worker_endpoint=delta.worker_endpoint,
    )
    evidence_write(delta.evidence, message)
    return message
