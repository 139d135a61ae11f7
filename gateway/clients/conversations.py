"""The port to the conversations of the calling user."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, kw_only=True)
class Conversation:
    """A conversation as lists show it."""

    id: str
    title: str
    create_time: datetime
    update_time: datetime


class Conversations(Protocol):
    """Creates and lists. Raises `ServiceError`; see ConversationService for why."""

    async def create(self, title: str) -> Conversation:
        """Creates an empty conversation; an empty `title` comes from its messages."""

    async def list(self, limit: int) -> list[Conversation]:
        """Returns at most `limit` conversations, pinned and recently used ones first.

        Args:
            limit: Range [1, 100].
        """
