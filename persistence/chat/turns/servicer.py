"""TurnService: converts, runs one step of a turn, converts back."""

from __future__ import annotations

from functools import partial
from uuid import UUID

import grpc
from lamla.store.v1 import turn_service_pb2 as pb
from lamla.store.v1 import turn_service_pb2_grpc as pb_grpc

from mesh.identity import current_user
from persistence import orm
from persistence.chat.convert import duration_from_proto, message_to_proto
from persistence.chat.selectors import answer_get
from persistence.chat.text import text_checked
from persistence.chat.turns import convert
from persistence.chat.turns.append import pieces_append
from persistence.chat.turns.begin import turn_begin
from persistence.chat.turns.capability import capability_check
from persistence.chat.turns.finish import turn_finish, turn_finished
from persistence.chat.turns.lease import generation_take_over
from persistence.chat.turns.title import conversation_title
from persistence.pool import Pool

SERVICE = "lamla.store.v1.TurnService"


class TurnServicer(pb_grpc.TurnServiceServicer):
    """What gateway needs of the store to answer a message."""

    def __init__(self, pool: Pool) -> None:
        """Borrows `pool`, whose role may write the rows of all owners."""
        self._pool = pool

    def register(self, server: grpc.aio.Server) -> None:
        """Adds the service to `server`."""
        pb_grpc.add_TurnServiceServicer_to_server(self, server)

    async def BeginTurn(
        self, request: pb.BeginTurnRequest, context: grpc.aio.ServicerContext
    ) -> pb.BeginTurnResponse:
        user = current_user()
        begun = await orm.run(
            turn_begin,
            owner=user.id,
            owner_id=user.id,
            session_id=user.session_id,
            request=convert.turn_request_from_proto(request),
        )
        return convert.begun_turn_to_proto(begun)

    async def AppendEvents(
        self, request: pb.AppendEventsRequest, context: grpc.aio.ServicerContext
    ) -> pb.AppendEventsResponse:
        lost = await self._pool.run(
            partial(
                pieces_append,
                pieces=convert.pieces_from_proto(request),
                lease_duration=duration_from_proto(
                    "lease_duration", request.lease_duration
                ),
            )
        )
        return pb.AppendEventsResponse(lost_generation_ids=map(str, lost))

    async def FinishTurn(
        self, request: pb.FinishTurnRequest, context: grpc.aio.ServicerContext
    ) -> pb.FinishTurnResponse:
        ending = convert.ending_from_proto(request)
        capability_check(ending.capability, ending.generation_id)
        answer = await self._pool.run(partial(turn_finish, ending=ending))
        if answer is None:
            answer = await orm.run(turn_finished, ending=ending, using="service")
        return pb.FinishTurnResponse(message=message_to_proto(answer))

    async def LocateGeneration(
        self, request: pb.LocateGenerationRequest, context: grpc.aio.ServicerContext
    ) -> pb.LocateGenerationResponse:
        user = current_user()
        answer = await orm.run(
            answer_get,
            owner=user.id,
            owner_id=user.id,
            generation_id=UUID(request.generation_id),
        )
        return convert.located_to_proto(answer)

    async def TakeOverGeneration(
        self, request: pb.TakeOverGenerationRequest, context: grpc.aio.ServicerContext
    ) -> pb.TakeOverGenerationResponse:
        user = current_user()
        answer = await orm.run(
            generation_take_over,
            owner=user.id,
            owner_id=user.id,
            generation_id=UUID(request.generation_id),
            gateway_endpoint=text_checked("gateway_endpoint", request.gateway_endpoint),
            lease_duration=duration_from_proto(
                "lease_duration", request.lease_duration
            ),
        )
        return convert.taken_over_to_proto(answer)

    async def SetConversationTitle(
        self, request: pb.SetConversationTitleRequest, context: grpc.aio.ServicerContext
    ) -> pb.SetConversationTitleResponse:
        generation_id = UUID(request.generation_id)
        capability_check(request.capability, generation_id)
        title = convert.title_from_proto(request)
        accepted = await self._pool.run(
            partial(conversation_title, generation_id=generation_id, title=title)
        )
        return pb.SetConversationTitleResponse(accepted=accepted)
