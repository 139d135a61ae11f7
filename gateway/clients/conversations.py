"""The port to the conversations of the calling user."""

from __future__ import annotations

from typing import Protocol

from gateway.domain import Conversation


class Conversations(Protocol):
    """Creates and lists. Raises `ServiceError`; see ConversationService for why."""

    async def create(self, title: str) -> Conversation:
        """Creates an empty conversation; an empty `title` comes from its messages."""

    async def list(self, limit: int) -> list[Conversation]:
        """Returns at most `limit` conversations, pinned and recently used ones first.

        Args:
            limit: Range [1, 100].
        """
