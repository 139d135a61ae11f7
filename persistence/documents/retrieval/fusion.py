"""One order out of two legs, weighed by what each can know.

Scores, not ranks: a rank throws away by how much one chunk is better than the next. The
keyword leg's scale is the most that BM25 could give for the question, so that it speaks
louder the more of the question it has found; the vector leg's is its model's spread.
What has every word of the question comes before what is merely near, as who asks for a
name or a code wants just that; what is in the question's language before the same in
another.

Measured: on question sets that had no part in choosing anything here (SQuAD 1.1 and its
shifts, Hindi and Persian questions, FAQs and manuals in twenty languages), and on
bench/data/retrieval. docs/decisions/0017 has the figures.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from uuid import UUID

from persistence.documents.keywords.languages import UNKNOWN
from persistence.documents.retrieval.domain import Candidate, Ranked
from persistence.documents.retrieval.models import Knowledge, knows

# Of the vector leg, where its model knows the document's language, and where not. From
# .33 to .45 hardly anything changes.
VECTOR_WEIGHT = 0.4
FOREIGN_VECTOR_WEIGHT = 0.03
# What a document in the question's own language is worth, where there are several.
OWN_LANGUAGE = 0.1
# What it is worth to have all words.
ALL_WORDS = 0.1
ALL = 0.999


def fuse(
    candidates: Sequence[Candidate], known: Knowledge, asked_in: str
) -> list[Ranked]:
    """Returns the candidates of one query, best first.

    Args:
        candidates: What either leg named.
        known: Of the model that made the vectors.
        asked_in: The query's language, as documents have it; "und" if unsure.
    """
    best = max((c.similarity or -1.0 for c in candidates), default=0.0)
    near = _ranks([c for c in candidates if c.is_near], lambda c: c.similarity or -1.0)
    worded = _ranks([c for c in candidates if c.is_worded], lambda c: c.bm25 or 0.0)
    ranked = [
        Ranked(
            candidate=c,
            score=_score(c, best, known, asked_in),
            vector_rank=near.get(c.chunk_id, 0),
            keyword_rank=worded.get(c.chunk_id, 0),
        )
        for c in candidates
    ]
    return sorted(ranked, key=best_first)


def merge(lists: Sequence[Sequence[Ranked]]) -> list[Ranked]:
    """Returns the chunks of several forms of one question, each at its best place."""
    best: dict[UUID, Ranked] = {}
    for ranked in (each for found in lists for each in found):
        before = best.get(ranked.candidate.chunk_id)
        if before is None or before.score < ranked.score:
            best[ranked.candidate.chunk_id] = ranked
    return sorted(best.values(), key=best_first)


def best_first(ranked: Ranked) -> tuple[float, UUID]:
    """Orders by score, and what is equal always in the same way."""
    return -ranked.score, ranked.candidate.chunk_id


def _score(candidate: Candidate, best: float, known: Knowledge, language: str) -> float:
    own = OWN_LANGUAGE if language == candidate.language != UNKNOWN else 0.0
    whole = ALL_WORDS if candidate.coverage >= ALL else 0.0
    most = 1 + OWN_LANGUAGE + ALL_WORDS
    return (own + whole + _fit(candidate, best, known)) / most


def _fit(candidate: Candidate, best: float, known: Knowledge) -> float:
    if candidate.similarity is None:
        return candidate.strength
    near = max(0.0, 1 - (best - candidate.similarity) / known.spread)
    is_known = knows(known, candidate.language)
    weight = VECTOR_WEIGHT if is_known else FOREIGN_VECTOR_WEIGHT
    return weight * near + (1 - weight) * candidate.strength


def _ranks(
    candidates: Sequence[Candidate], score: Callable[[Candidate], float]
) -> dict[UUID, int]:
    ordered = sorted(candidates, key=lambda c: (-score(c), c.chunk_id))
    return {c.chunk_id: rank for rank, c in enumerate(ordered, 1)}
