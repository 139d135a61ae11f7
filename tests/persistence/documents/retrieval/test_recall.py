"""Finding by the graph (HNSW) what comparing all vectors finds."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from functools import partial
from uuid import UUID

import numpy as np
import psycopg
import pytest

from persistence.database import Database
from persistence.documents.chunking.domain import Chunk
from persistence.documents.index.writer import Indexed, IndexedChunk, chunks_replace
from persistence.documents.models import DIMENSION
from persistence.documents.retrieval import candidates
from persistence.documents.retrieval.domain import Query
from persistence.documents.retrieval.scope import scope_get
from persistence.documents.vector_partitions import create_graph
from persistence.pool import Connection, Pool
from tests.persistence.chat.people import Person
from tests.persistence.documents.library import Text, document_store

MANY, FEW = 1_980, 20
TOPICS = 60
# Of a vector's length, what its topic leaves open: as chunks of real texts have it.
SPREAD = 0.7
QUESTIONS = 25
DEPTH = 10
ENOUGH = 0.95
GRAPH = "documents_chunkvector_1_hnsw"
_NUMBER = "SELECT id FROM documents_indexversion WHERE state = 2"
_COUNT = "UPDATE documents_document SET chunk_count = %s WHERE id = %s"
_WALKS = "SELECT pg_stat_get_xact_numscans(%s::regclass)"

Vector = Sequence[float]


class Topics:
    """Vectors that gather about some directions; the same in every run."""

    def __init__(self) -> None:
        self._chance = np.random.default_rng(20)
        self._topics = self._about(np.zeros((TOPICS, DIMENSION)))

    def some(self, count: int) -> list[Vector]:
        """Returns vectors of chunks, or of questions."""
        chosen = self._chance.integers(TOPICS, size=count)
        vectors: list[Vector] = self._about(self._topics[chosen]).tolist()
        return vectors

    def _about(self, directions: np.ndarray) -> np.ndarray:
        spread = SPREAD / math.sqrt(DIMENSION)
        moved = directions + self._chance.normal(0, spread, directions.shape)
        return moved / np.linalg.norm(moved, axis=1, keepdims=True)


async def store(
    connection: Connection, owner_id: UUID, document_id: UUID, vectors: Sequence[Vector]
) -> None:
    """Gives a document one chunk for each vector."""
    cursor = await connection.execute(_NUMBER)
    ((number,),) = await cursor.fetchall()

    async def chunks() -> AsyncIterator[IndexedChunk]:
        for page, vector in enumerate(vectors, 1):
            text = f"Passage {page}."
            yield IndexedChunk(Chunk(page, 0, len(text), text), {number: vector})

    document = Indexed(document_id, owner_id, "Vectors", "en")
    await chunks_replace(connection, document, chunks())
    await connection.execute(_COUNT, [len(vectors), document_id])


async def nearest(
    connection: Connection, owner_id: UUID, vector: Vector, *, by_graph: bool
) -> set[UUID]:
    """Returns the nearest chunks; whether the graph was walked is looked at."""
    scope = await scope_get(connection, owner_id, None)
    if by_graph:
        # For so few vectors anything else is cheaper.
        await connection.execute("SET LOCAL enable_sort = off")
        scope = replace(scope, chunks=candidates.EXACT_CHUNKS + 1)
    before = await walks(connection)
    found = await candidates.candidates_find(
        connection, owner_id, scope, Query("nothing shared", vector), limit=DEPTH
    )

    assert before + by_graph == await walks(connection)
    return {candidate.chunk_id for candidate in found}


async def walks(connection: Connection) -> int:
    """Returns how often the graph was walked."""
    ((count,),) = await (await connection.execute(_WALKS, [GRAPH])).fetchall()
    return int(count)


@pytest.fixture
async def owner(owner_login: Database) -> AsyncIterator[psycopg.AsyncConnection]:
    """A connection of the role that owns the tables."""
    connection = await psycopg.AsyncConnection.connect(
        **owner_login.connection(), autocommit=True
    )
    async with connection:
        yield connection


@pytest.fixture
async def topics(
    pool: Pool, owner: psycopg.AsyncConnection, ada: Person, bob: Person
) -> Topics:
    """Ada has nearly all vectors of the index, Bob one in a hundred."""
    topics = Topics()
    # Built over all rows, a tenth of the time that inserting one by one takes.
    await owner.execute(f"DROP INDEX {GRAPH}")
    try:
        for person, count in ((ada, MANY), (bob, FEW)):
            document_id = await document_store(pool, person.id, Text("Vectors", ["-"]))
            vectors = topics.some(count)
            work = partial(store, owner_id=person.id, document_id=document_id)
            await pool.run(partial(work, vectors=vectors))
    finally:
        await owner.execute(create_graph(1))
    await owner.execute("ANALYZE documents_chunkvector_1")
    return topics


@pytest.mark.parity("A20")
async def test_the_graph_finds_what_comparing_all_finds(pool, ada, bob, topics):
    """
    Of the ten nearest chunks the graph finds nearly all, also for an owner who has one
    vector in a hundred of it; of others' chunks none.
    """
    for person in (ada, bob):
        held = 0
        for vector in topics.some(QUESTIONS):
            ask = partial(nearest, owner_id=person.id, vector=vector)
            exact = await pool.run(partial(ask, by_graph=False))
            found = await pool.run(partial(ask, by_graph=True))
            held += len(exact & found)

            assert DEPTH == len(exact) == len(found)
        assert held >= ENOUGH * DEPTH * QUESTIONS
