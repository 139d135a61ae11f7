"""Serves `lamla.chat.v1.ChatService`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing

import grpc
from lamla.chat.v1 import chat_service_pb2 as pb
from lamla.chat.v1 import chat_service_pb2_grpc as pb_grpc
from lamla.chat.v1.generation_pb2 import GenerationEvent

from gateway import convert
from gateway.clients.convert import view_to_proto
from gateway.clients.events import event_to_proto
from gateway.flows.answer_message import AnswerMessage
from gateway.flows.cancel_generation import CancelGeneration
from gateway.flows.get_generation import GetGeneration
from gateway.flows.get_models import GetModels
from gateway.flows.reply import Reply
from gateway.flows.resume_generation import ResumeGeneration
from mesh.identity import peer_of

GATEWAY = "gateway"


class ChatServicer(pb_grpc.ChatServiceServicer):
    """Converts, delegates, converts back. Decisions live in the flows."""

    def __init__(  # noqa: PLR0913 - One flow per method, by keyword.
        self,
        *,
        answer: AnswerMessage,
        reply: Reply,
        resume: ResumeGeneration,
        cancel: CancelGeneration,
        get: GetGeneration,
        offer: GetModels,
    ) -> None:
        self._answer = answer
        self._reply = reply
        self._resume = resume
        self._cancel = cancel
        self._get = get
        self._offer = offer

    def register(self, server: grpc.aio.Server) -> None:
        """Adds the service to `server`."""
        pb_grpc.add_ChatServiceServicer_to_server(self, server)

    async def SendMessage(
        self, request: pb.SendMessageRequest, context: grpc.aio.ServicerContext
    ) -> AsyncIterator[GenerationEvent]:
        question = convert.question_from_send(request)
        async with aclosing(self._answer(question)) as events:
            async for event in events:
                yield event_to_proto(event)

    async def Reply(
        self, request: pb.ReplyRequest, context: grpc.aio.ServicerContext
    ) -> pb.ReplyResponse:
        answer = await self._reply(convert.question_from_reply(request))
        return pb.ReplyResponse(answer=convert.answer_to_proto(answer))

    async def ResumeGeneration(
        self, request: pb.ResumeGenerationRequest, context: grpc.aio.ServicerContext
    ) -> AsyncIterator[GenerationEvent]:
        id_ = convert.id_from_proto(request.generation_id)
        after, is_relayed = request.after_sequence, _is_relayed(context)
        resumed = self._resume(id_, after=after, is_relayed=is_relayed)
        async with aclosing(resumed) as events:
            async for event in events:
                yield event_to_proto(event)

    async def CancelGeneration(
        self, request: pb.CancelGenerationRequest, context: grpc.aio.ServicerContext
    ) -> pb.CancelGenerationResponse:
        id_ = convert.id_from_proto(request.generation_id)
        view = await self._cancel(id_, is_relayed=_is_relayed(context))
        return pb.CancelGenerationResponse(generation=view_to_proto(view))

    async def GetGeneration(
        self, request: pb.GetGenerationRequest, context: grpc.aio.ServicerContext
    ) -> pb.GetGenerationResponse:
        id_ = convert.id_from_proto(request.generation_id)
        view = await self._get(id_, is_relayed=_is_relayed(context))
        return pb.GetGenerationResponse(generation=view_to_proto(view))

    async def Regenerate(
        self, request: pb.RegenerateRequest, context: grpc.aio.ServicerContext
    ) -> AsyncIterator[GenerationEvent]:
        question = convert.question_from_regenerate(request)
        async with aclosing(self._answer(question)) as events:
            async for event in events:
                yield event_to_proto(event)

    async def EditMessage(
        self, request: pb.EditMessageRequest, context: grpc.aio.ServicerContext
    ) -> AsyncIterator[GenerationEvent]:
        question = convert.question_from_edit(request)
        async with aclosing(self._answer(question)) as events:
            async for event in events:
                yield event_to_proto(event)

    async def ContinueAnswer(
        self, request: pb.ContinueAnswerRequest, context: grpc.aio.ServicerContext
    ) -> AsyncIterator[GenerationEvent]:
        question = convert.question_from_continue(request)
        async with aclosing(self._answer(question)) as events:
            async for event in events:
                yield event_to_proto(event)

    async def GetModels(
        self, request: pb.GetModelsRequest, context: grpc.aio.ServicerContext
    ) -> pb.GetModelsResponse:
        return convert.offer_to_proto(await self._offer())


def _is_relayed(context: grpc.aio.ServicerContext) -> bool:
    return peer_of(context) == GATEWAY
