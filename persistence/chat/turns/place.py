"""Where a turn goes: beside or below which message of which conversation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, assert_never
from uuid import UUID

from mesh.ids import uuid7
from persistence.chat import errors
from persistence.chat.models import Finish, Role, State
from persistence.chat.turns.domain import (
    ContinuedAnswer,
    EditedMessage,
    NewMessage,
    RegeneratedAnswer,
    Said,
    Turn,
)


@dataclass(frozen=True)
class Found:
    """What a turn depends on, as the first statement found it.

    Attributes:
        known_id: The generation that this request has begun before.
        named_id: The message that the turn names; for a new message without a parent
            the newest one. What else is `named_…` is of that message.
    """

    history: list[Said]
    session_lives: bool
    known_id: UUID | None
    known_body_hash: bytes | None
    known_conversation_id: UUID | None
    known_is_deleted: bool | None
    conversation_id: UUID | None
    has_title: bool
    title_wanted: bool
    named_id: UUID | None
    named_parent_id: UUID | None
    named_role: int | None
    named_text: str | None
    named_generation_id: UUID | None
    named_state: int | None
    named_finish_reason: int | None
    scope: dict[str, Any] | None
    scope_has_chunks: bool
    missing_document_id: UUID | None
    missing_collection_id: UUID | None


@dataclass(frozen=True)
class Place:
    """Where in which conversation the turn goes.

    Attributes:
        text: The new question; None when one that is stored is answered again.
        prefix: What the new answer begins with.
    """

    conversation_id: UUID
    parent_id: UUID | None
    question_id: UUID
    text: str | None
    prefix: str = ""
    is_new: bool = False


def place_of(turn: Turn, found: Found) -> Place:
    """Says where a turn goes.

    Raises:
        ServiceError: `CONVERSATION_NOT_FOUND`, `MESSAGE_NOT_FOUND`,
            `MESSAGE_ROLE_MISMATCH`, `GENERATION_IN_PROGRESS` or `GENERATION_ENDED`.
    """
    match turn:
        case NewMessage(conversation_id=None):
            return Place(uuid7(), None, uuid7(), turn.text, is_new=True)
        case NewMessage():
            if found.conversation_id is None:
                raise errors.conversation_not_found(turn.conversation_id)
            if turn.parent_id is not None and found.named_id is None:
                raise errors.message_not_found(turn.parent_id)
            return Place(found.conversation_id, found.named_id, uuid7(), turn.text)
        case RegeneratedAnswer() | EditedMessage() | ContinuedAnswer():
            if found.conversation_id is None:
                raise errors.message_not_found(turn.message_id)
            return _beside(found, found.conversation_id, turn)
        case _:
            assert_never(turn)


def _beside(
    found: Found,
    conversation_id: UUID,
    turn: RegeneratedAnswer | EditedMessage | ContinuedAnswer,
) -> Place:
    if isinstance(turn, EditedMessage):
        if found.named_role != Role.USER:
            raise errors.message_role_mismatch(turn.message_id, "a question")
        return Place(conversation_id, found.named_parent_id, uuid7(), turn.text)
    if found.named_role != Role.ASSISTANT or found.named_parent_id is None:
        raise errors.message_role_mismatch(turn.message_id, "an answer to a question")
    prefix = _rest_of(found) if isinstance(turn, ContinuedAnswer) else ""
    return Place(conversation_id, None, found.named_parent_id, None, prefix)


def _rest_of(found: Found) -> str:
    """Returns the text that a continued answer begins with."""
    if found.named_state == State.GENERATING:
        raise errors.generation_in_progress(found.named_generation_id)
    is_whole = found.named_state in {None, State.COMPLETE}
    if is_whole and found.named_finish_reason != Finish.LENGTH:
        raise errors.answer_complete(found.named_generation_id)
    return found.named_text or ""
