"""Stores manuals as if they had been uploaded and ingested."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from mesh.ids import uuid7
from persistence import orm
from persistence.documents import files
from persistence.documents.index.versions import index_versions
from persistence.documents.index.writer import Indexed, IndexedChunk, chunks_replace
from persistence.documents.models import Document, State
from persistence.documents.parsing.media_types import MARKDOWN
from persistence.documents.storage import original_keep, original_name
from persistence.documents.uploads.spool import Spool
from persistence.pool import Connection, Pool
from persistence.seed.clear import documents_clear
from persistence.seed.manuals import Manual, manual
from persistence.seed.sizes import Size
from persistence.seed.vectors import vector_of

LANGUAGE = "en"

_DOCUMENT = """
INSERT INTO documents_document (
    id, owner_id, title, file_name, media_type, size_bytes, content_sha256,
    storage_name, source_url, state, pages_read, page_count, chunks_embedded,
    chunk_count, language, is_seed
) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, '', %s, %s, %s, %s, %s, %s, true)
"""
_PAGE = """
INSERT INTO documents_documentpage (document_id, owner_id, number, label, text)
VALUES (%s, %s, %s, %s, %s)
"""
# An insert into a large graph takes its time.
_TIMEOUT = "SET LOCAL statement_timeout = '5min'"


@dataclass(frozen=True)
class Seeds:
    """Where documents go.

    Attributes:
        vectors: Whether the vector leg is switched on.
    """

    pool: Pool
    spool: Spool
    owner_id: UUID
    vectors: bool

    async def documents(self, size: Size) -> AsyncIterator[int]:
        """Stores the documents of a size, and yields the chunks of each when it is.

        What is there already stays as it is; what was seeded of another size goes.
        """
        there = await orm.run(_hashes, self.owner_id, using="service")
        wanted: set[bytes] = set()
        for number in range(size.documents):
            one = manual(number, size.chunks)
            sha256 = hashlib.sha256(one.markdown).digest()
            wanted.add(sha256)
            if sha256 not in there:
                await self._store(one)
            yield size.chunks
        async for _ in documents_clear(self.owner_id, keep=wanted):
            pass

    async def _store(self, one: Manual) -> None:
        document_id = uuid7()
        name = original_name(self.owner_id, document_id)
        await files.run(self._keep, one.markdown, name)
        work = partial(
            _insert,
            document=Indexed(document_id, self.owner_id, one.title, LANGUAGE),
            manual=one,
            vectors=self.vectors,
        )
        await self.pool.run(work)

    def _keep(self, data: bytes, name: str) -> None:
        receiver = self.spool.receiver(len(data))
        try:
            receiver.write(data)
            receiver.finish()
            original_keep(receiver.path, name)
        finally:
            receiver.discard()


async def _insert(
    connection: Connection,
    *,
    document: Indexed,
    manual: Manual,
    vectors: bool,
) -> None:
    await connection.execute(_TIMEOUT)
    indexes = await index_versions(connection) if vectors else []
    data = manual.markdown
    pages, chunks = manual.pages, manual.chunks
    of = (document.document_id, document.owner_id)
    await connection.execute(
        _DOCUMENT,
        [
            *of,
            document.title,
            manual.file_name,
            MARKDOWN,
            len(data),
            hashlib.sha256(data).digest(),
            original_name(document.owner_id, document.document_id),
            State.READY,
            len(pages),
            len(pages),
            len(chunks) if indexes else 0,
            len(chunks),
            LANGUAGE,
        ],
    )
    async with connection.cursor() as cursor:
        rows = [(*of, page.number, page.label, page.text) for page in pages]
        await cursor.executemany(_PAGE, rows)

    async def indexed() -> AsyncIterator[IndexedChunk]:
        for chunk in chunks:
            vector = vector_of(chunk.with_context(document.title))
            yield IndexedChunk(chunk, {index.id: vector for index in indexes})

    await chunks_replace(connection, document, indexed())


def _hashes(owner_id: UUID) -> set[bytes]:
    rows = Document.objects.filter(owner_id=owner_id, content_sha256__isnull=False)
    found = rows.values_list("content_sha256", flat=True)
    return {bytes(sha256) for sha256 in found if sha256}
