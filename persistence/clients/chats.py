"""The port to answers, which gateway makes."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID


class Chats(Protocol):
    """Answers the calling user. Raises `ServiceError`; see ChatService for why."""

    async def reply(self, message: str, document_id: UUID) -> str:
        """Answers a message in a new conversation, grounded in one document."""
