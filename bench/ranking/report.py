"""Tables of how good ways to search are, by language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rich.table import Table

from bench.ranking.measures import Quality, quality
from bench.ranking.questions import Question, QuestionSet

ALL = "all"
OURS = "Lamla"
WAYS = (OURS, "keyword", "vector", "rank fusion", "bm25s")

Rankings = Mapping[str, Sequence[str]]
Figures = dict[str, dict[str, Quality]]


def figures(data: QuestionSet, ways: Mapping[str, Rankings]) -> Figures:
    """Judges each way for each language, kind of question, and for all."""
    return {
        group: {
            way: quality(questions, ways[way]) for way in sorted(ways, key=WAYS.index)
        }
        for group, questions in _groups(data)
    }


def absolute(judged: Figures) -> Table:
    """Writes recall and MRR."""
    table = Table(title="recall@1, @5, @10 and MRR@10")
    table.add_column("group")
    table.add_column("questions", justify="right")
    for way in judged[ALL]:
        table.add_column(way)
    for group, by_way in judged.items():
        count = next(iter(by_way.values())).count
        cells = [
            " ".join(f"{value:.3f}" for value in each.row()) for each in by_way.values()
        ]
        table.add_row(group, str(count), *cells)
    return table


def ratios(judged: Figures) -> Table:
    """Writes what Lamla's recall@5 and MRR@10 are as parts of the others'."""
    others = [way for way in judged[ALL] if way != OURS]
    table = Table(title=f"{OURS} / others: recall@5 and MRR@10")
    table.add_column("group")
    for way in others:
        table.add_column(f"/ {way}")
    for group, by_way in judged.items():
        ours = by_way[OURS]
        cells = [
            f"{_ratio(ours.recall[5], by_way[way].recall[5])} "
            f"{_ratio(ours.reciprocal_rank, by_way[way].reciprocal_rank)}"
            for way in others
        ]
        table.add_row(group, *cells)
    return table


def _ratio(ours: float, other: float) -> str:
    return f"{ours / other:.3f}" if other else "  -  "


def _groups(data: QuestionSet) -> Iterator[tuple[str, Sequence[Question]]]:
    for language in data.languages():
        yield language, [q for q in data.questions if q.language == language]
    for kind in dict.fromkeys(q.kind for q in data.questions if q.kind):
        yield kind, [q for q in data.questions if q.kind == kind]
    yield ALL, data.questions
