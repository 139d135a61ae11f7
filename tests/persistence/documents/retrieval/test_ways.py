"""What every way to search keeps: by words alone, by all vectors, by their graph."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from uuid import UUID

import pytest

from mesh.ids import uuid7
from persistence.documents.retrieval import candidates
from persistence.documents.retrieval.domain import Found, Query, Search, Selection
from persistence.documents.retrieval.search import chunks_search
from persistence.pool import Pool
from tests.persistence.chat.people import Person
from tests.persistence.documents.library import (
    MODEL,
    Text,
    document_store,
    vector_of,
)

pytestmark = pytest.mark.parity("A25")

PUMPS = Text(
    "Pumps",
    [
        "The pump is oiled every month.",
        "The impeller of the pump is of bronze.",
        "The pump never runs without water.",
    ],
)
BELLS = Text("Bells", ["A bell is rung at noon.", "The pump of the bell is small."])
ASKED = PUMPS.paragraphs[1]

Way = Callable[..., Awaitable[Found]]


@pytest.fixture(params=["words", "vectors", "graph"])
def search(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, pool: Pool
) -> Way:
    """Each way in turn."""
    vectors = () if request.param == "words" else vector_of(ASKED)
    if request.param == "graph":
        monkeypatch.setattr(candidates, "EXACT_CHUNKS", -1)

    async def search(person: Person, text: str = ASKED, **fields: object) -> Found:
        query = Query(text, vectors)
        asked = Search(person.id, [query], model=MODEL, **fields)
        leg = request.param != "words"
        return await pool.run(partial(chunks_search, search=asked, vector_leg=leg))

    return search


def documents(found: Found) -> set[UUID]:
    """Returns the documents that something was found in."""
    return {passage.document_id for passage in found.passages}


async def test_the_best_comes_first(search, pool, ada):
    """
    With scores in [0, 1] that fall, and a text for each place.
    """
    await document_store(pool, ada.id, PUMPS)
    await document_store(pool, ada.id, BELLS)
    found = await search(ada)
    scores = [ranked.score for ranked in found.ranked]

    assert ASKED == found.passages[0].text
    assert sorted(scores, reverse=True) == scores
    assert all(0 <= score <= 1 for score in scores)
    assert [p.chunk_id for p in found.passages] == [
        ranked.candidate.chunk_id for ranked in found.ranked
    ]


async def test_a_passage_is_a_place_of_its_document(search, pool, ada):
    """
    Page and offsets are those of the words.
    """
    await document_store(pool, ada.id, PUMPS)
    for passage in (await search(ada)).passages:
        page = PUMPS.paragraphs[passage.page - 1]

        assert passage.text == page[passage.start : passage.end]
        assert PUMPS.title == passage.document_title


async def test_no_more_than_was_asked_for(search, pool, ada):
    """
    The limit is kept, and its passages are those of the longer list.
    """
    await document_store(pool, ada.id, PUMPS)
    whole = await search(ada, limit=3)
    short = await search(ada, limit=2)

    assert 2 == len(short.passages)
    assert whole.passages[:2] == short.passages


async def test_only_where_it_is_to_look(search, pool, ada):
    """
    What is selected, and nothing else; nothing where that is empty.
    """
    await document_store(pool, ada.id, PUMPS)
    bells = await document_store(pool, ada.id, BELLS)
    some = await search(ada, selection=Selection(document_ids=[bells]))
    none = await search(ada, selection=Selection([uuid7()], is_lenient=True))

    assert {bells} == documents(some)
    assert [] == none.passages


async def test_only_what_is_ones_own(search, pool, ada, bob):
    """
    The same words and vectors of somebody else are not looked at.
    """
    await document_store(pool, bob.id, PUMPS)
    own = await document_store(pool, ada.id, BELLS)

    assert documents(await search(ada)) <= {own}
    assert (
        [] == (await search(bob, selection=Selection([own], is_lenient=True))).passages
    )
