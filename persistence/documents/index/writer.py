"""Stores the chunks of a document with what finds them, in the caller's transaction."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterable, AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from pgvector import HalfVector

from mesh.ids import uuid7
from persistence.documents.chunking.domain import Chunk
from persistence.documents.keywords.terms import terms
from persistence.pool import Connection

# Chunks that are held in memory, and share rows of postings.
SEGMENT = 1000
# Of them, those that are analysed at a time: a millisecond each, in a thread.
SLICE = 100
MOST = 65_535
"""The largest count that a posting can hold."""

_CHUNK = """
INSERT INTO documents_documentchunk (
    id, owner_id, document_id, ordinal, page, start, "end", text, headings, term_count
) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
_VECTOR = """
INSERT INTO documents_chunkvector (index_id, chunk_id, owner_id, document_id, embedding)
VALUES (%s, %s, %s, %s, %s::halfvec)
"""
_POSTING = """
INSERT INTO documents_posting (
    owner_id, term, language, document_id, segment, postings
) VALUES (%s, %s, %s, %s, %s, %s)
"""
_TERMS = "UPDATE documents_document SET term_count = %s WHERE id = %s AND owner_id = %s"


@dataclass(frozen=True, slots=True)
class IndexedChunk:
    """A chunk and its vectors.

    Attributes:
        vectors: By index version; empty where only the keyword leg is used.
    """

    chunk: Chunk
    vectors: Mapping[int, Sequence[float]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Indexed:
    """The document that chunks belong to."""

    document_id: UUID
    owner_id: UUID
    title: str
    language: str


async def chunks_replace(
    connection: Connection, document: Indexed, chunks: AsyncIterable[IndexedChunk]
) -> int:
    """Puts chunks, vectors and postings in the place of the document's old ones.

    Returns how many chunks there are. Holds some of them in memory, never all.
    """
    for table in ("documents_documentchunk", "documents_posting"):
        await connection.execute(
            f"DELETE FROM {table} WHERE document_id = %s AND owner_id = %s",  # noqa: S608 - Two names of ours.
            [document.document_id, document.owner_id],
        )
    segment = _Segment(document, 0)
    count = term_count = 0
    async for part in _sliced(chunks):
        await asyncio.to_thread(segment.add, count, part)
        count += len(part)
        if count % SEGMENT == 0:
            term_count += await segment.write(connection)
            segment = _Segment(document, count // SEGMENT)
    term_count += await segment.write(connection)
    await connection.execute(
        _TERMS, [term_count, document.document_id, document.owner_id]
    )
    return count


def posting(ordinal: int, occurrences: int, size: int) -> int:
    """Returns what is stored of a term in a chunk.

    Args:
        size: How many terms the chunk has, at most `MOST`.
    """
    return ordinal << 32 | min(occurrences, MOST) << 16 | size


async def _sliced(
    chunks: AsyncIterable[IndexedChunk],
) -> AsyncIterator[list[IndexedChunk]]:
    part: list[IndexedChunk] = []
    async for chunk in chunks:
        part.append(chunk)
        if len(part) == SLICE:
            yield part
            part = []
    if part:
        yield part


class _Segment:
    """Rows of consecutive chunks."""

    def __init__(self, document: Indexed, number: int) -> None:
        self._document = document
        self._number = number
        self._chunks: list[tuple[Any, ...]] = []
        self._vectors: list[tuple[Any, ...]] = []
        self._postings: dict[str, list[int]] = defaultdict(list)
        self._term_count = 0

    def add(self, first: int, part: Sequence[IndexedChunk]) -> None:
        for ordinal, indexed in enumerate(part, first):
            self._add(ordinal, indexed)

    def _add(self, ordinal: int, indexed: IndexedChunk) -> None:
        document, chunk = self._document, indexed.chunk
        words = terms(chunk.with_context(document.title), document.language)
        size = min(len(words), MOST)
        self._term_count += size
        for term, occurrences in Counter(words).items():
            self._postings[term].append(posting(ordinal, occurrences, size))
        chunk_id = uuid7()
        self._chunks.append(
            (
                chunk_id,
                document.owner_id,
                document.document_id,
                ordinal,
                chunk.page,
                chunk.start,
                chunk.end,
                chunk.text,
                list(chunk.headings),
                size,
            )
        )
        owners = (document.owner_id, document.document_id)
        self._vectors += [
            (index, chunk_id, *owners, HalfVector(list(vector)).to_text())
            for index, vector in indexed.vectors.items()
        ]

    async def write(self, connection: Connection) -> int:
        document = self._document
        async with connection.cursor() as cursor:
            await cursor.executemany(_CHUNK, self._chunks)
            await cursor.executemany(_VECTOR, self._vectors)
            await cursor.executemany(
                _POSTING,
                [
                    (
                        document.owner_id,
                        term,
                        document.language,
                        document.document_id,
                        self._number,
                        postings,
                    )
                    for term, postings in self._postings.items()
                ],
            )
        return self._term_count
