"""What every embedder keeps, whoever runs the model."""

from __future__ import annotations

import asyncio
import math

import pytest

from llm_worker.embeddings.base import DIMENSION, Purpose
from tests.llm_worker.embedding_subjects import SUBJECTS

pytestmark = pytest.mark.parity("A25")

ODD = ["a", " ", "細胞 🧬 e\u0302", "\u200b\x07", "العربية", "</s> [SEP]", "x" * 5_000]


@pytest.fixture(params=SUBJECTS)
async def embedder(request):
    """Each of them."""
    async with SUBJECTS[request.param]() as embedder:
        yield embedder
        await embedder.close()


def cosine(left, right):
    """Returns the cosine of two vectors of length 1."""
    return sum(a * b for a, b in zip(left.values, right.values, strict=True))


async def test_it_says_what_callers_need_to_know(embedder):
    """
    Without loading or asking anything.
    """
    model = embedder.model

    assert embedder.name
    assert model.name
    assert DIMENSION == model.dimension
    assert 64 < model.window_tokens
    assert "en" in model.languages


@pytest.mark.parametrize("purpose", Purpose)
async def test_vectors_have_length_one_and_384_components(embedder, purpose):
    """
    Whatever the text, so that a dot product is the cosine.
    """
    got = await embedder.embed(ODD, purpose)

    assert len(ODD) == len(got)
    assert {384} == {len(one.values) for one in got}
    assert all(math.isclose(1, math.hypot(*one.values), abs_tol=1e-5) for one in got)


async def test_a_vector_does_not_depend_on_its_company(embedder):
    """
    The same text has the same vector, alone and among others.
    """
    alone = await embedder.embed(["A cell."], Purpose.PASSAGE)
    others = ["Something else, and much longer than the other text.", "A cell.", "b"]
    got = await embedder.embed(others, Purpose.PASSAGE)

    assert alone[0].values == got[1].values
    assert got[0].values != got[1].values


async def test_what_answers_a_question_is_nearest(embedder):
    """
    A question and the passage about it, not the ones beside it.
    """
    passages = await embedder.embed(
        [
            "The French Revolution began in 1789.",
            "Plants turn sunlight into energy and store it in sugar.",
            "Copper conducts electricity well.",
        ],
        Purpose.PASSAGE,
    )
    question = "How do plants turn sunlight into energy?"
    (asked,) = await embedder.embed([question], Purpose.QUERY)
    found = [cosine(asked, passage) for passage in passages]

    assert 1 == found.index(max(found))


async def test_what_exceeds_the_window_is_not_seen(embedder):
    """
    A text that is too long gets the vector of its begin, never an error.
    """
    (got,) = await embedder.embed(["word " * 1_500], Purpose.PASSAGE)

    assert 1 <= got.token_count <= embedder.model.window_tokens


async def test_tokens_of_a_text_are_counted(embedder):
    """
    The same before and after embedding, where it is no estimate.
    """
    texts = ["Plants turn sunlight into energy.", "word " * 1_500, ""]
    counted = await embedder.count(texts)
    (got,) = await embedder.embed(texts[:1], Purpose.PASSAGE)

    assert [True, True, False] == [count > 0 for count in counted.counts]
    assert embedder.model.window_tokens < counted.counts[1]
    assert counted.is_estimate or got.token_count == counted.counts[0]


async def test_who_leaves_does_no_harm(embedder):
    """
    The next call is answered.
    """
    leaving = asyncio.create_task(embedder.embed(["a"] * 40, Purpose.PASSAGE))
    await asyncio.sleep(0.01)
    leaving.cancel()
    await asyncio.gather(leaving, return_exceptions=True)

    assert 1 == len(await embedder.embed(["b"], Purpose.QUERY))


async def test_it_starts_and_is_well(embedder):
    """
    Start refuses nothing that fits, and health agrees.
    """
    await embedder.start()
    await embedder.check()
