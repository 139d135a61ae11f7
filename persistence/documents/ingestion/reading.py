"""Reads a file page by page: stores the pages, and spools their chunks."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from functools import cache

from persistence.documents.chunking.domain import Chunk
from persistence.documents.chunking.split import Splitter
from persistence.documents.ingestion.domain import Claim, PageRow, Progress, Reading
from persistence.documents.ingestion.failures import failure_of, serialized
from persistence.documents.ingestion.spool import Spool
from persistence.documents.ingestion.store import Store
from persistence.documents.keywords.languages import UNKNOWN, detect_language
from persistence.documents.parsing.domain import Event, Opened, Page, PageFailed

# Pages wait for each other, but neither for long nor in numbers.
BATCH_PAGES = 50
BATCH_CHARACTERS = 500_000
BATCH_SECONDS = 0.25
SAMPLE_CHARACTERS = 20_000

Events = AsyncGenerator[Event, None]


async def pages_read(
    store: Store, claim: Claim, events: Events, spool: Spool, progress: Progress
) -> Reading:
    """Takes all events of a file.

    Raises:
        ParseError: the file gives no text.
        SupersededError: nobody wants it any more.
    """
    reading = Reading()
    batch = _Batch(store, claim)
    splitter = Splitter()
    loop = asyncio.get_running_loop()
    async with aclosing(events):
        async for event in events:
            match event:
                case Opened():
                    reading.media_type = progress.media_type = event.media_type
                    reading.language = event.language
                    progress.page_count = event.page_count
                case Page():
                    _sample(reading, event)
                    await batch.add(_stored(event))
                    # A long page takes long, and others want the event loop.
                    chunks: list[Chunk] = await loop.run_in_executor(
                        _thread(), splitter.split, event
                    )
                    spool.append(chunks)
                    progress.chunk_count = spool.count
                case PageFailed():
                    reading.failed_page_count += 1
                    await batch.add(_failed(event))
            if not isinstance(event, Opened):
                reading.page_count = progress.pages_read = event.number
    await batch.write()
    # Of many files that is known only now.
    progress.page_count = reading.page_count
    spool.complete()
    return reading


class _Batch:
    """Pages on their way into the database."""

    def __init__(self, store: Store, claim: Claim) -> None:
        self._store = store
        self._claim = claim
        self._pages: list[PageRow] = []
        self._characters = 0
        self._since = time.monotonic()

    async def add(self, page: PageRow) -> None:
        self._pages.append(page)
        self._characters += len(page.text)
        if (
            len(self._pages) >= BATCH_PAGES
            or self._characters >= BATCH_CHARACTERS
            or time.monotonic() - self._since >= BATCH_SECONDS
        ):
            await self.write()

    async def write(self) -> None:
        if self._pages:
            await self._store.pages_write(self._claim, self._pages)
        self._pages, self._characters = [], 0
        self._since = time.monotonic()


async def language_of(reading: Reading) -> str:
    """Returns the document's main language, a BCP 47 tag; `und` when it is not sure."""
    text = "".join(reading.sample)
    # What comes first is often a title page, in whatever language.
    told = await asyncio.to_thread(detect_language, text[len(text) // 3 :])
    return reading.language or told if told == UNKNOWN else told


def _sample(reading: Reading, page: Page) -> None:
    left = SAMPLE_CHARACTERS - reading.sample_size
    if left > 0:
        text = page.text[:left]
        reading.sample.append(text)
        reading.sample_size += len(text)


def _stored(page: Page) -> PageRow:
    return PageRow(page.number, page.label, page.text, page.from_image)


def _failed(page: PageFailed) -> PageRow:
    failure = serialized(failure_of(page.reason))
    return PageRow(page.number, page.label, failure=failure)


@cache
def _thread() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1, "chunking")
