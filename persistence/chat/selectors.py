"""Reads of conversations, messages and generations. All take the owner."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    BigIntegerField,
    OuterRef,
    Q,
    QuerySet,
)
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce, Greatest, Length

from persistence.chat import errors
from persistence.chat.evidence.domain import NO_EVIDENCE
from persistence.chat.evidence.read import evidence_of
from persistence.chat.models import (
    Conversation,
    Generation,
    Message,
    State,
)
from persistence.chat.page_tokens import (
    Place,
    page_token_make,
    page_token_read,
    time_from_number,
    time_to_number,
)
from persistence.chat.turns.domain import Answer
from persistence.fitting import fitting

# What one page of messages may hold: far below gRPC's limit on a message, 4 MiB.
PAGE_CHARACTERS = 500_000

# As expressions of the ORM these two cost 1.5 ms a query to compile.
_TEXT_SO_FAR = """
CASE WHEN chat_generation.state = 1
    THEN COALESCE((
        SELECT string_agg(d.text, '' ORDER BY d.text_offset)
        FROM chat_generationdelta d
        WHERE d.generation_id = chat_generation.id
    ), '')
    ELSE chat_message.text
END
"""
_LEASE_EXPIRED = """
COALESCE(
    chat_generation.state = 1
    AND chat_generation.lease_expires <= clock_timestamp(), false
)
"""

R = TypeVar("R")


@dataclass(frozen=True)
class ConversationNow:
    """A conversation and the generations that run in it, oldest first."""

    row: Conversation
    active_generation_ids: Sequence[UUID]


@dataclass(frozen=True)
class Page(Generic[R]):
    """A page of a list. `next_token` is empty on the last one."""

    rows: Sequence[R]
    next_token: str


def conversation_get(*, owner_id: UUID, conversation_id: UUID) -> ConversationNow:
    """Returns one conversation.

    Raises:
        ServiceError: `CONVERSATION_NOT_FOUND`.
    """
    row = _conversations(owner_id).filter(id=conversation_id).first()
    if row is None:
        raise errors.conversation_not_found(conversation_id)
    return _now(row)


def conversations_get(
    *, owner_id: UUID, ids: Iterable[UUID]
) -> Mapping[UUID, ConversationNow]:
    """Returns those of the conversations that are there, in one query."""
    rows = _conversations(owner_id).filter(id__in=list(ids))
    return {row.id: _now(row) for row in rows}


def conversation_list(
    *, owner_id: UUID, page_size: int, page_token: str, archived: bool = False
) -> Page[ConversationNow]:
    """Returns a page of conversations in one query.

    Pinned ones come first, then the most recently used.

    Raises:
        ServiceError: `INVALID_FIELD` for a wrong `page_token`.
    """
    scope = f"conversations:{owner_id}:{archived}"
    rows = _conversations(owner_id).filter(archived=archived)
    rows = rows.order_by("-pinned", "-update_time", "-id")
    if page_token:
        place = page_token_read(scope, page_token)
        rows = rows.filter(_after(place))
    page = [_now(row) for row in rows[: page_size + 1]]
    if len(page) <= page_size:
        return Page(page, "")
    last = page[page_size - 1].row
    place = Place(last.id, int(last.pinned), time_to_number(last.update_time))
    return Page(page[:page_size], page_token_make(scope, place))


def conversation_owner(*, conversation_id: UUID) -> UUID | None:
    """Returns whose a conversation is; None when there is none. Spans owners."""
    rows = Conversation.objects.filter(id=conversation_id, delete_time=None)
    return rows.values_list("owner_id", flat=True).first()


def message_list(
    *, owner_id: UUID, conversation_id: UUID, page_size: int, page_token: str
) -> Page[Answer]:
    """Returns a page of a conversation's messages, in order of creation.

    Questions come as answers do, with their own text. A page of long messages holds
    fewer than `page_size`.

    Raises:
        ServiceError: `CONVERSATION_NOT_FOUND`; `INVALID_FIELD` for a wrong
            `page_token`.
    """
    found = _live(owner_id).filter(id=conversation_id)
    if not found.exists():
        raise errors.conversation_not_found(conversation_id)
    scope = f"messages:{owner_id}:{conversation_id}"
    rows = Message.objects.filter(owner_id=owner_id, conversation_id=conversation_id)
    rows = rows.order_by("id")
    if page_token:
        rows = rows.filter(id__gt=page_token_read(scope, page_token).last_id)
    size = Greatest(
        Length("text"),
        Coalesce("generation__text_length", 0),
        output_field=BigIntegerField(),
    )
    places = rows.annotate(size=size).values_list("id", "size")
    sizes = list(places[: page_size + 1])
    count = fitting([size for _, size in sizes[:page_size]], most=PAGE_CHARACTERS)
    if count == 0:
        return Page([], "")
    last_id, _ = sizes[count - 1]
    page = _with_evidence(_answers(rows.filter(id__lte=last_id)))
    if count == len(sizes):
        return Page(page, "")
    return Page(page, page_token_make(scope, Place(last_id)))


def messages_all(*, owner_id: UUID, conversation_id: UUID) -> list[Answer]:
    """Returns all messages of a conversation, in order of creation."""
    rows = Message.objects.filter(owner_id=owner_id, conversation_id=conversation_id)
    return _with_evidence(_answers(rows.order_by("id")))


def answer_get(*, owner_id: UUID, generation_id: UUID) -> Answer:
    """Returns an answer with its generation, checkpoints included.

    Raises:
        ServiceError: `GENERATION_NOT_FOUND`.
    """
    rows = _kept().filter(owner_id=owner_id, generation_id=generation_id)
    row = _answers(rows).first()
    if row is None:
        raise errors.generation_not_found(generation_id)
    return _with_evidence([row])[0]


def answer_of(generation_id: UUID) -> Answer | None:
    """Returns the answer of a generation, whoever's; None when there is none."""
    row = _answers(_kept().filter(generation_id=generation_id)).first()
    return None if row is None else _with_evidence([row])[0]


