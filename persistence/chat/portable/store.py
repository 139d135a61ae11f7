"""Reads a conversation for a file, and stores those of a file: in few statements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from uuid import UUID

from django.db import connection
from django.db.models import Func, IntegerField, Sum
from lamla.errors.v1.error_reason_pb2 import ErrorReason

from mesh.errors import ServiceError
from mesh.ids import uuid7
from persistence.chat.evidence.domain import (
    Citation,
    claims_stored,
    grounding_stored,
)
from persistence.chat.evidence.write import CITATIONS, citations_parameters
from persistence.chat.models import Conversation, Generation, Message
from persistence.chat.owners import owner_exists
from persistence.chat.portable.domain import (
    DOCUMENT_BYTES,
    Failure,
    PortableConversation,
    PortableMessage,
)
from persistence.chat.requests import request_claim
from persistence.chat.search.entries import entries_make
from persistence.chat.selectors import (
    ConversationNow,
    conversation_get,
    conversations_get,
    messages_all,
)
from persistence.chat.turns.domain import Answer

BATCH = 2_000
# A question's begin and end, and an answer's `started`, `tokens`, `completed`.
_LAST_SEQUENCE = 3
_NO_HASH = bytes(32)

_LOOK = """
UPDATE chat_conversation c
SET current_message_id = place.message_id
FROM unnest(%(ids)s::uuid[], %(messages)s::uuid[]) AS place (id, message_id)
WHERE c.id = place.id
"""


@dataclass(frozen=True)
class Exported:
    """A conversation with all its messages, in order of creation."""

    row: Conversation
    answers: Sequence[Answer]


def conversation_export(*, owner_id: UUID, conversation_id: UUID) -> Exported:
    """Returns a whole conversation, in three statements.

    Raises:
        ServiceError: `CONVERSATION_NOT_FOUND`; `REQUEST_TOO_LARGE` for one that no
            file could hold.
    """
    row = conversation_get(owner_id=owner_id, conversation_id=conversation_id).row
    size = Func("text", function="octet_length", output_field=IntegerField())
    messages = Message.objects.filter(
        owner_id=owner_id, conversation_id=conversation_id
    )
    total = messages.aggregate(total=Sum(size))["total"] or 0
    if total > DOCUMENT_BYTES:
        raise export_too_large()
    answers = messages_all(owner_id=owner_id, conversation_id=conversation_id)
    return Exported(row, answers)


def conversations_import(
    *,
    owner_id: UUID,
    request_id: UUID,
    document: str,
    found: Sequence[PortableConversation | Failure],
) -> list[ConversationNow]:
    """Stores conversations under new ids; the same request again stores nothing.

    Returns:
        Those that are there now, in the order of the file.

    Raises:
        ServiceError: `REQUEST_ID_REUSED`.
    """
    first_id = _first_id()
    with owner_exists():
        made_id = request_claim(
            owner_id=owner_id,
            request_id=request_id,
            body=("import", sha256(document.encode()).hexdigest()),
            conversation_id=first_id,
        )
        # The request remembers the first id, from which the others follow.
        first_id = made_id or first_id
        conversations = [
            (UUID(int=first_id.int + index), one)
            for index, one in enumerate(found)
            if isinstance(one, PortableConversation)
        ]
        if made_id is None:
            _store(owner_id, conversations)
    ids = [conversation_id for conversation_id, _ in conversations]
    now = conversations_get(owner_id=owner_id, ids=ids)
    return [now[conversation_id] for conversation_id in ids if conversation_id in now]


def export_too_large() -> ServiceError:
    """Makes the error for a conversation that is too long for a file."""
    return ServiceError(
        ErrorReason.ERROR_REASON_REQUEST_TOO_LARGE,
        f"The conversation is longer than {DOCUMENT_BYTES} bytes.",
    )


def _first_id() -> UUID:
    """Makes an id after which a file's worth of ids are free, and UUIDv7 as well."""
    return UUID(int=uuid7().int & ~0xFFFF)


def _store(
    owner_id: UUID, conversations: Sequence[tuple[UUID, PortableConversation]]
) -> None:
    ids = {
        (conversation_id, message.key): uuid7()
        for conversation_id, one in conversations
        for message in one.messages
    }
    rows = [_conversation(owner_id, *each) for each in conversations]
    Conversation.objects.bulk_create(rows, BATCH)
    messages: list[Message] = []
    citations: list[tuple[UUID, Citation]] = []
    for conversation_id, one in conversations:
        for message in one.messages:
            row = _message(owner_id, conversation_id, message)
            row.id = ids[conversation_id, message.key]
            if message.parent_key is not None:
                row.parent_id = ids[conversation_id, message.parent_key]
            messages.append(row)
            if row.generation is not None:
                cited = message.evidence.citations
                citations += [(row.generation.id, one) for one in cited]
    generations = [row.generation for row in messages if row.generation is not None]
    Generation.objects.bulk_create(generations, BATCH)
    Message.objects.bulk_create(messages, BATCH)
    # Those whose chunks this owner has: the file may come from somebody else.
    with connection.cursor() as cursor:
        for start in range(0, len(citations), BATCH):
            batch = citations[start : start + BATCH]
            cursor.execute(CITATIONS, citations_parameters(batch))
    _look(
        {
            conversation_id: ids[conversation_id, one.current_key]
            for conversation_id, one in conversations
            if one.current_key is not None
        }
    )
    entries = [(m.id, m.conversation_id, m.id, m.text, "D") for m in messages]
    titles = [(row.id, row.id, None, row.title, "A") for row in rows if row.title]
    for start in range(0, len(entries), BATCH):
        entries_make(entries[start : start + BATCH])
    entries_make(titles)


def _look(places: dict[UUID, UUID]) -> None:
    if not places:
        return
    parameters = {"ids": list(places), "messages": list(places.values())}
    with connection.cursor() as cursor:
        cursor.execute(_LOOK, parameters)


def _conversation(
    owner_id: UUID, conversation_id: UUID, one: PortableConversation
) -> Conversation:
    return Conversation(
        id=conversation_id,
        owner_id=owner_id,
        title=one.title,
        title_by=one.title_by,
        create_time=one.create_time,
        update_time=one.update_time,
        pinned=one.pinned,
        archived=one.archived,
    )


def _message(
    owner_id: UUID, conversation_id: UUID, message: PortableMessage
) -> Message:
    row = Message(
        owner_id=owner_id,
        conversation_id=conversation_id,
        role=message.role,
        text=message.text,
        create_time=message.create_time,
    )
    answer, evidence = message.answer, message.evidence
    if answer is not None:
        grounding = evidence.grounding
        row.generation = Generation(
            owner_id=owner_id,
            conversation_id=conversation_id,
            request_id=uuid7(),
            body_hash=_NO_HASH,
            start_time=message.create_time,
            last_sequence=_LAST_SEQUENCE,
            text_length=len(message.text),
            lease_duration=timedelta(),
            lease_expires=answer.end_time,
            grounding=None if grounding is None else grounding_stored(grounding),
            claims=claims_stored(evidence.claims) or None,
            **vars(answer),
        )
    return row
