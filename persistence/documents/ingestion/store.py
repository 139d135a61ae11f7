"""What ingestion reads and writes, statement by statement, as the service role.

Every write names the attempt that it is part of: what was cancelled or begun anew
meanwhile is left alone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar
from uuid import UUID

import psycopg

from persistence.documents.index.versions import Index, index_adopt, index_versions
from persistence.documents.ingestion.domain import (
    Claim,
    PageRow,
    Progress,
    SupersededError,
)
from persistence.pool import Connection, Pool

R = TypeVar("R")

_CLAIM = """
UPDATE documents_document SET
    state = 2,
    phase = CASE WHEN storage_name = '' THEN 1 ELSE 2 END,
    pages_read = 0, page_count = 0, chunks_embedded = 0, chunk_count = 0,
    failed_page_count = 0, failure = NULL,
    update_time = CASE WHEN state = 2 THEN update_time ELSE now() END
WHERE id = %s AND attempt = %s AND state IN (1, 2)
RETURNING owner_id, title, file_name, storage_name, source_url,
    EXISTS (SELECT FROM documents_stagedvector s
            WHERE s.document_id = documents_document.id)
"""
_IS_CURRENT = """
SELECT FROM documents_document WHERE id = %s AND attempt = %s AND state = 2
"""
_ALIVE = """
SELECT d.id, d.attempt FROM documents_document d
JOIN unnest(%s::uuid[], %s::int[]) AS w (id, attempt) USING (id, attempt)
WHERE d.state = 2
"""
_PROGRESS = """
UPDATE documents_document d SET phase = p.phase, pages_read = p.pages_read,
    page_count = p.page_count, chunks_embedded = p.chunks_embedded,
    chunk_count = p.chunk_count,
    media_type = coalesce(nullif(p.media_type, ''), d.media_type),
    failure = nullif(p.waits_for, ''::bytea)
FROM unnest(%s::uuid[], %s::int[], %s::int[], %s::int[], %s::int[], %s::int[],
    %s::int[], %s::text[], %s::bytea[]) AS p (
        id, attempt, phase, pages_read, page_count, chunks_embedded, chunk_count,
        media_type, waits_for)
