"""Begins a turn: two statements in one transaction, whatever the turn is.

The first finds everything that the turn depends on, and locks its conversation; the
second stores everything. A repetition of the request is found by the first, or, when
both run at once, by the unique key that the second meets; it then attaches.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, assert_never
from uuid import UUID

from django.db import connection
from psycopg.types.json import Jsonb

from mesh.ids import uuid7
from persistence.chat import errors
from persistence.chat.models import Generation, Message, Role
from persistence.chat.owners import owner_exists
from persistence.chat.selectors import answer_get
from persistence.chat.text import title_of
from persistence.chat.turns.begin_statements import FIND, STORE
from persistence.chat.turns.domain import (
    Answer,
    BegunTurn,
    EditedMessage,
    NewMessage,
    RegeneratedAnswer,
    Said,
    Turn,
    TurnRequest,
)

HISTORY_MESSAGES = 100
# So that the response stays far below gRPC's limit on messages; more than the context
# window of any model here holds.
HISTORY_CHARACTERS = 400_000


@dataclass(frozen=True)
class _Found:
    """What the turn depends on, as the first statement found it."""

    history: list[Said]
    session_lives: bool
    known_id: UUID | None
    known_body_hash: bytes | None
    conversation_id: UUID | None
    named_id: UUID | None
    named_parent_id: UUID | None
    named_role: int | None


@dataclass(frozen=True)
class _Place:
    """Where in which conversation the turn goes.

    Attributes:
        text: The new question; None when one that is stored is answered again.
    """

    conversation_id: UUID
    parent_id: UUID | None
    question_id: UUID
    text: str | None
    is_new: bool = False


def turn_begin(*, owner_id: UUID, session_id: UUID, request: TurnRequest) -> BegunTurn:
    """Stores a question and an answer that is being generated, with its lease.

    The same request again returns the same turn, as it stands now.

    Raises:
        ServiceError: `SESSION_ENDED`, `CONVERSATION_NOT_FOUND`, `MESSAGE_NOT_FOUND`,
            `MESSAGE_ROLE_MISMATCH`, or `REQUEST_ID_REUSED`.
    """
    found = _find(owner_id, session_id, request)
    if not found.session_lives:
        raise errors.session_ended()
    if found.known_id is None:
        begun = _store(owner_id, request, found)
        if begun is not None:
            return begun
        # The same request has stored it since, and has committed.
        found = _find(owner_id, session_id, request)
    return _attach(owner_id, request, found)


def _find(owner_id: UUID, session_id: UUID, request: TurnRequest) -> _Found:
    turn = request.turn
    if isinstance(turn, NewMessage):
        conversation_id, message_id = turn.conversation_id, turn.parent_id
        if message_id is not None and conversation_id is None:
            raise errors.message_not_found(message_id)  # A new one has none.
    else:
        conversation_id, message_id = None, turn.message_id
    parameters = {
        "owner_id": owner_id,
        "session_id": session_id,
        "request_id": request.request_id,
        "conversation_id": conversation_id,
        "message_id": message_id,
        "above": not isinstance(turn, NewMessage),
        "history_messages": HISTORY_MESSAGES,
    }
    with connection.cursor() as cursor:
        cursor.execute(FIND, parameters)
        row = cursor.fetchone()
    branch = zip(row[-2] or (), row[-1] or (), strict=True)
    history = [Said(role, text) for role, text in branch]
    return _Found(history, *row[:-2])


def _place(found: _Found, turn: Turn) -> _Place:
    match turn:
        case NewMessage(conversation_id=None):
            return _Place(uuid7(), None, uuid7(), turn.text, is_new=True)
        case NewMessage():
            if found.conversation_id is None:
                raise errors.conversation_not_found(turn.conversation_id)
            if turn.parent_id is not None and found.named_id is None:
                raise errors.message_not_found(turn.parent_id)
            return _Place(found.conversation_id, found.named_id, uuid7(), turn.text)
        case RegeneratedAnswer() | EditedMessage():
            if found.conversation_id is None:
                raise errors.message_not_found(turn.message_id)
            return _place_beside(found, found.conversation_id, turn)
        case _:
            assert_never(turn)


def _place_beside(
    found: _Found, conversation_id: UUID, turn: RegeneratedAnswer | EditedMessage
) -> _Place:
    match turn:
        case RegeneratedAnswer(message_id):
            if found.named_role != Role.ASSISTANT or found.named_parent_id is None:
                raise errors.message_role_mismatch(message_id, "an answer")
            return _Place(conversation_id, None, found.named_parent_id, None)
        case EditedMessage(message_id, text):
            if found.named_role != Role.USER:
                raise errors.message_role_mismatch(message_id, "a question")
            return _Place(conversation_id, found.named_parent_id, uuid7(), text)


def _store(owner_id: UUID, request: TurnRequest, found: _Found) -> BegunTurn | None:
    """Stores the turn; None when the same request id has been stored meanwhile."""
    place = _place(found, request.turn)
    generation = Generation(
        owner_id=owner_id,
        conversation_id=place.conversation_id,
        request_id=request.request_id,
        body_hash=request.body_hash,
        config=vars(request.config),
        prompt_version=request.prompt_version,
        gateway_endpoint=request.gateway_endpoint,
        lease_duration=request.lease_duration,
        model=request.config.model,
    )
    answer = Message(
        owner_id=owner_id,
        conversation_id=place.conversation_id,
        parent_id=place.question_id,
        role=Role.ASSISTANT,
        generation=generation,
    )
    with owner_exists(), connection.cursor() as cursor:
        cursor.execute(STORE, _stored(generation, answer, place))
        row = cursor.fetchone()
    if row is None:
        return None
    generation.start_time, generation.lease_expires = row
    answer.create_time = generation.start_time
    history = list(found.history)
    if place.text is not None:
        history.append(Said(Role.USER, place.text))
    return BegunTurn(
        Answer(answer, "", lease_expired=False), created=True, history=_fitting(history)
    )


def _stored(generation: Generation, answer: Message, place: _Place) -> dict[str, Any]:
    return {
        "generation_id": generation.id,
        "owner_id": generation.owner_id,
        "conversation_id": place.conversation_id,
        "request_id": generation.request_id,
        "body_hash": generation.body_hash,
        "config": Jsonb(generation.config),
        "prompt_version": generation.prompt_version,
        "gateway_endpoint": generation.gateway_endpoint,
        "lease_duration": generation.lease_duration,
        "model": generation.model,
        "opens": place.is_new,
        "title": title_of(place.text or ""),
        "asks": place.text is not None,
        "question_id": place.question_id,
        "parent_id": place.parent_id,
        "text": place.text,
        "answer_id": answer.id,
    }


def _attach(owner_id: UUID, request: TurnRequest, found: _Found) -> BegunTurn:
    if found.known_id is None or found.known_body_hash is None:
        raise errors.generation_not_found(request.request_id)
    if bytes(found.known_body_hash) != request.body_hash:
        raise errors.request_id_reused(request.request_id)
    answer = answer_get(owner_id=owner_id, generation_id=found.known_id)
    return BegunTurn(answer, created=False, history=_fitting(found.history))


def _fitting(history: list[Said]) -> list[Said]:
    """Drops the oldest messages of a long branch; the question always stays."""
    left = HISTORY_CHARACTERS
    kept = 0
    for said in reversed(history[-HISTORY_MESSAGES:]):
        left -= len(said.text)
        if kept and left < 0:
            break
        kept += 1
    return history[len(history) - kept :]
