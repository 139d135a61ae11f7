"""Chunks as they are stored with what finds them."""

from __future__ import annotations

import threading
from uuid import UUID

import pytest

from persistence.documents.chunking.domain import Chunk
from persistence.documents.index import writer
from persistence.documents.index.writer import Indexed, IndexedChunk, chunks_replace
from tests.persistence.documents.library import Text, document_store, vector_of

PARAGRAPHS = ["Sapere aude.", "Have courage.", "Be of age."]
PLACES = """
SELECT c.ordinal, c.text, c.id, c.headings, v.embedding::real[]
FROM documents_documentchunk c LEFT JOIN documents_chunkvector v ON v.chunk_id = c.id
ORDER BY c.ordinal
"""


@pytest.fixture
async def stored(pool, ada) -> Indexed:
    """A document with a chunk for each paragraph."""
    document_id = await document_store(pool, ada.id, Text("Kant", PARAGRAPHS))
    return Indexed(document_id, ada.id, "Kant", "en")


async def replace(pool, document: Indexed, *chunks: Chunk) -> list[UUID]:
    """Replaces its chunks; returns the ids that they have then."""

    async def indexed():
        for chunk in chunks:
            yield IndexedChunk(chunk, {1: vector_of("new")})

    async def work(connection):
        await chunks_replace(connection, document, indexed())

    await pool.run(work)
    return [row[2] for row in await places(pool)]


async def places(pool) -> list[tuple]:
    """All chunks: place, text, id, headings, vector."""

    async def work(connection):
        return await (await connection.execute(PLACES)).fetchall()

    return await pool.run(work)


def chunk(number: int, text: str) -> Chunk:
    """A chunk that is a page."""
    return Chunk(number, 0, len(text), text, ("Heading",))


async def test_texts_are_analysed_away_from_the_event_loop(pool, ada, monkeypatch):
    """
    It takes a second for a thousand chunks, and others wait for the loop.
    """
    threads = set()
    terms = writer.terms

    def watched(text: str, language: str) -> list[str]:
        threads.add(threading.current_thread())
        return terms(text, language)

    monkeypatch.setattr(writer, "terms", watched)
    await document_store(pool, ada.id, Text("Kant", ["Sapere aude."] * 3))

    assert threads
    assert threading.main_thread() not in threads


async def test_a_chunk_that_is_the_same_keeps_its_id(pool, stored, monkeypatch):
    """
    What cites it goes with the id. Its headings, terms and vectors are the new ones.
    """
    monkeypatch.setattr(writer, "SEGMENT", 2)
    monkeypatch.setattr(writer, "SLICE", 1)
    before = [row[2] for row in await places(pool)]
    same = [chunk(number, text) for number, text in enumerate(PARAGRAPHS, 1)]

    after = await replace(pool, stored, *same)

    rows = await places(pool)
    assert before == after
    assert [["Heading"]] * 3 == [headings for *_, headings, _ in rows]
    assert [pytest.approx(vector_of("new"), abs=1e-3)] * 3 == [row[4] for row in rows]


async def test_a_chunk_that_is_another_gets_another_id(pool, stored):
    """
    By its text or its place; nothing is left of those that are gone.
    """
    before = [row[2] for row in await places(pool)]

    after = await replace(
        pool, stored, chunk(1, PARAGRAPHS[0]), chunk(2, "Have no fear.")
    )

    assert 2 == len(after)
    assert before[0] == after[0]
    assert after[1] not in before
