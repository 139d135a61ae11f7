"""ConversationService: converts, runs a service or selector, converts back."""

from __future__ import annotations

from uuid import UUID

import grpc
from lamla.chat.v1 import conversation_service_pb2 as pb
from lamla.chat.v1 import conversation_service_pb2_grpc as pb_grpc

from mesh.identity import current_user
from persistence import orm
from persistence.chat import convert, selectors, services
from persistence.chat.text import text_checked

SERVICE = "lamla.chat.v1.ConversationService"

CONVERSATIONS_PAGE = 30
MESSAGES_PAGE = 100


class ConversationServicer(pb_grpc.ConversationServiceServicer):
    """The conversations of the calling user."""

    def register(self, server: grpc.aio.Server) -> None:
        """Adds the service to `server`."""
        pb_grpc.add_ConversationServiceServicer_to_server(self, server)

    async def CreateConversation(
        self, request: pb.CreateConversationRequest, context: grpc.aio.ServicerContext
    ) -> pb.CreateConversationResponse:
        user = current_user()
        row = await orm.run(
            services.conversation_create,
            owner=user.id,
            owner_id=user.id,
            request_id=UUID(request.request_id),
            title=text_checked("title", request.title),
        )
        return pb.CreateConversationResponse(
            conversation=convert.conversation_to_proto(row)
        )

    async def ListConversations(
        self, request: pb.ListConversationsRequest, context: grpc.aio.ServicerContext
    ) -> pb.ListConversationsResponse:
        user = current_user()
        page = await orm.run(
            selectors.conversation_list,
            owner=user.id,
            owner_id=user.id,
            page_size=request.page_size or CONVERSATIONS_PAGE,
            page_token=request.page_token,
        )
        return pb.ListConversationsResponse(
            conversations=[convert.conversation_to_proto(row) for row in page.rows],
            next_page_token=page.next_token,
        )

    async def GetConversation(
        self, request: pb.GetConversationRequest, context: grpc.aio.ServicerContext
    ) -> pb.GetConversationResponse:
        user = current_user()
        row = await orm.run(
            selectors.conversation_get,
            owner=user.id,
            owner_id=user.id,
            conversation_id=UUID(request.conversation_id),
        )
        return pb.GetConversationResponse(
            conversation=convert.conversation_to_proto(row)
        )

    async def UpdateConversation(
        self, request: pb.UpdateConversationRequest, context: grpc.aio.ServicerContext
    ) -> pb.UpdateConversationResponse:
        user = current_user()
        row = await orm.run(
            services.conversation_rename,
            owner=user.id,
            owner_id=user.id,
            request_id=UUID(request.request_id),
            conversation_id=UUID(request.conversation_id),
            title=text_checked("title", request.title),
        )
        return pb.UpdateConversationResponse(
            conversation=convert.conversation_to_proto(row)
        )

    async def DeleteConversation(
        self, request: pb.DeleteConversationRequest, context: grpc.aio.ServicerContext
    ) -> pb.DeleteConversationResponse:
        user = current_user()
        await orm.run(
            services.conversation_delete,
            owner=user.id,
            owner_id=user.id,
            request_id=convert.optional_id_from_proto("request_id", request.request_id),
            conversation_id=UUID(request.conversation_id),
        )
        return pb.DeleteConversationResponse()

    async def ListMessages(
        self, request: pb.ListMessagesRequest, context: grpc.aio.ServicerContext
    ) -> pb.ListMessagesResponse:
        user = current_user()
        page = await orm.run(
            selectors.message_list,
            owner=user.id,
            owner_id=user.id,
            conversation_id=UUID(request.conversation_id),
            page_size=request.page_size or MESSAGES_PAGE,
            page_token=request.page_token,
        )
        return pb.ListMessagesResponse(
            messages=[convert.message_to_proto(row) for row in page.rows],
            next_page_token=page.next_token,
        )
