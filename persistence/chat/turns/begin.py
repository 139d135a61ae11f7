"""Begins a turn: two statements in one transaction, whatever the turn is.

The first finds everything that the turn depends on, and locks its conversation; the
second stores everything. A repetition of the request is found by the first, or, when
both run at once, by the unique key that the second meets; it then attaches.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection
from psycopg.errors import ForeignKeyViolation
from psycopg.types.json import Jsonb

from persistence import orm
from persistence.chat import errors
from persistence.chat.models import Generation, Message, Role
from persistence.chat.owners import owner_exists
from persistence.chat.scopes import ALL, Scope, missing_check
from persistence.chat.search.words import vector_of
from persistence.chat.selectors import answer_get
from persistence.chat.text import title_of
from persistence.chat.turns.begin_statements import FIND, STORE
from persistence.chat.turns.domain import (
    Answer,
    BegunTurn,
    ContinuedAnswer,
    NewMessage,
    Said,
    TurnRequest,
)
from persistence.chat.turns.place import Found, Place, place_of

HISTORY_MESSAGES = 100
# So that the response stays far below gRPC's limit on messages; more than the context
# window of any model here holds.
HISTORY_CHARACTERS = 400_000
# What a continued answer begins with is its second event: `started`, `tokens`.
PREFIX_SEQUENCE = 2


def turn_begin(*, owner_id: UUID, session_id: UUID, request: TurnRequest) -> BegunTurn:
    """Stores a question and an answer that is being generated, with its lease.

    The same request again returns the same turn, as it stands now.

    Raises:
        ServiceError: `SESSION_ENDED`, `CONVERSATION_NOT_FOUND`, `MESSAGE_NOT_FOUND`,
            `MESSAGE_ROLE_MISMATCH`, `GENERATION_IN_PROGRESS`, `GENERATION_ENDED`,
            `DOCUMENT_NOT_FOUND`, `COLLECTION_NOT_FOUND`, or `REQUEST_ID_REUSED`.
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


def _find(owner_id: UUID, session_id: UUID, request: TurnRequest) -> Found:
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
        "continues": isinstance(turn, ContinuedAnswer),
        "history_messages": HISTORY_MESSAGES,
        **_scope(request),
        **(_new_scope(request) or ALL).parameters,
    }
    with connection.cursor() as cursor:
        cursor.execute(FIND, parameters)
        row = cursor.fetchone()
    branch = zip(row[-2] or (), row[-1] or (), strict=True)
    # An answer that failed before its first word says nothing.
    history = [Said(role, text) for role, text in branch if text.strip()]
    # Django has psycopg leave JSON as it is.
    row = list(row)
    row[-6] = None if row[-6] is None else json.loads(row[-6])
    return Found(history, *row[:-2])


def _store(owner_id: UUID, request: TurnRequest, found: Found) -> BegunTurn | None:
    """Stores the turn; None when the same request id has been stored meanwhile."""
    place = place_of(request.turn, found)
    missing_check(found.missing_document_id, found.missing_collection_id)
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
        prefix_length=len(place.prefix),
        text_length=len(place.prefix),
        last_sequence=PREFIX_SEQUENCE if place.prefix else 0,
    )
    answer = Message(
        owner_id=owner_id,
        conversation_id=place.conversation_id,
        parent_id=place.question_id,
        role=Role.ASSISTANT,
        generation=generation,
    )
    with owner_exists(), _up_to_date(), connection.cursor() as cursor:
        names = place.is_new or not found.has_title
        stored = _stored(generation, answer, place, names=names)
        cursor.execute(STORE, stored | _scope(request))
        row = cursor.fetchone()
    if row is None:
        return None
    generation.start_time, generation.lease_expires = row
    answer.create_time = generation.start_time
    history = list(found.history)
    if place.text is not None:
        history.append(Said(Role.USER, place.text))
    return BegunTurn(
        Answer(answer, place.prefix, lease_expired=False),
        created=True,
        history=_fitting(history),
        title_wanted=found.title_wanted,
        scope=found.scope,
        scope_has_chunks=found.scope_has_chunks,
    )


@contextmanager
def _up_to_date() -> Iterator[None]:
    """Begins again when the message that the turn follows was deleted meanwhile.

    The first statement has the database as it was before it waited for the lock.
    """
    try:
        yield
    except IntegrityError as error:
        cause = error.__cause__
        if isinstance(cause, ForeignKeyViolation):
            name = cause.diag.constraint_name
            if name in {"chat_message_parent_fk", "chat_message_conversation_fk"}:
                raise orm.RepeatError from error
        raise


def _stored(
    generation: Generation, answer: Message, place: Place, *, names: bool
) -> dict[str, Any]:
    # An answer that is made again gives no title.
    title = title_of(place.text or "")
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
        "names": names and bool(title),
        "title": title,
        "title_words": vector_of(title, weight="A"),
        "asks": place.text is not None,
        "question_id": place.question_id,
        "parent_id": place.parent_id,
        "text": place.text,
        "words": vector_of(place.text or ""),
        "answer_id": answer.id,
        "prefix": place.prefix,
        "prefix_length": generation.prefix_length,
        "last_sequence": generation.last_sequence,
    }


def _attach(owner_id: UUID, request: TurnRequest, found: Found) -> BegunTurn:
    if found.known_id is None or found.known_body_hash is None:
        raise errors.generation_not_found(request.request_id)
    if found.known_is_deleted:
        raise errors.conversation_not_found(found.known_conversation_id)
    if bytes(found.known_body_hash) != request.body_hash:
        raise errors.request_id_reused(request.request_id)
    answer = answer_get(owner_id=owner_id, generation_id=found.known_id)
    return BegunTurn(
        answer,
        created=False,
        history=_fitting(found.history),
        title_wanted=found.title_wanted,
        scope=found.scope,
        scope_has_chunks=found.scope_has_chunks,
    )


def _new_scope(request: TurnRequest) -> Scope | None:
    """Returns what the conversation is to search from now on; None: as before."""
    turn = request.turn
    return turn.scope if isinstance(turn, NewMessage) else None


def _scope(request: TurnRequest) -> dict[str, Any]:
    scope = _new_scope(request)
    stored = None if scope is None else scope.stored
    return {
        "sets_scope": scope is not None,
        "scope": None if stored is None else Jsonb(stored),
    }


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
