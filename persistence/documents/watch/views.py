"""What one follower is told of documents: some by name, or all that are unfinished."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Protocol
from uuid import UUID

from persistence import orm
from persistence.documents.selectors import (
    UNFINISHED,
    DocumentNow,
    documents_check,
    unfinished_ids,
)
from persistence.documents.watch.changes import News


class View(Protocol):
    """Knows what was said, and so what is news."""

    @property
    def has_ended(self) -> bool:
        """Whether nothing will ever be news again."""

    async def begin(self) -> Sequence[UUID]:
        """Says which documents to look at first. Raises `ServiceError`."""

    async def affected(self, news: News) -> Collection[UUID]:
        """Says which documents to look at again."""

    def take(self, document: DocumentNow) -> bool:
        """Notes how a document stands; says whether that is news."""

    def lose(self, document_id: UUID) -> bool:
        """Notes that a document is gone; says whether that is news."""


class Named:
    """Documents that were named; over when all of them have ended."""

    def __init__(self, owner_id: UUID, ids: Sequence[UUID]) -> None:
        self._owner_id = owner_id
        self._ids = ids
        self._seen: dict[UUID, object] = {}
        # What has ended once may begin again, but the stream does not wait for it.
        self._running = set(ids)

    @property
    def has_ended(self) -> bool:
        """See `View.has_ended`."""
        return not self._running

    async def begin(self) -> Sequence[UUID]:
        """See `View.begin`.

        Raises:
            ServiceError: `DOCUMENT_NOT_FOUND`.
        """
        await orm.run(
            documents_check,
            owner=self._owner_id,
            owner_id=self._owner_id,
            ids=self._ids,
        )
        return self._ids

    async def affected(self, news: News) -> Collection[UUID]:
        """See `View.affected`."""
        return set(self._seen) if news.is_all else set(news.ids) & set(self._seen)

    def take(self, document: DocumentNow) -> bool:
        """See `View.take`."""
        document_id = document.row.id
        if document.row.state in UNFINISHED:
            self._running.add(document_id)
        else:
            self._running.discard(document_id)
        former = self._seen.get(document_id)
        self._seen[document_id] = _state(document)
        return former != self._seen[document_id]

    def lose(self, document_id: UUID) -> bool:
        """See `View.lose`."""
        self._running.discard(document_id)
        self._seen.pop(document_id, None)
        return True


class Unfinished:
    """Whatever waits or runs, now and later; and what changes meanwhile."""

    has_ended = False

    def __init__(self, owner_id: UUID) -> None:
        self._owner_id = owner_id
        self._seen: dict[UUID, object] = {}

    async def begin(self) -> Sequence[UUID]:
        """See `View.begin`."""
        return await orm.run(
            unfinished_ids, owner=self._owner_id, owner_id=self._owner_id
        )

    async def affected(self, news: News) -> Collection[UUID]:
        """See `View.affected`."""
        return {*self._seen, *await self.begin()} if news.is_all else news.ids

    def take(self, document: DocumentNow) -> bool:
        """See `View.take`."""
        document_id, state = document.row.id, _state(document)
        former = self._seen.pop(document_id, None)
        if document.row.state in UNFINISHED:
            self._seen[document_id] = state
        return former != state

    def lose(self, document_id: UUID) -> bool:
        """See `View.lose`."""
        self._seen.pop(document_id, None)
        return True


def _state(document: DocumentNow) -> object:
    """Returns what tells one state of a document from another."""
    row = document.row
    return (
        row.state,
        row.attempt,
        row.phase,
        row.pages_read,
        row.page_count,
        row.chunks_embedded,
        row.chunk_count,
        row.failed_page_count,
        None if row.failure is None else bytes(row.failure),
        row.title,
        row.file_name,
        row.media_type,
        row.size_bytes,
        row.update_time,
        tuple(document.collection_ids),
    )
