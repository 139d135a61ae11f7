"""ConversationService: converts, runs a service or selector, converts back."""

from __future__ import annotations

import asyncio
from uuid import UUID

import grpc
from lamla.chat.v1 import conversation_service_pb2 as pb
from lamla.chat.v1 import conversation_service_pb2_grpc as pb_grpc

from mesh.identity import current_user
from persistence import orm
from persistence.chat import convert, deletion, selectors, services
from persistence.chat.portable.documents import document_read
from persistence.chat.portable.store import conversation_export, conversations_import
from persistence.chat.search.find import conversation_search
from persistence.chat.text import text_checked

SERVICE = "lamla.chat.v1.ConversationService"

CONVERSATIONS_PAGE = 30
MESSAGES_PAGE = 100
HITS_PAGE = 20


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
            archived=request.archived,
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
            services.conversation_update,
            owner=user.id,
            owner_id=user.id,
            request_id=UUID(request.request_id),
            conversation_id=UUID(request.conversation_id),
            changes=convert.changes_from_proto(request),
        )
        return pb.UpdateConversationResponse(
            conversation=convert.conversation_to_proto(row)
        )

    async def DeleteConversation(
        self, request: pb.DeleteConversationRequest, context: grpc.aio.ServicerContext
    ) -> pb.DeleteConversationResponse:
        user = current_user()
        await orm.run(
            deletion.conversation_delete,
            owner=user.id,
            owner_id=user.id,
            request_id=convert.optional_id_from_proto("request_id", request.request_id),
            conversation_id=UUID(request.conversation_id),
        )
        return pb.DeleteConversationResponse()

    async def UndeleteConversation(
        self, request: pb.UndeleteConversationRequest, context: grpc.aio.ServicerContext
    ) -> pb.UndeleteConversationResponse:
        user = current_user()
        row = await orm.run(
            deletion.conversation_undelete,
            owner=user.id,
            owner_id=user.id,
            request_id=UUID(request.request_id),
            conversation_id=UUID(request.conversation_id),
        )
        return pb.UndeleteConversationResponse(
            conversation=convert.conversation_to_proto(row)
        )

    async def SearchConversations(
        self, request: pb.SearchConversationsRequest, context: grpc.aio.ServicerContext
    ) -> pb.SearchConversationsResponse:
        user = current_user()
        page = await orm.run(
            conversation_search,
            owner=user.id,
            owner_id=user.id,
            query=request.query,
            page_size=request.page_size or HITS_PAGE,
            page_token=request.page_token,
        )
        return pb.SearchConversationsResponse(
            hits=[convert.hit_to_proto(hit) for hit in page.rows],
            next_page_token=page.next_token,
        )

    async def ExportConversation(
        self, request: pb.ExportConversationRequest, context: grpc.aio.ServicerContext
    ) -> pb.ExportConversationResponse:
        user = current_user()
        exported = await orm.run(
            conversation_export,
            owner=user.id,
            owner_id=user.id,
            conversation_id=UUID(request.conversation_id),
        )
        # Megabytes of JSON: not on the event loop.
        return await asyncio.to_thread(
            convert.exported_to_proto, exported, request.format
        )

    async def ImportConversations(
        self, request: pb.ImportConversationsRequest, context: grpc.aio.ServicerContext
    ) -> pb.ImportConversationsResponse:
        user = current_user()
        found = await asyncio.to_thread(document_read, request.document)
        made = await orm.run(
            conversations_import,
            owner=user.id,
            owner_id=user.id,
            request_id=UUID(request.request_id),
            document=request.document,
            found=found,
        )
        return convert.imported_to_proto(made, found)

    async def DeleteMessage(
        self, request: pb.DeleteMessageRequest, context: grpc.aio.ServicerContext
    ) -> pb.DeleteMessageResponse:
        user = current_user()
        count = await orm.run(
            deletion.message_delete,
            owner=user.id,
            owner_id=user.id,
            request_id=convert.optional_id_from_proto("request_id", request.request_id),
            message_id=UUID(request.message_id),
        )
        return pb.DeleteMessageResponse(deleted_count=count)

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
