"""Reads of documents and their pages. All take the owner."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import OuterRef, Q, QuerySet
from django.db.models.functions import Length

from persistence.chat.page_tokens import Place, page_token_make, page_token_read
from persistence.documents import errors
from persistence.documents.models import (
    Collection,
    CollectionDocument,
    Document,
    DocumentPage,
    State,
)
from persistence.fitting import fitting

# What one answer with pages may hold: far below gRPC's limit on a message, 8 MiB.
PAGE_CHARACTERS = 500_000
FAILED_PAGES = 100
UNFINISHED = (State.QUEUED, State.PROCESSING)

_FAILED_PAGES = """
SELECT page.document_id, page.number, page.failure
FROM unnest(%s::uuid[]) AS wanted (id)
CROSS JOIN LATERAL (
    SELECT document_id, number, failure
    FROM documents_documentpage
    WHERE document_id = wanted.id AND owner_id = %s AND failure IS NOT NULL
    ORDER BY number
    LIMIT %s
) page
"""


@dataclass(frozen=True)
class FailedPage:
    """A page that could not be read, and why: a serialized google.rpc.Status."""

    number: int
    failure: bytes


@dataclass(frozen=True)
class DocumentNow:
    """A document with what belongs to it elsewhere."""

    row: Document
    collection_ids: Sequence[UUID]
    failed_pages: Sequence[FailedPage] = ()


@dataclass(frozen=True)
class Wanted:
    """Which documents of an owner a list holds; empty fields select nothing."""

    collection_id: UUID | None = None
    states: tuple[int, ...] = ()
    title_contains: str = ""


@dataclass(frozen=True)
class DocumentList:
    """A page of the list. `next_token` is empty on the last one."""

    documents: Sequence[DocumentNow]
    next_token: str
    total: int


@dataclass(frozen=True)
class Pages:
    """Pages of a document; `next_page` is 0 when no more follow."""

    rows: Sequence[DocumentPage]
    next_page: int


def document_get(*, owner_id: UUID, document_id: UUID) -> DocumentNow:
    """Returns one document.

    Raises:
        ServiceError: `DOCUMENT_NOT_FOUND`.
    """
    found = documents_get(owner_id=owner_id, ids=[document_id])
    if document_id not in found:
        raise errors.document_not_found(document_id)
    return found[document_id]


def documents_get(*, owner_id: UUID, ids: Iterable[UUID]) -> Mapping[UUID, DocumentNow]:
    """Returns those of the documents that are there."""
    rows = _documents(owner_id).filter(id__in=list(ids))
    return {now.row.id: now for now in _now(owner_id, rows)}


def documents_check(*, owner_id: UUID, ids: Iterable[UUID]) -> None:
    """Checks that documents are there.

    Raises:
        ServiceError: `DOCUMENT_NOT_FOUND` for the first that is not.
    """
    wanted = list(ids)
    rows = Document.objects.filter(owner_id=owner_id, id__in=wanted)
    found = set(rows.values_list("id", flat=True)) if wanted else set()
    for document_id in wanted:
        if document_id not in found:
            raise errors.document_not_found(document_id)


def document_owner(*, document_id: UUID) -> UUID | None:
    """Returns whose a document is; None when there is none. Spans owners."""
    rows = Document.objects.filter(id=document_id)
    return rows.values_list("owner_id", flat=True).first()


def unfinished_ids(*, owner_id: UUID) -> Sequence[UUID]:
    """Returns the ids of what waits or is being ingested, oldest first."""
    rows = Document.objects.filter(owner_id=owner_id, state__in=UNFINISHED)
    return list(rows.order_by("id").values_list("id", flat=True))


def document_list(
    *, owner_id: UUID, wanted: Wanted, page_size: int, page_token: str
) -> DocumentList:
    """Returns a page of documents, newest first.

    Raises:
        ServiceError: `COLLECTION_NOT_FOUND`; `INVALID_FIELD` for a wrong
            `page_token`.
    """
    rows = _documents(owner_id).filter(_selected(owner_id, wanted))
    total = rows.count()
    scope = f"documents:{owner_id}:{wanted}"
    if page_token:
        rows = rows.filter(id__lt=page_token_read(scope, page_token).last_id)
    page = _now(owner_id, rows.order_by("-id")[: page_size + 1])
    if len(page) <= page_size:
        return DocumentList(page, "", total)
    token = page_token_make(scope, Place(page[page_size - 1].row.id))
    return DocumentList(page[:page_size], token, total)


def pages_read(
    *, owner_id: UUID, document_id: UUID, first_page: int, page_size: int
) -> Pages:
    """Returns the text of pages; fewer than `page_size` when they are long.

    Raises:
        ServiceError: `DOCUMENT_NOT_FOUND`.
    """
    if not Document.objects.filter(owner_id=owner_id, id=document_id).exists():
        raise errors.document_not_found(document_id)
    rows = DocumentPage.objects.filter(owner_id=owner_id, document_id=document_id)
    rows = rows.filter(number__gte=first_page).order_by("number")
    sizes = list(
        rows.annotate(size=Length("text")).values_list("number", "size")[
            : page_size + 1
        ]
    )
    count = fitting([size for _, size in sizes[:page_size]], most=PAGE_CHARACTERS)
    if not count:
        return Pages([], 0)
    page = list(rows.filter(number__lte=sizes[count - 1][0]))
    return Pages(page, sizes[count][0] if count < len(sizes) else 0)


def _documents(owner_id: UUID) -> QuerySet[Document]:
    memberships = CollectionDocument.objects.filter(
        document=OuterRef("pk"), owner_id=owner_id
    )
    return Document.objects.filter(owner_id=owner_id).annotate(
        collection_ids=ArraySubquery(
            memberships.order_by("collection_id").values("collection_id")
        )
    )


def _selected(owner_id: UUID, wanted: Wanted) -> Q:
    selected = Q()
    if wanted.collection_id is not None:
        collections = Collection.objects.filter(owner_id=owner_id)
        if not collections.filter(id=wanted.collection_id).exists():
            raise errors.collection_not_found(wanted.collection_id)
        members = CollectionDocument.objects.filter(
            owner_id=owner_id, collection_id=wanted.collection_id
        )
        selected &= Q(id__in=members.values("document_id"))
    if wanted.states:
        selected &= Q(state__in=wanted.states)
    if wanted.title_contains:
        text = wanted.title_contains
        selected &= Q(title__icontains=text) | Q(file_name__icontains=text)
    return selected


def _now(owner_id: UUID, rows: Iterable[Any]) -> list[DocumentNow]:
    found = list(rows)
    failed = _failed_pages(owner_id, [row.id for row in found if row.failed_page_count])
    return [
        DocumentNow(row, row.collection_ids, failed.get(row.id, ())) for row in found
    ]


def _failed_pages(
    owner_id: UUID, ids: Sequence[UUID]
) -> Mapping[UUID, list[FailedPage]]:
    failed: dict[UUID, list[FailedPage]] = {}
    if ids:
        with connection.cursor() as cursor:
            cursor.execute(_FAILED_PAGES, [list(ids), owner_id, FAILED_PAGES])
            for document_id, number, failure in cursor.fetchall():
                page = FailedPage(number, bytes(failure))
                failed.setdefault(document_id, []).append(page)
    return failed
