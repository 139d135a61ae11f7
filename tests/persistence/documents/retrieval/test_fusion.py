"""One order out of two legs."""

from dataclasses import replace
from uuid import UUID

from persistence.documents.retrieval.domain import Candidate
from persistence.documents.retrieval.fusion import fuse
from persistence.documents.retrieval.models import Knowledge

KNOWN = Knowledge(0.1)
ENGLISH_ONLY = Knowledge(0.5, frozenset({"en"}))


def candidate(number: int, similarity: float | None, strength: float) -> Candidate:
    """A chunk in English; odd numbers in German."""
    return Candidate(
        chunk_id=UUID(int=number),
        document_id=UUID(int=0),
        language="de" if number % 2 else "en",
        similarity=similarity,
        bm25=strength * 10,
        strength=strength,
        coverage=strength,
        is_near=similarity is not None,
        is_worded=strength > 0,
    )


def order(
    candidates: list[Candidate], known: Knowledge = KNOWN, asked_in: str = "und"
) -> list[int]:
    """The numbers of the chunks, best first."""
    ranked = fuse(candidates, known, asked_in)
    assert all(0 <= each.score <= 1 for each in ranked)
    return [each.candidate.chunk_id.int for each in ranked]


def test_without_vectors_the_keyword_leg_decides() -> None:
    """A store without an embedding model still finds words."""
    found = [candidate(2, None, 0.1), candidate(4, None, 0.4), candidate(6, None, 0.2)]

    assert order(found) == [4, 6, 2]


def test_what_both_legs_name_comes_first() -> None:
    """Neither leg alone beats a chunk that is good in both."""
    found = [candidate(2, 0.9, 0.0), candidate(4, 0.7, 0.4), candidate(6, 0.89, 0.35)]

    assert order(found)[0] == 6


def test_the_questions_language_comes_first() -> None:
    """Of the same text in two languages people want the one they asked in."""
    found = [candidate(2, 0.9, 0.2), candidate(3, 0.895, 0.2)]

    assert order(found, asked_in="de") == [3, 2]
    assert order(found, asked_in="en") == [2, 3]


def test_a_language_does_not_drown_the_answer() -> None:
    """A question in one language finds what is written in another only."""
    found = [candidate(2, 0.9, 0.0), candidate(3, 0.85, 0.0)]

    assert order(found, asked_in="de") == [2, 3]


def test_an_ignorant_model_does_not_decide() -> None:
    """Where the model does not know the language, words do."""
    found = [candidate(1, 0.9, 0.1), candidate(3, 0.3, 0.4)]

    assert order(found, ENGLISH_ONLY) == [3, 1]


def test_what_has_every_word_comes_first() -> None:
    """Who asks for a name or a code wants just that, however near the others are."""
    code, near = candidate(2, 0.87, 0.5), candidate(4, 0.9, 0.4)

    assert order([code, near]) == [4, 2]
    assert order([replace(code, coverage=1.0), near]) == [2, 4]
