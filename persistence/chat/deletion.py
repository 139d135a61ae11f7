"""Deletes conversations, with undo, and messages, without.

Locks are taken in the order conversation, generations, as a turn's begin takes them.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import structlog
from django.db import connection
from django.db.models import QuerySet

from persistence.chat import errors
from persistence.chat.clock import Clock
from persistence.chat.models import (
    Conversation,
    ConversationRequest,
    Generation,
    State,
)
from persistence.chat.owners import owner_exists
from persistence.chat.requests import request_claim
from persistence.chat.selectors import ConversationNow, conversation_get

log = structlog.get_logger()

# How long a deletion can be undone, as the contract says.
KEPT = timedelta(days=30)
# Conversations that one transaction deletes for good.
BATCH = 50

_STOP = """
WITH stopped AS (
    UPDATE chat_generation
    SET state = 3, epoch = epoch + 1, end_time = clock_timestamp(),
        last_sequence = last_sequence + 1
    WHERE id = ANY(%(ids)s) AND state = 1
    RETURNING id
), written AS (
    SELECT d.generation_id, string_agg(d.text, '' ORDER BY d.text_offset) AS text
    FROM chat_generationdelta d
    JOIN stopped ON stopped.id = d.generation_id
    GROUP BY d.generation_id
), answered AS (
    UPDATE chat_message m
    SET text = written.text
    FROM written
    WHERE m.generation_id = written.generation_id
)
DELETE FROM chat_generationdelta d
USING stopped
WHERE d.generation_id = stopped.id
"""

# OFFSET keeps the look-up by parent from becoming a join over the whole table.
_SUBTREE = """
WITH RECURSIVE subtree AS (
    SELECT id, generation_id
    FROM chat_message
    WHERE id = %(id)s AND owner_id = %(owner_id)s
    UNION ALL
    SELECT m.id, m.generation_id
    FROM subtree
    CROSS JOIN LATERAL (
        SELECT * FROM chat_message c WHERE c.parent_id = subtree.id OFFSET 0
    ) m
)
SELECT id, generation_id FROM subtree ORDER BY id
"""
_LOCK_OF_MESSAGE = """
SELECT c.id, c.current_message_id, m.parent_id
FROM chat_conversation c
JOIN chat_message m ON m.conversation_id = c.id
WHERE m.id = %(id)s AND m.owner_id = %(owner_id)s AND c.owner_id = %(owner_id)s
  AND c.delete_time IS NULL
FOR NO KEY UPDATE OF c
"""
# Answers go with their generations; the statement names both, so that no row is looked
# for below its parent.
_DELETE = """
WITH ended AS (
    DELETE FROM chat_generation WHERE id = ANY(%(generations)s)
)
DELETE FROM chat_message WHERE id = ANY(%(messages)s)
"""


def conversation_delete(
    *, owner_id: UUID, request_id: UUID | None, conversation_id: UUID
) -> None:
    """Deletes a conversation with all that is in it, until it is brought back.

    Running answers are stopped, with the text they have; their writers learn it at
    their next checkpoint.

    Raises:
        ServiceError: `REQUEST_ID_REUSED`; `CONVERSATION_NOT_FOUND`, also for a
            repetition without a request id.
    """
    if request_id is not None:
        with owner_exists():
            made_id = request_claim(
                owner_id=owner_id,
                request_id=request_id,
                body=("delete", conversation_id),
                conversation_id=conversation_id,
            )
        if made_id is not None:
            return
    rows = Conversation.objects.filter(
        owner_id=owner_id, id=conversation_id, delete_time=None
    )
    if not rows.update(delete_time=Clock()):
        raise errors.conversation_not_found(conversation_id)
    running = Generation.objects.filter(
        owner_id=owner_id, conversation_id=conversation_id, state=State.GENERATING
    )
    # A statement of its own: the next one sees what checkpoints wrote until now.
    ids = _lock(running)
    if ids:
        with connection.cursor() as cursor:
            cursor.execute(_STOP, {"ids": ids})


def conversation_undelete(
    *, owner_id: UUID, request_id: UUID, conversation_id: UUID
) -> ConversationNow:
    """Brings a deleted conversation back; one that is not deleted stays as it is.

    Raises:
        ServiceError: `REQUEST_ID_REUSED`, `CONVERSATION_NOT_FOUND`.
    """
    with owner_exists():
        made_id = request_claim(
            owner_id=owner_id,
            request_id=request_id,
            body=("undelete", conversation_id),
            conversation_id=conversation_id,
        )
    if made_id is None:
        rows = Conversation.objects.filter(owner_id=owner_id, id=conversation_id)
        rows.filter(delete_time__gt=Clock() - KEPT).update(delete_time=None)
    return conversation_get(owner_id=owner_id, conversation_id=conversation_id)


def message_delete(*, owner_id: UUID, request_id: UUID | None, message_id: UUID) -> int:
    """Deletes a message and all that follows it, for good.

    Returns:
        How many messages were deleted; for a repetition, how many were then.

    Raises:
        ServiceError: `REQUEST_ID_REUSED`; `MESSAGE_NOT_FOUND`, also for a repetition
            without a request id.
    """
    if request_id is None:
        return _subtree_delete(owner_id, message_id)
    made = ConversationRequest.objects.filter(owner_id=owner_id, request_id=request_id)
    with owner_exists():
        made_id = request_claim(
            owner_id=owner_id,
            request_id=request_id,
            body=("delete message", message_id),
            conversation_id=message_id,
        )
    if made_id is not None:
        return made.values_list("count", flat=True).get()
    count = _subtree_delete(owner_id, message_id)
    made.update(count=count)
    return count


def conversations_purge() -> bool:
    """Deletes for good what was deleted 30 days ago. Returns whether there is more."""
    rows = Conversation.objects.filter(delete_time__lt=Clock() - KEPT)
    ids = list(rows.order_by("delete_time").values_list("id", flat=True)[:BATCH])
    if ids:
        # The database takes along whatever is theirs.
        Conversation.objects.filter(id__in=ids).delete()
        log.info("conversations_purged", count=len(ids))
    return len(ids) == BATCH


def _subtree_delete(owner_id: UUID, message_id: UUID) -> int:
    found = {"id": message_id, "owner_id": owner_id}
    with connection.cursor() as cursor:
        cursor.execute(_LOCK_OF_MESSAGE, found)
        place = cursor.fetchone()
        if place is None:
            raise errors.message_not_found(message_id)
        conversation_id, current_id, parent_id = place
        cursor.execute(_SUBTREE, found)
        subtree = cursor.fetchall()
        if not subtree:  # It was deleted while this waited for the lock.
            raise errors.message_not_found(message_id)
        messages = [row[0] for row in subtree]
        generations = [row[1] for row in subtree if row[1] is not None]
        _lock(Generation.objects.filter(owner_id=owner_id, id__in=generations))
        cursor.execute(_DELETE, {"messages": messages, "generations": generations})
        if current_id in set(messages) and parent_id is not None:
            cursor.execute(_SUBTREE, found | {"id": parent_id})
            current_id, _ = cursor.fetchall()[-1]
            rows = Conversation.objects.filter(owner_id=owner_id, id=conversation_id)
            rows.update(current_message_id=current_id)
    return len(messages)


def _lock(generations: QuerySet[Generation]) -> list[UUID]:
    """Keeps others from writing generations; in the order that checkpoints lock in."""
    rows = generations.order_by("id").select_for_update()
    return list(rows.values_list("id", flat=True))
