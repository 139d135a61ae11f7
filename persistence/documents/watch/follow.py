"""Follows documents of one owner: first how each stands, then each change of it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from uuid import UUID

from lamla.errors.v1.error_reason_pb2 import ErrorReason

from mesh.errors import ServiceError
from persistence import orm
from persistence.documents import errors
from persistence.documents.quotas import Streams
from persistence.documents.selectors import DocumentNow, documents_get
from persistence.documents.watch.changes import Changes, Mailbox, News
from persistence.documents.watch.views import Named, Unfinished, View

BEAT_SECONDS = 10.0
# At most four changes of one document in a second.
PAUSE_SECONDS = 0.25
RETRY_SECONDS = 1.0
# A little less than Envoy lets a stream last, so that it ends well.
FOLLOW_SECONDS = 3_550.0
BATCH = 100
# Of one owner in this process: many pages, each open for an hour.
OWNER_STREAMS = 32


@dataclass(frozen=True)
class Changed:
    """How a document stands now."""

    document: DocumentNow


@dataclass(frozen=True)
class Removed:
    """A document was deleted."""

    document_id: UUID


@dataclass(frozen=True)
class Beat:
    """Nothing has happened, and the stream is alive."""


Event = Changed | Removed | Beat


class FollowIngestion:
    """Reads the rows again when news of them come, and says what is new."""

    def __init__(self, changes: Changes, *, beat_seconds: float = BEAT_SECONDS) -> None:
        self._changes = changes
        self._beat_seconds = beat_seconds
        self.streams = Streams("watch_streams", OWNER_STREAMS)

    async def __call__(
        self, owner_id: UUID, ids: Sequence[UUID]
    ) -> AsyncGenerator[Event, None]:
        """Yields events until all of `ids` have ended; without ids for an hour.

        Raises:
            ServiceError: `DOCUMENT_NOT_FOUND`; `DATABASE_UNAVAILABLE` at the begin;
                `DRAINING`; `QUOTA_EXCEEDED` beside too many of the same owner's.
        """
        view = Named(owner_id, ids) if ids else Unfinished(owner_id)
        end = time.monotonic() + FOLLOW_SECONDS
        with self.streams.one(owner_id), self._changes.followed(owner_id) as mailbox:
            async for event in _look(owner_id, view, await view.begin()):
                yield event
            last = looked = time.monotonic()
            while not view.has_ended and time.monotonic() < end:
                await asyncio.sleep(max(0.0, looked + PAUSE_SECONDS - time.monotonic()))
                wait = max(0.0, last + self._beat_seconds - time.monotonic())
                news = await mailbox.news(seconds=wait)
                if news.is_over:
                    raise errors.draining()
                looked = time.monotonic()
                async for event in _look_again(owner_id, view, news, mailbox):
                    yield event
                    last = time.monotonic()
                if time.monotonic() >= last + self._beat_seconds:
                    yield Beat()
                    last = time.monotonic()


async def _look_again(
    owner_id: UUID, view: View, news: News, mailbox: Mailbox
) -> AsyncGenerator[Event, None]:
    if not (news.ids or news.is_all):
        return
    try:
        async for event in _look(owner_id, view, sorted(await view.affected(news))):
            yield event
    except ServiceError as error:
        if error.reason != ErrorReason.ERROR_REASON_DATABASE_UNAVAILABLE:
            raise
        # It is looked at again when the database is back.
        mailbox.put_all()
        await asyncio.sleep(RETRY_SECONDS)


async def _look(
    owner_id: UUID, view: View, ids: Sequence[UUID]
) -> AsyncGenerator[Event, None]:
    for begin in range(0, len(ids), BATCH):
        batch = ids[begin : begin + BATCH]
        found = await orm.run(
            documents_get, owner=owner_id, owner_id=owner_id, ids=batch
        )
        for document_id in batch:
            document = found.get(document_id)
            if document is None:
                if view.lose(document_id):
                    yield Removed(document_id)
            elif view.take(document):
                yield Changed(document)
