"""BM25 in memory, as Lucene computes it, and `bm25s` as the measure to compare with."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import NamedTuple

K1 = 1.2
B = 0.75


class Match(NamedTuple):
    """What a document has of a question.

    Attributes:
        score: BM25.
        held: The sum of the weights of the words that are in it.
    """

    score: float = 0.0
    held: float = 0.0


class BM25:
    """An inverted index over lists of terms."""

    def __init__(
        self, documents: Sequence[Sequence[str]], k1: float = K1, b: float = B
    ) -> None:
        self._k1, self._b = k1, b
        self._lengths = [len(document) for document in documents]
        self._average = sum(self._lengths) / max(len(documents), 1) or 1.0
        self._postings: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for number, document in enumerate(documents):
            for term, occurrences in Counter(document).items():
                self._postings[term].append((number, occurrences))

    def idf(self, frequency: int) -> float:
        """Returns the weight of a term that so many documents have."""
        count = len(self._lengths)
        return math.log(1 + (count - frequency + 0.5) / (frequency + 0.5))

    def search(
        self, words: Sequence[tuple[float, Sequence[str]]]
    ) -> tuple[dict[int, Match], float]:
        """Returns matches by document number, and the sum of the words' weights.

        Args:
            words: What each word of a question counts for, and its terms: different
                languages have different ones, which together make up its frequency.
        """
        scores: dict[int, float] = defaultdict(float)
        held: dict[int, float] = defaultdict(float)
        total = 0.0
        for share, terms in words:
            hits = [hit for term in set(terms) for hit in self._postings.get(term, ())]
            weight = share * self.idf(len({number for number, _ in hits}))
            total += weight
            for number in {number for number, _ in hits}:
                held[number] += weight
            for number, occurrences in hits:
                norm = self._k1 * (
                    1 - self._b + self._b * self._lengths[number] / self._average
                )
                scores[number] += (
                    weight * (self._k1 + 1) * occurrences / (occurrences + norm)
                )
        return {n: Match(score, held[n]) for n, score in scores.items()}, total
