"""The port to guests: users for callers that bring no token."""

from __future__ import annotations

from typing import Protocol

from mesh.identity import User


class Guests(Protocol):
    """Opens guests. Raises `ServiceError`; see lamla.store.v1 for why."""

    async def open(self, conversation_id: str = "", *, document_id: str = "") -> User:
        """Returns a new guest, or the one that a token-less caller's thing is of.

        Args:
            conversation_id: Of a conversation begun without a token; empty: none.
            document_id: Of a document stored without a token; empty: none.
        """
