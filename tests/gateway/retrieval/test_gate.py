"""The relevance gate, and what a model is given."""

from __future__ import annotations

import pytest

from gateway.clients.chunks import Chunk, Found, LegScore
from gateway.domain import Model
from gateway.evidence import GroundingState
from gateway.retrieval.gate import judge
from gateway.retrieval.passages import choose, room_for, token_estimate
from tests.gateway.library import a_chunk

E5 = "multilingual-e5-small-int8@0.1.1/1"
MINILM = "all-minilm-l6-v2-int8@1.0.0/1"


def found(similarity: float, coverage: float, **values: object) -> Found:
    """One chunk with these scores."""
    chunk = a_chunk(
        "text", coverage=coverage, vector=LegScore(rank=1, score=similarity)
    )
    return Found(
        **{
            "chunks": (chunk,),
            "index_version": E5,
            "vector_leg_used": True,
            "model_knows_language": True,
            **values,
        }
    )


@pytest.mark.parametrize(
    ("similarity", "coverage", "index", "expected"),
    [
        (0.87, 0.6, E5, GroundingState.GROUNDED),
        (0.84, 0.3, E5, GroundingState.PARTIAL),
        (0.78, 0.1, E5, GroundingState.NONE),
        (0.55, 0.5, MINILM, GroundingState.GROUNDED),
        (0.40, 0.1, MINILM, GroundingState.NONE),
    ],
)
def test_both_legs_decide(similarity, coverage, index, expected):
    """
    On the scale of the index's model.
    """
    assert expected is judge(found(similarity, coverage, index_version=index))


@pytest.mark.parametrize(
    ("coverage", "expected"),
    [
        (0.7, GroundingState.GROUNDED),
        (0.4, GroundingState.PARTIAL),
        (0.1, GroundingState.NONE),
    ],
)
@pytest.mark.parametrize("values", [{"vector_leg_used": False}, {}])
def test_words_decide_where_the_model_knows_nothing(coverage, expected, values):
    """
    Without vectors, or in a language that the model was not made for.
    """
    values = values or {"model_knows_language": False}

    assert expected is judge(found(0.9, coverage, **values))


def test_nothing_found_is_nothing():
    """
    No chunk, no ground.
    """
    assert GroundingState.NONE is judge(Found())


def test_who_stands_out_is_meant():
    """
    The same scores among others that are as near, and among others that are not.
    """

    def among(others: float) -> GroundingState:
        rest = [
            a_chunk("other", vector=LegScore(rank=n, score=others))
            for n in range(2, 10)
        ]
        first = found(0.83, 0.2).chunks[0]
        return judge(found(0.83, 0.2, chunks=(first, *rest)))

    assert GroundingState.PARTIAL is among(0.77)
    assert GroundingState.NONE is among(0.829)


class TestRoom:
    def model(self, **values: object) -> Model:
        return Model(
            **{"name": "m", "provider": "p", "context_tokens": 8_192, **values}
        )

    def test_the_best_passage_always_comes(self):
        """
        Cut to what fits, should it be too long.
        """
        room = room_for(
            self.model(context_tokens=300), "Why?", most_tokens=2_400, is_local=False
        )
        long = a_chunk("Many words. " * 200)
        (given,) = choose([long], room, lambda _: 1.0)

        assert long.text.startswith(given.context)
        assert token_estimate(given.context) <= room.tokens <= 120

    def test_small_and_local_models_get_less(self):
        """
        They lose the thread, or take too long to read.
        """
        large, local, small = (
            room_for(model, "Why?", most_tokens=2_400, is_local=is_local)
            for model, is_local in (
                (self.model(), False),
                (self.model(), True),
                (self.model(small_built_in=True), True),
            )
        )

        assert large.tokens > local.tokens > small.tokens
        assert large.passages > local.passages > small.passages

    def test_what_has_little_to_do_with_it_is_left_out(self):
        """
        Beside a much better one.
        """
        room = room_for(None, "Why?", most_tokens=2_400, is_local=False)
        chunks = [a_chunk("good"), a_chunk("bad"), a_chunk("fair")]
        worth = {"good": 1.0, "bad": 0.2, "fair": 0.7}

        def relevance(chunk: Chunk) -> float:
            return worth[chunk.text]

        assert ["good", "fair"] == [c.text for c in choose(chunks, room, relevance)]
