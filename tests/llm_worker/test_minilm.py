"""all-MiniLM-L6-v2: what only the real model can show."""

from __future__ import annotations

import pytest

from llm_worker.embeddings.base import Purpose
from llm_worker.embeddings.minilm import WINDOW_TOKENS, MiniLM
from tests.llm_worker.embedding_subjects import loaded


@pytest.fixture(scope="module")
def model():
    """The real model."""
    return loaded(MiniLM)


def similarity(model, left, right):
    """Returns the cosine of two texts' vectors."""
    pair = [model.embed(text, Purpose.QUERY).values for text in (left, right)]
    return sum(a * b for a, b in zip(*pair, strict=True))


def test_what_belongs_together_is_near(model):
    """
    The order of known pairs, not their figures: meaning beats wording.
    """
    question = "How do plants turn sunlight into energy?"
    ranked = [
        "Photosynthesis converts light into chemical energy stored in sugar.",
        "Plants need water, soil and air to grow.",
        "The French Revolution began in 1789.",
    ]
    found = [similarity(model, question, text) for text in ranked]

    assert sorted(found, reverse=True) == found
    assert found[0] > 0.5
    assert found[2] < 0.3


def test_the_whole_window_is_used_and_no_more(model):
    """
    The rest of a long text does not change its vector, and the count says so.
    """
    seen = model.embed("word " * WINDOW_TOKENS, Purpose.PASSAGE)
    longer = model.embed("word " * WINDOW_TOKENS + "unseen", Purpose.PASSAGE)

    assert seen == longer
    assert WINDOW_TOKENS == seen.token_count
