"""Hands news of changed documents to whoever follows them in this process."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import UUID

# Beyond so many, whoever reads slowly looks at everything again.
REMEMBERED = 1_000


@dataclass(frozen=True)
class News:
    """What has changed since the last news.

    Attributes:
        ids: Documents.
        is_all: Whether anything may have changed: news were missed.
        is_over: Whether there will be no more: the process goes away.
    """

    ids: Collection[UUID] = ()
    is_all: bool = False
    is_over: bool = False


@dataclass(eq=False)
class Mailbox:
    """The news of one follower: ids only, so that a slow one costs little."""

    _ids: set[UUID] = field(default_factory=set)
    _is_all: bool = False
    _is_over: bool = False
    _arrived: asyncio.Event = field(default_factory=asyncio.Event)

    def put(self, document_id: UUID) -> None:
        """Notes that a document has changed."""
        if len(self._ids) < REMEMBERED:
            self._ids.add(document_id)
        else:
            self._is_all = True
        self._arrived.set()

    def put_all(self) -> None:
        """Notes that anything may have changed."""
        self._is_all = True
        self._arrived.set()

    def end(self) -> None:
        """Notes that there will be no more news."""
        self._is_over = True
        self._arrived.set()

    async def news(self, *, seconds: float) -> News:
        """Waits for news and takes them out; at most so long, then there are none."""
        try:
            async with asyncio.timeout(seconds):
                await self._arrived.wait()
        except TimeoutError:
            return News()
        taken = News(frozenset(self._ids), self._is_all, self._is_over)
        self._ids.clear()
        self._is_all = False
        if not self._is_over:
            self._arrived.clear()
        return taken


class Changes:
    """All followers of this process, by owner."""

    def __init__(self) -> None:
        self._mailboxes: dict[UUID, set[Mailbox]] = {}
        self._is_over = False

    @contextmanager
    def followed(self, owner_id: UUID) -> Iterator[Mailbox]:
        """Gives a mailbox for the documents of an owner."""
        mailbox = Mailbox()
        if self._is_over:
            mailbox.end()
        self._mailboxes.setdefault(owner_id, set()).add(mailbox)
        try:
            yield mailbox
        finally:
            theirs = self._mailboxes[owner_id]
            theirs.discard(mailbox)
            if not theirs:
                del self._mailboxes[owner_id]

    def put(self, owner_id: UUID, document_id: UUID) -> None:
        """Tells the followers of an owner that a document has changed."""
        for mailbox in self._mailboxes.get(owner_id, ()):
            mailbox.put(document_id)

    def put_all(self) -> None:
        """Tells everybody that news were missed."""
        for theirs in self._mailboxes.values():
            for mailbox in theirs:
                mailbox.put_all()

    def end(self) -> None:
        """Tells everybody that the process goes away."""
        self._is_over = True
        for theirs in self._mailboxes.values():
            for mailbox in theirs:
                mailbox.end()
