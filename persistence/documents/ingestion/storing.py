"""Makes a document READY: its chunks, vectors and state, in one transaction."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from itertools import islice

import structlog

from persistence.documents.chunking.domain import Chunk
from persistence.documents.index.versions import index_versions
from persistence.documents.index.writer import Indexed, IndexedChunk, chunks_replace
from persistence.documents.ingestion.domain import Claim, Reading, SupersededError
from persistence.documents.ingestion.spool import Spool
from persistence.documents.ingestion.store import check_current, parts_delete
from persistence.pool import Connection

log = structlog.get_logger()

BATCH = 500

# The inserts of a large document take minutes while the graph (HNSW) grows.
_TIMEOUT = "SET LOCAL statement_timeout = '1h'"
# Two workers have the same document where one was taken for dead.
_ALONE = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"
_VECTORS = """
SELECT ordinal, index_id, embedding::real[] FROM documents_stagedvector
WHERE document_id = %s AND ordinal >= %s AND ordinal < %s AND index_id = ANY (%s)
"""
_PAGES = "DELETE FROM documents_documentpage WHERE document_id = %s AND number > %s"
_READY = """
UPDATE documents_document SET state = 3, phase = 0, pages_read = %s, page_count = %s,
    chunks_embedded = %s, chunk_count = %s, failed_page_count = %s, language = %s,
    media_type = coalesce(nullif(%s, ''), media_type), failure = NULL,
    update_time = now()
WHERE id = %s AND attempt = %s AND state = 2
"""


class VersionsChangedError(Exception):
    """An index version has begun meanwhile: it needs vectors too."""


class Storing:
    """What is to be stored of one document. May be run again after a failure."""

    def __init__(
        self,
        claim: Claim,
        reading: Reading,
        spool: Spool,
        *,
        index_ids: frozenset[int] | None,
    ) -> None:
        """Stores vectors of `index_ids`; None: the keyword leg alone."""
        self._claim = claim
        self._reading = reading
        self._spool = spool
        self._index_ids = index_ids

    async def __call__(self, connection: Connection) -> None:
        """Stores it, in the caller's transaction.

        The document's own row comes last: until then its user can cancel.

        Raises:
            SupersededError: nobody wants it any more.
            VersionsChangedError: vectors are missing.
        """
        claim, reading = self._claim, self._reading
        await connection.execute(_TIMEOUT)
        await connection.execute(_ALONE, [f"lamla:ingestion:{claim.document_id}"])
        await check_current(connection, claim)
        if self._index_ids is not None:
            versions = {version.id for version in await index_versions(connection)}
            if versions - self._index_ids:
                raise VersionsChangedError
        document = Indexed(
            claim.document_id, claim.owner_id, claim.title, reading.language
        )
        count = await chunks_replace(connection, document, self._chunks(connection))
        await connection.execute(_PAGES, [claim.document_id, reading.page_count])
        await parts_delete(connection, claim, ["documents_stagedvector"])
        cursor = await connection.execute(
            _READY,
            [
                reading.page_count,
                reading.page_count,
                count if self._index_ids is not None else 0,
                count,
                reading.failed_page_count,
                reading.language,
                reading.media_type,
                claim.document_id,
                claim.attempt,
            ],
        )
        if not cursor.rowcount:
            raise SupersededError

    async def _chunks(self, connection: Connection) -> AsyncIterator[IndexedChunk]:
        chunks = self._spool.read()
        first = 0
        while batch := list(islice(chunks, BATCH)):
            for each in await self._with_vectors(connection, first, batch):
                yield each
            first += len(batch)

    async def _with_vectors(
        self, connection: Connection, first: int, batch: Sequence[Chunk]
    ) -> Iterator[IndexedChunk]:
        found: list[dict[int, Sequence[float]]] = [{} for _ in batch]
        if self._index_ids:
            last = first + len(batch)
            cursor = await connection.execute(
                _VECTORS,
                [self._claim.document_id, first, last, list(self._index_ids)],
            )
            for ordinal, index_id, vector in await cursor.fetchall():
                found[ordinal - first][index_id] = vector
            if any(len(vectors) < len(self._index_ids) for vectors in found):
                # Another run of the same document has ended and cleaned up.
                raise SupersededError
        return map(IndexedChunk, batch, found)
