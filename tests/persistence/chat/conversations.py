"""Conversations in tests: ConversationService as one person calls it."""

from __future__ import annotations

from typing import Any

from lamla.chat.v1 import conversation_pb2
from lamla.chat.v1 import conversation_service_pb2 as pb
from lamla.chat.v1.conversation_service_pb2_grpc import ConversationServiceStub

from mesh.ids import uuid7
from persistence import orm
from tests.persistence.chat.people import Person

JSON, MARKDOWN = pb.EXPORT_FORMAT_JSON, pb.EXPORT_FORMAT_MARKDOWN


class Conversations:
    """The service with what a test does not care about filled in."""

    def __init__(self, stub: ConversationServiceStub, person: Person) -> None:
        self.stub = stub
        self.person = person
        self.options: dict[str, Any] = {"metadata": person.metadata, "timeout": 30}

    async def create(
        self, title: str = "", request_id: str = ""
    ) -> conversation_pb2.Conversation:
        """Creates one."""
        request = pb.CreateConversationRequest(
            title=title, request_id=request_id or str(uuid7())
        )
        return (
            await self.stub.CreateConversation(request, **self.options)
        ).conversation

    async def get(self, conversation_id: str) -> conversation_pb2.Conversation:
        """Gets one."""
        request = pb.GetConversationRequest(conversation_id=conversation_id)
        return (await self.stub.GetConversation(request, **self.options)).conversation

    async def update(
        self, conversation_id: str, **values: Any
    ) -> conversation_pb2.Conversation:
        """Changes one."""
        request = pb.UpdateConversationRequest(
            **{
                "conversation_id": conversation_id,
                "request_id": str(uuid7()),
                **values,
            }
        )
        return (
            await self.stub.UpdateConversation(request, **self.options)
        ).conversation

    async def delete(self, conversation_id: str, request_id: str = "") -> None:
        """Deletes one."""
        request = pb.DeleteConversationRequest(
            conversation_id=conversation_id, request_id=request_id
        )
        await self.stub.DeleteConversation(request, **self.options)

    async def undelete(
        self, conversation_id: str, request_id: str = ""
    ) -> conversation_pb2.Conversation:
        """Brings one back."""
        request = pb.UndeleteConversationRequest(
            conversation_id=conversation_id, request_id=request_id or str(uuid7())
        )
        return (
            await self.stub.UndeleteConversation(request, **self.options)
        ).conversation

    async def delete_message(self, message_id: str, request_id: str = "") -> int:
        """Deletes a message and all below it."""
        request = pb.DeleteMessageRequest(message_id=message_id, request_id=request_id)
        return (await self.stub.DeleteMessage(request, **self.options)).deleted_count

    async def page(self, **values: Any) -> pb.ListConversationsResponse:
        """Lists a page."""
        request = pb.ListConversationsRequest(**values)
        return await self.stub.ListConversations(request, **self.options)

    async def listed(self, **values: Any) -> list[str]:
        """The titles of a page."""
        return [one.title for one in (await self.page(**values)).conversations]

    async def messages(
        self, conversation_id: str, **values: Any
    ) -> pb.ListMessagesResponse:
        """Lists a page of messages."""
        request = pb.ListMessagesRequest(conversation_id=conversation_id, **values)
        return await self.stub.ListMessages(request, **self.options)

    async def texts(self, conversation_id: str) -> list[str]:
        """What is said in one."""
        page = await self.messages(conversation_id)
        return [message.text for message in page.messages]

    async def search(self, query: str, **values: Any) -> pb.SearchConversationsResponse:
        """Searches."""
        request = pb.SearchConversationsRequest(query=query, **values)
        return await self.stub.SearchConversations(request, **self.options)

    async def found(self, query: str) -> list[str]:
        """The titles of what a search finds."""
        return [hit.conversation.title for hit in (await self.search(query)).hits]

    async def export(
        self, conversation_id: str, form: pb.ExportFormat.ValueType = JSON
    ) -> pb.ExportConversationResponse:
        """Writes one as a file."""
        request = pb.ExportConversationRequest(
            conversation_id=conversation_id, format=form
        )
        return await self.stub.ExportConversation(request, **self.options)

    async def load(
        self, document: str, request_id: str = ""
    ) -> pb.ImportConversationsResponse:
        """Reads a file."""
        request = pb.ImportConversationsRequest(
            document=document, request_id=request_id or str(uuid7())
        )
        return await self.stub.ImportConversations(request, **self.options)


async def rows(model: Any) -> int:
    """How many there are, whoever's."""
    return await orm.run(model.objects.count, using="service")