WHERE d.id = p.id AND d.attempt = p.attempt AND d.state = 2
"""
_PAGE = """
INSERT INTO documents_documentpage AS old (
    document_id, owner_id, number, label, text, from_image, failure
) VALUES (%s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (document_id, number, owner_id) DO UPDATE SET
    label = excluded.label, text = excluded.text, from_image = excluded.from_image,
    failure = excluded.failure
WHERE (old.label, old.text, old.from_image, old.failure) IS DISTINCT FROM
    (excluded.label, excluded.text, excluded.from_image, excluded.failure)
"""
_STAGED = """
SELECT ordinal, source_hash FROM documents_stagedvector
WHERE document_id = %s AND index_id = %s AND ordinal = ANY (%s)
"""
_STAGE = """
INSERT INTO documents_stagedvector (
    document_id, owner_id, index_id, ordinal, source_hash, embedding
) VALUES (%s, %s, %s, %s, %s, %s::halfvec)
ON CONFLICT (document_id, index_id, ordinal, owner_id) DO UPDATE SET
    source_hash = excluded.source_hash, embedding = excluded.embedding
"""
_FAIL = """
UPDATE documents_document SET state = 4, phase = 0, failure = %s, page_count = 0,
    chunk_count = 0, language = '', term_count = 0, update_time = now(),
    media_type = coalesce(nullif(%s, ''), media_type)
WHERE id = %s AND attempt = %s AND state = 2
"""
_PARTS = (
    "documents_stagedvector",
    "documents_posting",
    "documents_documentchunk",
    "documents_documentpage",
)


class Store:
    """The rows of documents that are being ingested."""

    def __init__(self, pool: Pool, *, at_once: int) -> None:
        """Takes at most `at_once` of the pool's connections; the rest are others'."""
        self._pool = pool
        self._turns = asyncio.Semaphore(at_once)

    async def run(self, work: Callable[[Connection], Awaitable[R]]) -> R:
        """Awaits `work` in a transaction of its own; see `Pool.run`.

        Raises:
            ServiceError: `DATABASE_UNAVAILABLE`.
            SupersededError: the document was deleted meanwhile.
        """
        async with self._turns:
            try:
                return await self._pool.run(work)
            except psycopg.errors.ForeignKeyViolation as error:
                raise SupersededError from error

    async def claim(self, document_id: UUID, attempt: int) -> Claim | None:
        """Begins the attempt, or goes on with it; None: there is no such attempt."""

        async def work(connection: Connection) -> Claim | None:
            cursor = await connection.execute(_CLAIM, [document_id, attempt])
            row = await cursor.fetchone()
            if row is None:
                return None
            owner_id, *rest = row
            return Claim(document_id, owner_id, attempt, *rest)

        return await self.run(work)

    async def alive(self, claims: Iterable[Claim]) -> set[tuple[UUID, int]]:
        """Returns which of the claims still hold, as document and attempt."""
        held = list(claims)

        async def work(connection: Connection) -> set[tuple[UUID, int]]:
            cursor = await connection.execute(
                _ALIVE, [[c.document_id for c in held], [c.attempt for c in held]]
            )
            return {
                (document_id, number) for document_id, number in await cursor.fetchall()
            }

        return await self.run(work)

    async def progress_write(self, changed: Sequence[tuple[Claim, Progress]]) -> None:
        """Shows how far documents are."""
        rows = [(c.document_id, c.attempt, *p.as_row()) for c, p in changed]
        columns = [list(column) for column in zip(*rows, strict=True)]

        async def work(connection: Connection) -> None:
            await connection.execute(_PROGRESS, columns)

        await self.run(work)

    async def pages_write(self, claim: Claim, pages: Sequence[PageRow]) -> None:
        """Stores pages, or finds them stored.

        Raises:
            SupersededError: the claim does not hold any more.
        """

        async def work(connection: Connection) -> None:
            await check_current(connection, claim)
            of = (claim.document_id, claim.owner_id)
            rows = [
                (*of, p.number, p.label, p.text, p.from_image, p.failure) for p in pages
            ]
            async with connection.cursor() as cursor:
                await cursor.executemany(_PAGE, rows)

        await self.run(work)

    async def staged(
        self, claim: Claim, index_id: int, hashes: Mapping[int, bytes]
    ) -> set[int]:
        """Returns the ordinals whose vectors are there, made of just these texts."""

        async def work(connection: Connection) -> set[int]:
            cursor = await connection.execute(
                _STAGED, [claim.document_id, index_id, list(hashes)]
            )
            return {
                ordinal
                for ordinal, source_hash in await cursor.fetchall()
                if hashes[ordinal] == source_hash
            }

        return await self.run(work)

    async def stage(
        self, claim: Claim, index_id: int, rows: Sequence[tuple[int, bytes, str]]
    ) -> None:
        """Keeps vectors until their document is stored.

        Args:
            rows: Ordinal, hash of what it was made of, and the vector as text.

        Raises:
            SupersededError: the claim does not hold any more.
        """

        async def work(connection: Connection) -> None:
            await check_current(connection, claim)
            of = (claim.document_id, claim.owner_id, index_id)
            async with connection.cursor() as cursor:
                await cursor.executemany(_STAGE, [(*of, *row) for row in rows])

        await self.run(work)

    async def versions(self) -> list[Index]:
        """Returns the index versions that vectors are made for."""
        return await self.run(index_versions)

    async def adopt(self, model: str) -> None:
        """Gives the first index version its model, unless it has one."""

        async def work(connection: Connection) -> None:
            await index_adopt(connection, model)

        await self.run(work)

    async def fail(self, claim: Claim, failure: bytes, media_type: str) -> None:
        """Ends the attempt; of a document that cannot be read nothing is found."""

        async def work(connection: Connection) -> None:
            arguments: list[Any] = [failure, media_type]
            cursor = await connection.execute(
                _FAIL, [*arguments, claim.document_id, claim.attempt]
            )
            if cursor.rowcount:
                await parts_delete(connection, claim, _PARTS)

        await self.run(work)


async def check_current(connection: Connection, claim: Claim) -> None:
    """Goes on only while the claim holds.

    Raises:
        SupersededError: it does not.
    """
    cursor = await connection.execute(_IS_CURRENT, [claim.document_id, claim.attempt])
    if await cursor.fetchone() is None:
        raise SupersededError


async def parts_delete(
    connection: Connection, claim: Claim, tables: Iterable[str]
) -> None:
    """Deletes what hangs below the document in these tables."""
    for table in tables:
        await connection.execute(
            f"DELETE FROM {table} WHERE document_id = %s AND owner_id = %s",  # noqa: S608 - Names of ours.
            [claim.document_id, claim.owner_id],
        )
