"""Serves `lamla.compat.v1.CompatService`: the paths of older clients."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing

import grpc
from lamla.compat.v1 import compat_service_pb2 as pb
from lamla.compat.v1 import compat_service_pb2_grpc as pb_grpc

from gateway.clients.conversations import Conversation, Conversations
from gateway.clients.convert import timestamp_to_proto
from gateway.clients.documents import Document, Documents
from gateway.convert import id_from_proto
from gateway.domain import Answer, ConfigRequest, NewMessage, Question
from gateway.flows.list_conversations import ListConversations
from gateway.flows.list_documents import ListDocuments
from gateway.flows.open_guest import OpenGuest
from gateway.flows.reply import Reply
from gateway.flows.tell_text import TellText
from mesh.errors import ServiceError, status_of
from mesh.ids import uuid7


class CompatServicer(pb_grpc.CompatServiceServicer):
    """The flows of ChatService in older clients' words, for guests where no token is
    sent.
    """

    def __init__(
        self,
        *,
        open_guest: OpenGuest,
        reply: Reply,
        tell: TellText,
        conversations: Conversations,
        documents: Documents,
    ) -> None:
        self._open_guest = open_guest
        self._reply = reply
        self._tell = tell
        self._conversations = conversations
        self._list = ListConversations(conversations)
        self._documents = documents
        self._list_documents = ListDocuments(documents)

    def register(self, server: grpc.aio.Server) -> None:
        """Adds the service to `server`."""
        pb_grpc.add_CompatServiceServicer_to_server(self, server)

    async def Chat(
        self, request: pb.ChatRequest, context: grpc.aio.ServicerContext
    ) -> pb.ChatResponse:
        await self._open_guest()
        answer = await self._reply(_question(request.message))
        return pb.ChatResponse(response=answer.view.text)

    async def ChatStream(
        self, request: pb.ChatStreamRequest, context: grpc.aio.ServicerContext
    ) -> AsyncIterator[pb.ChatStreamEvent]:
        await self._open_guest()
        async with aclosing(self._tell(_question(request.message))) as pieces:
            async for piece in pieces:
                if isinstance(piece, ServiceError):
                    yield pb.ChatStreamEvent(error=status_of(piece))
                    return
                yield pb.ChatStreamEvent(response=piece)
        yield pb.ChatStreamEvent(done=True)

    async def CreateConversation(
        self, request: pb.CreateConversationRequest, context: grpc.aio.ServicerContext
    ) -> pb.Conversation:
        await self._open_guest()
        conversation = await self._conversations.create(request.title)
        return _conversation_to_proto(conversation)

    async def ListConversations(
        self, request: pb.ListConversationsRequest, context: grpc.aio.ServicerContext
    ) -> AsyncIterator[pb.Conversation]:
        for conversation in await self._list():
            yield _conversation_to_proto(conversation)

    async def AddMessage(
        self, request: pb.AddMessageRequest, context: grpc.aio.ServicerContext
    ) -> pb.Message:
        id_ = id_from_proto(request.conversation_id)
        await self._open_guest(id_)
        answer = await self._reply(_question(request.message, conversation_id=id_))
        return _message_to_proto(answer)

    async def ListDocuments(
        self, request: pb.ListDocumentsRequest, context: grpc.aio.ServicerContext
    ) -> AsyncIterator[pb.Document]:
        for document in await self._list_documents():
            yield _document_to_proto(document)

    async def GetDocument(
        self, request: pb.GetDocumentRequest, context: grpc.aio.ServicerContext
    ) -> pb.Document:
        id_ = id_from_proto(request.document_id)
        await self._open_guest(document_id=id_)
        return _document_to_proto(await self._documents.get(id_))


def _question(text: str, *, conversation_id: str = "") -> Question:
    turn = NewMessage(conversation_id=conversation_id, parent_message_id="", text=text)
    # Older clients name no request: each call is a new one.
    return Question(request_id=str(uuid7()), turn=turn, config=ConfigRequest(path=""))


def _conversation_to_proto(conversation: Conversation) -> pb.Conversation:
    return pb.Conversation(
        id=conversation.id,
        title=conversation.title,
        created_at=timestamp_to_proto(conversation.create_time).ToJsonString(),
        updated_at=timestamp_to_proto(conversation.update_time).ToJsonString(),
    )


def _document_to_proto(document: Document) -> pb.Document:
    return pb.Document(
        id=document.id,
        title=document.title,
        file_name=document.file_name,
        state=document.state,
        error=document.error,
        page_count=document.page_count,
        chunk_count=document.chunk_count,
        size_bytes=document.size_bytes,
        created_at=timestamp_to_proto(document.create_time).ToJsonString(),
        updated_at=timestamp_to_proto(document.update_time).ToJsonString(),
    )


def _message_to_proto(answer: Answer) -> pb.Message:
    view = answer.view
    return pb.Message(
        id=view.answer_message_id,
        conversation_id=view.conversation_id,
        role="assistant",
        content=view.text,
        response=view.text,
        created_at=timestamp_to_proto(answer.create_time).ToJsonString(),
    )
