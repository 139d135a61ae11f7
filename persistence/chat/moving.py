"""Gives all conversations of one owner to another one."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import connection

# The keys that hold the owner: until the end of the transaction they may disagree.
_DEFER = """
SET CONSTRAINTS chat_generation_conversation_fk, chat_message_conversation_fk,
    chat_message_generation_fk, chat_generationdelta_generation_fk,
    chat_searchentry_conversation_fk, chat_citation_generation_fk,
    chat_citation_chunk_fk DEFERRED
"""
# Whoever ends a generation locks it before its conversation.
_LOCK = """
SELECT id FROM chat_generation
WHERE owner_id = %(old_id)s AND state = 1
ORDER BY id
FOR UPDATE
"""
_MOVE_CONVERSATIONS = """
UPDATE chat_conversation SET owner_id = %(new_id)s
WHERE owner_id = %(old_id)s
RETURNING id
"""
_MOVE_THEIRS = """
WITH generations AS (
    -- Two clients may have chosen the same id.
    UPDATE chat_generation g
    SET owner_id = %(new_id)s,
        request_id = CASE WHEN EXISTS (
            SELECT FROM chat_generation other
            WHERE other.owner_id = %(new_id)s AND other.request_id = g.request_id
        ) THEN gen_random_uuid() ELSE g.request_id END
    WHERE g.conversation_id = ANY(%(ids)s)
    RETURNING g.id
), deltas AS (
    UPDATE chat_generationdelta d SET owner_id = %(new_id)s
    FROM generations
    WHERE d.generation_id = generations.id
), messages AS (
    UPDATE chat_message SET owner_id = %(new_id)s
    WHERE conversation_id = ANY(%(ids)s)
), entries AS (
    UPDATE chat_searchentry SET owner_id = %(new_id)s
    WHERE conversation_id = ANY(%(ids)s)
), citations AS (
    UPDATE chat_citation c SET owner_id = %(new_id)s
    FROM generations
    WHERE c.generation_id = generations.id
)
UPDATE chat_conversationrequest r SET owner_id = %(new_id)s
WHERE r.owner_id = %(old_id)s AND NOT EXISTS (
    SELECT FROM chat_conversationrequest other
    WHERE other.owner_id = %(new_id)s AND other.request_id = r.request_id
)
"""
# Of documents that did not move along, because the new owner has them already.
_PRUNE = """
DELETE FROM chat_citation c
WHERE c.owner_id = %(new_id)s AND NOT EXISTS (
    SELECT FROM documents_documentchunk chunk
    WHERE chunk.id = c.chunk_id AND chunk.owner_id = c.owner_id
)
"""


def conversations_move(*, old_id: UUID, new_id: UUID) -> int:
    """Moves conversations with all that is in them, deleted ones too; spans owners.

    Answers that are being generated go on: their writers hold capabilities, no tokens.
    Documents are moved before, or the citations of them are gone.

    Returns:
        How many conversations there were.
    """
    owners: dict[str, Any] = {"old_id": old_id, "new_id": new_id}
    with connection.cursor() as cursor:
        cursor.execute(_DEFER)
        cursor.execute(_LOCK, owners)
        cursor.execute(_MOVE_CONVERSATIONS, owners)
        ids = [row[0] for row in cursor.fetchall()]
        cursor.execute(_MOVE_THEIRS, owners | {"ids": ids})
        cursor.execute(_PRUNE, owners)
    return len(ids)
