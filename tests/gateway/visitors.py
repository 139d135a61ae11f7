"""Guests and conversations in memory, behind the ports of gateway."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from lamla.errors.v1.error_reason_pb2 import ErrorReason

from gateway.clients.conversations import Conversation
from gateway.clients.documents import Document
from mesh.errors import ServiceError
from mesh.identity import User, current_user
from mesh.ids import uuid7
from mesh.testing import TokenIssuer
from tests.gateway.store import MOMENT, MemoryStore


@dataclass
class MemoryGuests:
    """Opens guests as persistence does; a conversation leads back to its guest.

    Attributes:
        opened: Every guest that was opened, in order.
        down: What every call raises; None while it is up.
    """

    issuer: TokenIssuer
    store: MemoryStore
    opened: list[User] = field(default_factory=list)
    down: ServiceError | None = None

    async def open(self, conversation_id: str = "", *, document_id: str = "") -> User:
        """See `Guests.open`; a document is its first guest's."""
        if self.down is not None:
            raise self.down
        if document_id and self.opened:
            return self.opened[0]
        if conversation_id:
            return self._guest_of(conversation_id)
        user = await self.issuer.verifier.verify(self.issuer.token())
        self.opened.append(user)
        return user

    def _guest_of(self, conversation_id: str) -> User:
        for row in self.store.rows.values():
            for guest in self.opened:
                known = row.view.conversation_id == conversation_id
                if known and row.owner_id == guest.id:
                    return guest
        raise ServiceError(
            ErrorReason.ERROR_REASON_CONVERSATION_NOT_FOUND, "No such conversation."
        )


@dataclass
class MemoryConversations:
    """Keeps conversations by owner.

    Attributes:
        down: What every call raises; None while it is up.
    """

    kept: list[tuple[User, Conversation]] = field(default_factory=list)
    down: ServiceError | None = None

    async def create(self, title: str) -> Conversation:
        """See `Conversations.create`."""
        if self.down is not None:
            raise self.down
        moment = MOMENT + timedelta(minutes=len(self.kept))
        conversation = Conversation(
            id=str(uuid7()), title=title, create_time=moment, update_time=moment
        )
        self.kept.append((current_user(), conversation))
        return conversation

    async def list(self, limit: int) -> list[Conversation]:
        """See `Conversations.list`; the pinned one is the first that was made."""
        if self.down is not None:
            raise self.down
        user = current_user()
        return [each for owner, each in self.kept if owner.id == user.id][:limit]


@dataclass
class MemoryDocuments:
    """Keeps documents by owner.

    Attributes:
        down: What every call raises; None while it is up.
    """

    kept: list[tuple[UUID, Document]] = field(default_factory=list)
    down: ServiceError | None = None

    def put(self, owner_id: UUID, **values: Any) -> Document:
        """Stores one that was read."""
        document = Document(
            **{
                "id": str(uuid7()),
                "title": "Kant",
                "file_name": "kant.pdf",
                "state": "ready",
                "error": "",
                "page_count": 3,
                "chunk_count": 7,
                "size_bytes": 1_000,
                "create_time": MOMENT,
                "update_time": MOMENT,
                **values,
            }
        )
        self.kept.append((owner_id, document))
        return document

    async def list(self, limit: int) -> list[Document]:
        """See `Documents.list`."""
        if self.down is not None:
            raise self.down
        user = current_user()
        return [each for owner, each in self.kept if owner == user.id][:limit]

    async def get(self, document_id: str) -> Document:
        """See `Documents.get`."""
        for document in await self.list(100):
            if document.id == document_id:
                return document
        raise ServiceError(
            ErrorReason.ERROR_REASON_DOCUMENT_NOT_FOUND, "No such document."
        )
