"""Moves down what repeats a better chunk: copies, editions, boilerplate.

Maximal marginal relevance (Carbonell and Goldstein, 1998), with the share of common
words in the place of a second look at vectors.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from uuid import UUID

from persistence.documents.retrieval.domain import Passage, Ranked

_WORDS = re.compile(r"\w+")
# Passages on one matter share words; below this they do not repeat each other.
ALIKE = 0.6


def diversify(
    ranked: Sequence[Ranked], passages: Sequence[Passage], *, diversity: float
) -> list[UUID]:
    """Returns the chunks in their new order.

    Args:
        diversity: How much of its score a mere copy loses, range [0, 1].
    """
    words = {p.chunk_id: frozenset(_WORDS.findall(p.text.lower())) for p in passages}
    left = {r.candidate.chunk_id: r.score for r in ranked}
    left = {chunk: score for chunk, score in left.items() if chunk in words}
    order: list[UUID] = []
    while left:
        best = max(left, key=lambda chunk: (left[chunk], chunk.int * -1))
        del left[best]
        order.append(best)
        for chunk in left:
            alike = _alike(words[best], words[chunk])
            if alike > ALIKE:
                left[chunk] *= 1 - diversity * alike
    return order


def _alike(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / max(1, min(len(one), len(other)))
