"""Lets a change of a conversation happen once, however often it is asked for."""

from __future__ import annotations

from uuid import UUID

from persistence.claims import Claims, body_hashed

# Days after which a request id may be forgotten.
KEPT_DAYS = 7

_CLAIMS = Claims("chat_conversationrequest", "conversation_id")


def request_claim(
    *, owner_id: UUID, request_id: UUID, body: tuple[object, ...], conversation_id: UUID
) -> UUID | None:
    """Claims a request id for a change of a conversation: see `Claims.claim`.

    Raises:
        ServiceError: `REQUEST_ID_REUSED`.
    """
    return _CLAIMS.claim(owner_id, request_id, body_hashed(body), conversation_id)
