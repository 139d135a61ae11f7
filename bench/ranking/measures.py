"""How good rankings are: recall at 1, 5 and 10, and MRR at 10."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bench.ranking.questions import Question

DEPTHS = (1, 5, 10)


@dataclass(frozen=True, slots=True)
class Quality:
    """Means over questions, each from 0 to 1.

    Attributes:
        recall: By depth: which share of a question's passages stands that high.
        reciprocal_rank: 1 / the place of the first right passage, 0 below the tenth.
    """

    count: int
    recall: Mapping[int, float]
    reciprocal_rank: float

    def row(self) -> list[float]:
        """Returns recall at each depth, then MRR."""
        return [*(self.recall[depth] for depth in DEPTHS), self.reciprocal_rank]


def quality(
    questions: Sequence[Question], rankings: Mapping[str, Sequence[str]]
) -> Quality:
    """Judges rankings of passage ids, best first, by question id."""
    recall = dict.fromkeys(DEPTHS, 0.0)
    reciprocal = 0.0
    for question in questions:
        ranking = rankings.get(question.id, ())
        for depth in DEPTHS:
            found = question.gold.intersection(ranking[:depth])
            # Of two passages only one can stand first.
            recall[depth] += len(found) / min(len(question.gold), depth)
        places = [
            place
            for place, passage in enumerate(ranking[:10], 1)
            if passage in question.gold
        ]
        reciprocal += 1 / places[0] if places else 0
    count = max(len(questions), 1)
    return Quality(
        len(questions),
        {depth: total / count for depth, total in recall.items()},
        reciprocal / count,
    )
