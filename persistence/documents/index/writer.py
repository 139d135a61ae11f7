"""Stores the chunks of a document with what finds them, in the caller's transaction."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterable, AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
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

_OLD = """
SELECT ordinal, id, page, start, "end", text FROM documents_documentchunk
WHERE document_id = %s AND owner_id = %s AND ordinal >= %s AND ordinal < %s
"""
_CHUNK = """
INSERT INTO documents_documentchunk (
    owner_id, document_id, id, ordinal, page, start, "end", text, headings, term_count
) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
_SAME = """
UPDATE documents_documentchunk SET headings = %s, term_count = %s WHERE id = %s
"""
_CHANGED = "DELETE FROM documents_documentchunk WHERE id = ANY (%s)"
_BEYOND = """
DELETE FROM documents_documentchunk
WHERE document_id = %s AND owner_id = %s AND ordinal >= %s
"""
# `regenerate_embeddings` may be at the same chunk.
_VECTOR = """
INSERT INTO documents_chunkvector (index_id, chunk_id, owner_id, document_id, embedding)
VALUES (%s, %s, %s, %s, %s::halfvec)
ON CONFLICT (index_id, chunk_id) DO UPDATE SET embedding = excluded.embedding
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

    A chunk that is what it was keeps its id, and with it what cites it. Returns how
    many chunks there are. Holds some of them in memory, never all.
    """
    of = [document.document_id, document.owner_id]
    for table in ("documents_chunkvector", "documents_posting"):
        await connection.execute(
            f"DELETE FROM {table} WHERE document_id = %s AND owner_id = %s",  # noqa: S608 - Two names of ours.
            of,
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
    await connection.execute(_BEYOND, [*of, count])
    await connection.execute(_TERMS, [term_count, *of])
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


@dataclass(frozen=True, slots=True)
class _Row:
    """A chunk on its way into the database."""

    ordinal: int
    chunk: Chunk
    term_count: int
    vectors: Sequence[tuple[int, str]]

    @property
    def place(self) -> tuple[object, ...]:
        """What has to be the same for it to be the same chunk."""
        chunk = self.chunk
        return (chunk.page, chunk.start, chunk.end, chunk.text)


class _Segment:
    """Rows of consecutive chunks."""

    def __init__(self, document: Indexed, number: int) -> None:
        self._document = document
        self._number = number
        self._rows: list[_Row] = []
        self._postings: dict[str, list[int]] = defaultdict(list)

    def add(self, first: int, part: Sequence[IndexedChunk]) -> None:
        """Analyses chunks; blocks."""
        for ordinal, indexed in enumerate(part, first):
            self._add(ordinal, indexed)

    def _add(self, ordinal: int, indexed: IndexedChunk) -> None:
        document, chunk = self._document, indexed.chunk
        words = terms(chunk.with_context(document.title), document.language)
        size = min(len(words), MOST)
        for term, occurrences in Counter(words).items():
            self._postings[term].append(posting(ordinal, occurrences, size))
        vectors = [
            (index, HalfVector(list(vector)).to_text())
            for index, vector in indexed.vectors.items()
        ]
        self._rows.append(_Row(ordinal, chunk, size, vectors))

    async def write(self, connection: Connection) -> int:
        """Stores them; returns how many terms they have."""
        owner_id, document_id = self._document.owner_id, self._document.document_id
        of = (owner_id, document_id)
        same = await self._same(connection)
        new, kept, vectors = [], [], []
        for row in self._rows:
            chunk_id = same.get(row.ordinal) or uuid7()
            found_by = (list(row.chunk.headings), row.term_count)
            if row.ordinal in same:
                kept.append((*found_by, chunk_id))
            else:
                new.append((*of, chunk_id, row.ordinal, *row.place, *found_by))
            vectors += [(index, chunk_id, *of, vector) for index, vector in row.vectors]
        language, number = self._document.language, self._number
        postings = [
            (owner_id, term, language, document_id, number, entries)
            for term, entries in self._postings.items()
        ]
        async with connection.cursor() as cursor:
            await cursor.executemany(_SAME, kept)
            await cursor.executemany(_CHUNK, new)
            await cursor.executemany(_VECTOR, vectors)
            await cursor.executemany(_POSTING, postings)
        return sum(row.term_count for row in self._rows)

    async def _same(self, connection: Connection) -> dict[int, UUID]:
        """Deletes the chunks that stood there but for those that are the same."""
        document, places = (
            self._document,
            {row.ordinal: row.place for row in self._rows},
        )
        first = self._number * SEGMENT
        cursor = await connection.execute(
            _OLD, [document.document_id, document.owner_id, first, first + SEGMENT]
        )
        same, changed = {}, []
        for ordinal, chunk_id, *place in await cursor.fetchall():
            if places.get(ordinal) == tuple(place):
                same[ordinal] = chunk_id
            else:
                changed.append(chunk_id)
        if changed:
            await connection.execute(_CHANGED, [changed])
        return same
