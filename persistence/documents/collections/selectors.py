"""Reads of collections. All take the owner."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from persistence.chat.page_tokens import Place, page_token_make, page_token_read
from persistence.documents import errors
from persistence.documents.models import Collection, CollectionDocument


@dataclass(frozen=True)
class CollectionNow:
    """A collection and how many documents are in it."""

    row: Collection
    document_count: int


@dataclass(frozen=True)
class CollectionList:
    """A page of the list. `next_token` is empty on the last one."""

    collections: Sequence[CollectionNow]
    next_token: str


def collection_get(*, owner_id: UUID, collection_id: UUID) -> CollectionNow:
    """Returns one collection.

    Raises:
        ServiceError: `COLLECTION_NOT_FOUND`.
    """
    row = _collections(owner_id).filter(id=collection_id).first()
    if row is None:
        raise errors.collection_not_found(collection_id)
    return _now(row)


def collection_list(
    *, owner_id: UUID, page_size: int, page_token: str
) -> CollectionList:
    """Returns a page of collections by name.

    Raises:
        ServiceError: `INVALID_FIELD` for a wrong `page_token`.
    """
    scope = f"collections:{owner_id}"
    rows = _collections(owner_id).order_by("name_key", "id")
    before = 0
    if page_token:
        place = page_token_read(scope, page_token)
        before = place.first
        last = Collection.objects.filter(owner_id=owner_id, id=place.last_id).first()
        if last is None:
            # It was deleted since: what followed it has moved up by one.
            rows = rows[before - 1 :]
        else:
            same_name = Q(name_key=last.name_key, id__gt=last.id)
            rows = rows.filter(Q(name_key__gt=last.name_key) | same_name)
    page = [_now(row) for row in rows[: page_size + 1]]
    if len(page) <= page_size:
        return CollectionList(page, "")
    place = Place(page[page_size - 1].row.id, before + page_size)
    return CollectionList(page[:page_size], page_token_make(scope, place))


def collections_check(*, owner_id: UUID, ids: Iterable[UUID]) -> None:
    """Checks that collections are there.

    Raises:
        ServiceError: `COLLECTION_NOT_FOUND` for the first that is not.
    """
    wanted = list(ids)
    rows = Collection.objects.filter(owner_id=owner_id, id__in=wanted)
    found = set(rows.values_list("id", flat=True)) if wanted else set()
    for collection_id in wanted:
        if collection_id not in found:
            raise errors.collection_not_found(collection_id)


def _collections(owner_id: UUID) -> QuerySet[Collection]:
    members = CollectionDocument.objects.filter(
        owner_id=owner_id, collection=OuterRef("pk")
    ).order_by()
    count = members.values("collection_id").annotate(n=Count("*")).values("n")
    return Collection.objects.filter(owner_id=owner_id).annotate(
        document_count=Coalesce(Subquery(count, output_field=IntegerField()), 0)
    )


def _now(row: Any) -> CollectionNow:
    return CollectionNow(row, row.document_count)
