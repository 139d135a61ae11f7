"""A new index version beside the old one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from functools import partial

import psycopg
import pytest

from persistence.database import Database
from persistence.documents.index.rebuild import Rebuild
from persistence.documents.retrieval.domain import Found, Query, Search
from persistence.documents.retrieval.search import chunks_search
from persistence.pool import Pool
from tests.persistence.chat.people import Person
from tests.persistence.documents.library import (
    MODEL,
    Text,
    document_store,
    vector_of,
)

NEW_MODEL = "better-model@2"
PUMPS = Text("Pumps", ["The pump is oiled.", "The impeller is of bronze."])
BELLS = Text("Bells", ["A bell is rung at noon."])


class Texts:
    """An embedding model that remembers what it was given."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    async def __call__(self, texts: Sequence[str]) -> list[list[float]]:
        self.seen += texts
        return [vector_of(f"{NEW_MODEL}: {text}") for text in texts]


@pytest.fixture
async def owner(owner_login: Database) -> AsyncIterator[psycopg.AsyncConnection]:
    """A connection of the role that owns the tables; its versions go with the test."""
    connection = await psycopg.AsyncConnection.connect(
        **owner_login.connection(), autocommit=True
    )
    async with connection:
        yield connection
        await connection.execute("DELETE FROM documents_chunkvector")
        for (number,) in await (
            await connection.execute(
                "SELECT id FROM documents_indexversion WHERE id > 1"
            )
        ).fetchall():
            await connection.execute(f"DROP TABLE documents_chunkvector_{number:d}")
            await connection.execute(
                "DELETE FROM documents_indexversion WHERE id = %s", [number]
            )


async def search(pool: Pool, person: Person, vector: list[float], model: str) -> Found:
    """Searches by a vector."""
    query = Search(person.id, [Query("nothing shared", vector)], model=model)
    return await pool.run(partial(chunks_search, search=query))


class TestRebuild:
    @pytest.mark.parity("A28")
    async def test_the_old_version_is_searched_until_the_switch(self, pool, ada, owner):
        """
        Queries are answered throughout: by the old vectors, then by the new ones.
        """
        await document_store(pool, ada.id, PUMPS)
        embed = Texts()
        old = vector_of(PUMPS.paragraphs[1])
        new = vector_of(f"{NEW_MODEL}: Pumps\n{PUMPS.paragraphs[1]}")

        rebuild = await Rebuild.begin(owner, embed, NEW_MODEL)
        async for _ in rebuild.fill():
            before = await search(pool, ada, old, MODEL)
        await rebuild.finish()
        after = await search(pool, ada, new, NEW_MODEL)

        assert f"{MODEL}/1" == before.scope.index.version
        assert PUMPS.paragraphs[1] == before.passages[0].text
        assert f"{NEW_MODEL}/2" == after.scope.index.version
        assert PUMPS.paragraphs[1] == after.passages[0].text
        assert 1 == pytest.approx(after.best_similarity, abs=0.01)

    async def test_what_comes_meanwhile_is_not_lost(self, pool, ada, owner):
        """
        A document that is stored while the version is built is in it at the switch.
        """
        await document_store(pool, ada.id, PUMPS)
        rebuild = await Rebuild.begin(owner, Texts(), NEW_MODEL)
        async for _ in rebuild.fill():
            pass
        await document_store(pool, ada.id, BELLS, with_vectors=False)

        await rebuild.finish()

        assert (3, 3) == await rebuild.counts()

    async def test_what_had_no_vectors_gets_them(self, pool, ada, owner):
        """
        Stored while PGVECTOR_ENABLED was false.
        """
        await document_store(pool, ada.id, BELLS, with_vectors=False)

        rebuild = await Rebuild.begin(owner, Texts(), NEW_MODEL)
        await rebuild.finish()
        near = vector_of(f"{NEW_MODEL}: Bells\n{BELLS.paragraphs[0]}")
        found = await search(pool, ada, near, NEW_MODEL)

        assert 1 == pytest.approx(found.best_similarity, abs=0.01)

    async def test_goes_on_where_it_was_cut_off(self, pool, ada, owner):
        """
        Begun again with the same model, nothing is embedded twice.
        """
        await document_store(pool, ada.id, PUMPS)
        first = await Rebuild.begin(owner, Texts(), NEW_MODEL)
        async for _ in first.fill():
            pass
        await document_store(pool, ada.id, BELLS, with_vectors=False)
        embed = Texts()

        second = await Rebuild.begin(owner, embed, NEW_MODEL)
        await second.finish()

        assert first.index == second.index
        assert ["Bells\nA bell is rung at noon."] == embed.seen

    async def test_another_model_begins_anew(self, pool, ada, owner):
        """
        What was begun with another model is removed, and so is what was searched
        before the present version.
        """
        await document_store(pool, ada.id, PUMPS)
        await Rebuild.begin(owner, Texts(), "abandoned@1")

        rebuild = await Rebuild.begin(owner, Texts(), NEW_MODEL)
        await rebuild.finish()
        await Rebuild.begin(owner, Texts(), "next@1")

        cursor = await owner.execute(
            "SELECT model, state FROM documents_indexversion ORDER BY id"
        )
        assert [(NEW_MODEL, 2), ("next@1", 1)] == await cursor.fetchall()
