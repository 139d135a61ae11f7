"""Reaches persistence's ConversationService with the user's own token."""

from __future__ import annotations

from lamla.chat.v1 import conversation_pb2
from lamla.chat.v1 import conversation_service_pb2 as pb
from lamla.chat.v1.conversation_service_pb2_grpc import ConversationServiceStub

from gateway.clients.conversations import Conversation
from gateway.clients.convert import timestamp_from_proto
from mesh import calls
from mesh.channels import PeerChannel
from mesh.ids import uuid7

PEER = "persistence"
CALL_SECONDS = 5.0


class ConversationStore:
    """Implements `Conversations`."""

    def __init__(self, channel: PeerChannel) -> None:
        self._conversations = channel.stub(ConversationServiceStub)

    async def create(self, title: str) -> Conversation:
        """See `Conversations.create`."""
        request = pb.CreateConversationRequest(request_id=str(uuid7()), title=title)
        options = calls.options(CALL_SECONDS, forward_user=True)
        with calls.to(PEER):
            response = await self._conversations.CreateConversation(request, **options)
        return _conversation_from_proto(response.conversation)

    async def list(self, limit: int) -> list[Conversation]:
        """See `Conversations.list`."""
        request = pb.ListConversationsRequest(page_size=limit)
        options = calls.options(CALL_SECONDS, forward_user=True)
        with calls.to(PEER):
            response = await self._conversations.ListConversations(request, **options)
        return [_conversation_from_proto(each) for each in response.conversations]


def _conversation_from_proto(message: conversation_pb2.Conversation) -> Conversation:
    return Conversation(
        id=message.conversation_id,
        title=message.title,
        create_time=timestamp_from_proto(message.create_time),
        update_time=timestamp_from_proto(message.update_time),
    )
