"""Documents in tests: stored as the ingest worker stores them, with known vectors."""

from __future__ import annotations

import hashlib
import math
import random
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from mesh.ids import uuid7
from persistence.documents.chunking.split import Splitter
from persistence.documents.index.versions import index_adopt, index_versions
from persistence.documents.index.writer import Indexed, IndexedChunk, chunks_replace
from persistence.documents.models import DIMENSION, State
from persistence.documents.parsing.domain import Block, BlockKind, Page
from persistence.pool import Connection, Pool

MODEL = "test-model@1"

_DOCUMENT = """
INSERT INTO documents_document (
    id, owner_id, title, file_name, media_type, storage_name, source_url,
    state, chunk_count, page_count, language, content_sha256
) VALUES (%s, %s, %s, '', 'text/plain', '', '', %s, %s, 1, %s, %s)
"""
_PAGE = """
INSERT INTO documents_documentpage (document_id, owner_id, number, label, text)
VALUES (%s, %s, %s, '', %s)
"""
_COUNT = "UPDATE documents_document SET chunk_count = %s WHERE id = %s"


@dataclass(frozen=True)
class Text:
    """A document to store: each paragraph far apart enough to be a chunk."""

    title: str
    paragraphs: Sequence[str]
    language: str = "en"


def vector_of(text: str) -> list[float]:
    """Returns the vector of a text: the same for the same text, far from all others."""
    seed = hashlib.sha256(text.encode()).digest()
    values = random.Random(seed).choices((-1.0, 1.0), k=DIMENSION)
    return [value / math.sqrt(DIMENSION) for value in values]


async def document_store(
    pool: Pool, owner_id: UUID, text: Text, *, with_vectors: bool = True
) -> UUID:
    """Stores a READY document; each paragraph is a page of its own."""
    return await pool.run(
        partial(_store, owner_id=owner_id, text=text, with_vectors=with_vectors)
    )


async def _store(
    connection: Connection, *, owner_id: UUID, text: Text, with_vectors: bool
) -> UUID:
    document_id = uuid7()
    await connection.execute(
        _DOCUMENT,
        [
            document_id,
            owner_id,
            text.title,
            State.READY,
            0,
            text.language,
            hashlib.sha256(document_id.bytes).digest(),
        ],
    )
    pages = [
        Page(number, (Block(BlockKind.PARAGRAPH, paragraph),))
        for number, paragraph in enumerate(text.paragraphs, 1)
    ]
    for page in pages:
        await connection.execute(_PAGE, [document_id, owner_id, page.number, page.text])
    await index_adopt(connection, MODEL)
    indexes = [index.id for index in await index_versions(connection)]
    splitter = Splitter()

    async def chunks() -> AsyncIterator[IndexedChunk]:
        for page in pages:
            for chunk in splitter.split(page):
                vectors = dict.fromkeys(indexes, vector_of(chunk.text))
                yield IndexedChunk(chunk, vectors if with_vectors else {})

    document = Indexed(document_id, owner_id, text.title, text.language)
    count = await chunks_replace(connection, document, chunks())
    await connection.execute(_COUNT, [count, document_id])
    return document_id
