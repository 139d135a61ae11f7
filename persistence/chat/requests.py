"""Lets a change of a conversation happen once, however often it is asked for."""

from __future__ import annotations

import hashlib
import json
from uuid import UUID

from django.db import connection

from persistence.chat import errors
from persistence.chat.models import ConversationRequest

# Days after which a request id may be forgotten.
KEPT_DAYS = 7

_CLAIM = """
INSERT INTO chat_conversationrequest (owner_id, request_id, body_hash, conversation_id)
VALUES (%s, %s, %s, %s)
ON CONFLICT (owner_id, request_id) DO NOTHING
"""


def request_claim(
    *, owner_id: UUID, request_id: UUID, body: tuple[object, ...], conversation_id: UUID
) -> UUID | None:
    """Claims a request id for a change; it stays claimed when the change commits.

    Waits for the same request when that is running.

    Returns:
        None when the change is to be made; when it has been made, the conversation
        that it was made to.

    Raises:
        ServiceError: `REQUEST_ID_REUSED` when it had another body.
    """
    body_hash = hashlib.sha256(json.dumps(body, default=str).encode()).digest()
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [owner_id, request_id, body_hash, conversation_id])
        if cursor.rowcount:
            return None
    made = ConversationRequest.objects.get(owner_id=owner_id, request_id=request_id)
    if bytes(made.body_hash) != body_hash:
        raise errors.request_id_reused(request_id)
    return made.conversation_id
