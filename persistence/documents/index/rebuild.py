"""Makes a new index version beside the one that is searched, then switches to it.

An operator's work, with the owner's credential: a version is a partition with a graph
of its own. Searches go on with the old version until the switch, which is one commit.
Documents that come meanwhile get vectors of both (`index_versions`). What was cut off
goes on where it stopped when it is begun again with the same model.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg
from pgvector import HalfVector
from psycopg import sql

from persistence.documents.chunking.domain import Chunk
from persistence.documents.index.versions import Index
from persistence.documents.models import IndexState
from persistence.documents.vector_partitions import (
    create_graph,
    create_partition,
    drop_partition,
    partition,
)

Connection = psycopg.AsyncConnection[tuple[Any, ...]]
Embed = Callable[[Sequence[str]], Awaitable[Sequence[Sequence[float]]]]

BATCH = 32
NOBODY = UUID(int=0)

_VERSIONS = "SELECT id, model, state FROM documents_indexversion ORDER BY id"
_LOCKED = f"{_VERSIONS} FOR UPDATE"
_BEGIN = "INSERT INTO documents_indexversion (id, model, state) VALUES (%s, %s, %s)"
_STATE = "UPDATE documents_indexversion SET state = %s WHERE id = %s"
_FORGET = "DELETE FROM documents_indexversion WHERE id = %s"
_COUNT = """
SELECT (SELECT count(*) FROM documents_documentchunk),
    (SELECT count(*) FROM documents_chunkvector WHERE index_id = %s)
"""
_MISSING = """
SELECT c.id, d.title, c.headings, c.text
FROM documents_documentchunk c
JOIN documents_document d ON d.id = c.document_id
WHERE c.id > %s AND NOT EXISTS (
    SELECT FROM documents_chunkvector v
    WHERE v.index_id = %s AND v.chunk_id = c.id
)
ORDER BY c.id
LIMIT %s
"""
# A chunk may have gone with its document meanwhile, or have been given its vector.
_STORE = """
INSERT INTO documents_chunkvector (index_id, chunk_id, owner_id, document_id, embedding)
SELECT %s, c.id, c.owner_id, c.document_id, %s::halfvec
FROM documents_documentchunk c
WHERE c.id = %s
FOR KEY SHARE
ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True, slots=True)
class Missing:
    """A chunk without a vector of the new version, and what to embed."""

    chunk_id: UUID
    text: str


class Rebuild:
    """One new index version on its way."""

    def __init__(self, connection: Connection, embed: Embed, index: Index) -> None:
        """Works over an autocommitting connection of the owner role."""
        self._connection = connection
        self._embed = embed
        self.index = index

    @classmethod
    async def begin(cls, connection: Connection, embed: Embed, model: str) -> Rebuild:
        """Begins a version, or goes on with one that was cut off.

        What was begun with another model, and what was searched before the present
        version, is removed.
        """
        async with connection.transaction():
            index = await _begun(connection, model)
        return cls(connection, embed, index)

    async def counts(self) -> tuple[int, int]:
        """Returns how many chunks there are, and how many have their new vector."""
        cursor = await self._connection.execute(_COUNT, [self.index.id])
        row = await cursor.fetchone()
        return row or (0, 0)

    async def fill(self) -> AsyncIterator[int]:
        """Embeds what is missing; yields how many chunks each step has done."""
        after = NOBODY
        while missing := await self._missing(after):
            yield await self._store(missing)
            after = missing[-1].chunk_id

    async def finish(self) -> None:
        """Builds the graph, embeds what has come meanwhile, and switches."""
        connection, index = self._connection, self.index
        graph = sql.Identifier(f"{partition(index.id)}_hnsw")
        await connection.execute(sql.SQL("DROP INDEX IF EXISTS {}").format(graph))
        await connection.execute(create_graph(index.id).encode())
        async for _ in self.fill():
            pass
        async with connection.transaction():
            # Whoever writes vectors waits here, and then writes the new version's too.
            versions = await _versions(connection, _LOCKED)
            while missing := await self._missing(NOBODY):
                await self._store(missing)
            for version, state in versions:
                if state is IndexState.ACTIVE:
                    await connection.execute(_STATE, [IndexState.RETIRED, version.id])
            await connection.execute(_STATE, [IndexState.ACTIVE, index.id])

    async def _missing(self, after: UUID) -> list[Missing]:
        cursor = await self._connection.execute(_MISSING, [after, self.index.id, BATCH])
        return [
            Missing(chunk_id, _embedded_text(title, headings, text))
            for chunk_id, title, headings, text in await cursor.fetchall()
        ]

    async def _store(self, missing: Sequence[Missing]) -> int:
        vectors = await self._embed([each.text for each in missing])
        async with self._connection.cursor() as cursor:
            await cursor.executemany(
                _STORE,
                [
                    (self.index.id, HalfVector(list(vector)).to_text(), each.chunk_id)
                    for each, vector in zip(missing, vectors, strict=True)
                ],
            )
        return len(missing)


async def _begun(connection: Connection, model: str) -> Index:
    versions = await _versions(connection, _LOCKED)
    going_on = None
    for version, state in versions:
        if state is IndexState.BUILDING and version.model == model:
            going_on = version
        elif state is not IndexState.ACTIVE:
            await connection.execute(drop_partition(version.id).encode())
            await connection.execute(_FORGET, [version.id])
    if going_on:
        return going_on
    number = max(version.id for version, _ in versions) + 1
    await connection.execute(_BEGIN, [number, model, IndexState.BUILDING])
    await connection.execute(create_partition(number).encode())
    return Index(number, model, is_active=False)


async def _versions(
    connection: Connection, statement: str
) -> list[tuple[Index, IndexState]]:
    cursor = await connection.execute(statement)
    return [
        (Index(number, model, state == IndexState.ACTIVE), IndexState(state))
        for number, model, state in await cursor.fetchall()
    ]


def _embedded_text(title: str, headings: Sequence[str], text: str) -> str:
    chunk = Chunk(page=1, start=0, end=len(text), text=text, headings=tuple(headings))
    return chunk.with_context(title)
