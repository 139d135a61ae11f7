"""Lists the caller's conversations as older clients know it: all at once."""

from __future__ import annotations

from gateway.clients.conversations import Conversation, Conversations
from mesh.identity import optional_user

MOST = 100


class ListConversations:
    """Most recently used first; a caller without a token has none."""

    def __init__(self, conversations: Conversations) -> None:
        self._conversations = conversations

    async def __call__(self) -> list[Conversation]:
        """Returns at most 100.

        Raises:
            ServiceError: the store is away, or the user was signed out.
        """
        if optional_user() is None:
            return []
        found = await self._conversations.list(MOST)
        return sorted(found, key=lambda each: each.update_time, reverse=True)
