"""Reads question sets: passages, questions and which passages answer them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Passage:
    """A text that questions are about."""

    id: str
    title: str
    text: str
    language: str


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, and the passages that answer it.

    Attributes:
        gold: Each counts as an answer.
        kind: A word that figures can be grouped by; may be empty.
    """

    id: str
    text: str
    language: str
    gold: frozenset[str]
    kind: str = ""


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """Passages and what is asked about them."""

    passages: tuple[Passage, ...]
    questions: tuple[Question, ...]

    def languages(self) -> list[str]:
        """Returns the languages of the questions, the commonest first."""
        counts: dict[str, int] = {}
        for question in self.questions:
            counts[question.language] = counts.get(question.language, 0) + 1
        return sorted(counts, key=lambda language: (-counts[language], language))


def read_jsonl(passages: Path, questions: Path) -> QuestionSet:
    """Reads two files of one JSON object a line.

    Raises:
        ValueError: A question names a passage that does not exist.
    """
    result = QuestionSet(
        tuple(
            Passage(
                str(row["id"]),
                row.get("title", ""),
                row["text"],
                row.get("language", "und"),
            )
            for row in _rows(passages)
        ),
        tuple(
            Question(
                str(row["id"]),
                row["text"],
                row.get("language", "und"),
                frozenset(map(str, row["gold"])),
                row.get("kind", ""),
            )
            for row in _rows(questions)
        ),
    )
    known = {passage.id for passage in result.passages}
    missing = {gold for question in result.questions for gold in question.gold} - known
    if missing:
        message = f"Questions name passages that do not exist: {sorted(missing)[:5]}"
        raise ValueError(message)
    return result


def read_squad(path: Path, language: str) -> QuestionSet:
    """Reads a file in the JSON form of SQuAD 1.1; each paragraph is a passage.

    Paragraphs with the same text are one passage.
    """
    passages: dict[str, Passage] = {}
    questions: list[Question] = []
    for article in json.loads(path.read_text())["data"]:
        for paragraph in article["paragraphs"]:
            text = paragraph["context"]
            if text not in passages:
                name = f"{language}-{len(passages)}"
                passages[text] = Passage(name, article.get("title", ""), text, language)
            gold = frozenset([passages[text].id])
            questions += [
                Question(str(asked["id"]), asked["question"], language, gold)
                for asked in paragraph["qas"]
                if not asked.get("is_impossible")
            ]
    return QuestionSet(tuple(passages.values()), tuple(questions))


def joined(sets: list[QuestionSet]) -> QuestionSet:
    """Returns the passages and questions of several sets as one."""
    return QuestionSet(
        tuple(passage for each in sets for passage in each.passages),
        tuple(question for each in sets for question in each.questions),
    )


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    for line in path.read_text().splitlines():
        if line.strip():
            yield json.loads(line)