def _after(place: Place) -> Q:
    """Selects what comes after a place in the list of conversations."""
    time = time_from_number(place.second)
    earlier = Q(update_time=time, id__lt=place.last_id) | Q(update_time__lt=time)
    if place.first:
        return Q(pinned=False) | earlier
    return Q(pinned=False) & earlier


def _live(owner_id: UUID) -> QuerySet[Conversation]:
    return Conversation.objects.filter(owner_id=owner_id, delete_time=None)


def _kept() -> QuerySet[Message]:
    """Messages of conversations that are not deleted."""
    return Message.objects.filter(conversation__delete_time=None)


def _conversations(owner_id: UUID) -> QuerySet[Conversation]:
    running = Generation.objects.filter(
        conversation=OuterRef("pk"), state=State.GENERATING
    )
    return _live(owner_id).annotate(
        active_generation_ids=ArraySubquery(running.order_by("id").values("id"))
    )


def _answers(rows: QuerySet[Message]) -> QuerySet[Message]:
    return rows.select_related("generation").annotate(
        text_so_far=RawSQL(_TEXT_SO_FAR, ()),  # noqa: S611 - Nobody's input.
        lease_expired=RawSQL(_LEASE_EXPIRED, ()),  # noqa: S611 - Nobody's input.
    )


def _now(row: Any) -> ConversationNow:
    return ConversationNow(row, row.active_generation_ids)


def _with_evidence(rows: Iterable[Any]) -> list[Answer]:
    """Makes answers of rows; where nothing was searched, without another statement."""
    rows = list(rows)
    evidence = evidence_of(row.generation for row in rows)
    return [
        Answer(
            row,
            row.text_so_far,
            lease_expired=row.lease_expired,
            evidence=evidence.get(row.generation_id, NO_EVIDENCE),
        )
        for row in rows
    ]
