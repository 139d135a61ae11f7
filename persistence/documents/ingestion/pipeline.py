"""One document from its file to READY: read, chunk, embed, store, all at once.

Reading spools chunks to a file and runs ahead; embedding follows at the model's pace;
storing is one transaction at the end.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Protocol

import structlog

from persistence.documents import files
from persistence.documents.ingestion.clients.llm_worker import Passages
from persistence.documents.ingestion.domain import Claim, Progress, Reading
from persistence.documents.ingestion.embedding import ChunkEmbedder
from persistence.documents.ingestion.failures import internal_failure
from persistence.documents.ingestion.reading import language_of, pages_read
from persistence.documents.ingestion.spool import Spool
from persistence.documents.ingestion.store import Store
from persistence.documents.ingestion.storing import Storing, VersionsChangedError
from persistence.documents.models import Phase
from persistence.documents.parsing.domain import Event, FailureReason, ParseError
from persistence.documents.storage import original_local

log = structlog.get_logger()

# Files of up to so many bytes are read beside the larger ones, not after them.
SMALL_BYTES = 2 * 1024 * 1024
# Likewise with chunks that are stored: each takes a millisecond or two.
SMALL_CHUNKS = 1_000
# While one batch is stored, the next is embedded.
EMBEDDERS = 2


class Reader(Protocol):
    """Reads a file; `parsing.reading.read_file` in a process of its own."""

    def __call__(self, path: Path, *, name: str) -> AsyncGenerator[Event, None]:
        """Yields what it finds; closing it ends it at once."""


class Pipeline:
    """What documents go through, several at a time."""

    def __init__(
        self, store: Store, passages: Passages | None, read: Reader, *, readers: int
    ) -> None:
        """Has at most `readers` large files, and as many small ones, read at a time.

        Args:
            passages: None: no vectors, the keyword leg alone.
        """
        self._store = store
        self._passages = passages
        self._read = read
        self._large = asyncio.Semaphore(readers)
        self._small = asyncio.Semaphore(readers)
        # One connection of the pool is in a transaction that may last, and one in a
        # shorter one.
        self._storing_large = asyncio.Lock()
        self._storing_small = asyncio.Lock()

    async def run(self, claim: Claim, progress: Progress) -> None:
        """Takes a document with its file to READY.

        Raises:
            ParseError: it gives no text.
            SupersededError: nobody wants it any more.
            ServiceError: something that it needs is away, or refuses.
        """
        spool = Spool()
        try:
            embedder = await self._embedder(claim)
            progress.phase = Phase.READING
            reading = await self._read_and_embed(claim, progress, spool, embedder)
            reading.language = await language_of(reading)
            await self._stored(claim, progress, reading, spool, embedder)
        except BaseExceptionGroup as group:
            raise _first(group) from None  # The one that ended the others.
        finally:
            spool.close()

    async def _embedder(self, claim: Claim) -> ChunkEmbedder | None:
        if self._passages is None:
            return None
        versions = await self._store.versions()
        return ChunkEmbedder(self._store, self._passages, claim, versions)

    async def _read_and_embed(
        self,
        claim: Claim,
        progress: Progress,
        spool: Spool,
        embedder: ChunkEmbedder | None,
    ) -> Reading:
        async with asyncio.TaskGroup() as group:
            if embedder is not None:
                for _ in range(EMBEDDERS):
                    group.create_task(embedder.run(spool, progress))
            reading = await self._pages(claim, progress, spool)
            progress.phase = Phase.EMBEDDING
        if not spool.count:
            raise ParseError(FailureReason.EMPTY, "no chunks")
        return reading

    async def _pages(self, claim: Claim, progress: Progress, spool: Spool) -> Reading:
        async with _local(claim.storage_name) as path, self._turn(path):
            events = self._read(path, name=claim.file_name)
            return await pages_read(self._store, claim, events, spool, progress)

    def _turn(self, path: Path) -> asyncio.Semaphore:
        is_small = path.stat().st_size <= SMALL_BYTES
        return self._small if is_small else self._large

    async def _stored(
        self,
        claim: Claim,
        progress: Progress,
        reading: Reading,
        spool: Spool,
        embedder: ChunkEmbedder | None,
    ) -> None:
        is_small = spool.count <= SMALL_CHUNKS
        turn = self._storing_small if is_small else self._storing_large
        while True:
            progress.phase = Phase.STORING
            index_ids = embedder.index_ids if embedder else None
            storing = Storing(claim, reading, spool, index_ids=index_ids)
            try:
                async with turn:
                    return await self._store.run(storing)
            except VersionsChangedError:
                embedder = await self._embedder(replace(claim, has_staged=True))
                if embedder is not None:
                    progress.phase = Phase.EMBEDDING
                    progress.chunks_embedded = 0
                    spool.rewind()
                    await embedder.run(spool, progress)


@asynccontextmanager
async def _local(name: str) -> AsyncIterator[Path]:
    with ExitStack() as stack:
        try:
            # A copy from S3 takes a while, and removing it none.
            path = await files.run(stack.enter_context, original_local(name))
        except FileNotFoundError as error:
            log.exception("original_lost", storage_name=name)
            raise internal_failure() from error
        yield path


def _first(group: BaseException) -> BaseException:
    while isinstance(group, BaseExceptionGroup):
        group = group.exceptions[0]
    return group
