"""Reaches gateway's ChatService with the user's own token."""

from __future__ import annotations

from uuid import UUID

from lamla.chat.v1 import chat_service_pb2 as pb
from lamla.chat.v1.chat_service_pb2_grpc import ChatServiceStub
from lamla.documents.v1 import retrieval_scope_pb2
from lamla.errors.v1.error_reason_pb2 import ErrorReason

from mesh import calls
from mesh.channels import PeerChannel
from mesh.errors import RETRY_AFTER, ServiceError
from mesh.ids import uuid7

PEER = "gateway"
REPLY_SECONDS = 120.0


class GatewayChats:
    """Implements `Chats`."""

    def __init__(self, channel: PeerChannel | None) -> None:
        """Without a channel there is nobody to ask."""
        self._chats = channel.stub(ChatServiceStub) if channel else None

    async def reply(self, message: str, document_id: UUID) -> str:
        """See `Chats.reply`."""
        if self._chats is None:
            raise ServiceError(
                ErrorReason.ERROR_REASON_DEPENDENCY_UNAVAILABLE,
                "This process does not know where gateway is.",
                retry_after=RETRY_AFTER,
                dependency=PEER,
            )
        scope = retrieval_scope_pb2.RetrievalScope(
            kind=retrieval_scope_pb2.SCOPE_KIND_SELECTED,
            document_ids=[str(document_id)],
        )
        request = pb.ReplyRequest(
            message=pb.SendMessageRequest(
                request_id=str(uuid7()), text=message, scope=scope
            )
        )
        options = calls.options(REPLY_SECONDS, forward_user=True)
        with calls.to(PEER):
            response = await self._chats.Reply(request, **options)
        return response.answer.text
