"""Languages of texts and of questions."""

# ruff: noqa: RUF001 - Letters of all scripts are the point.

import json
from pathlib import Path

import pytest

from persistence.documents.keywords.languages import base_language, detect_language
from persistence.documents.keywords.questions import question_language

DATA = Path(__file__).parents[3] / "bench" / "data" / "retrieval"


def rows(name: str) -> list[dict[str, str]]:
    """The lines of a file of the question set."""
    text = (DATA / name).read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def test_passages_are_told_apart() -> None:
    """A hundred words are enough to tell sixteen languages."""
    passages = rows("passages.jsonl")
    few = [
        passage
        for language in {passage["language"] for passage in passages}
        for passage in [p for p in passages if p["language"] == language][:4]
    ]

    assert [p["language"] for p in few] == [detect_language(p["text"]) for p in few]


@pytest.mark.parametrize("text", ["", "12 345", "HX-200/B", "?!", "ok"])
def test_what_says_nothing_is_not_guessed(text: str) -> None:
    """Numbers, codes and single words have no language."""
    assert detect_language(text) == "und"


def test_mixed_text_goes_by_its_own_script() -> None:
    """A Japanese manual full of Latin codes is Japanese."""
    text = (
        "HX-350 の軸受は SKF 製です。型番 KA-8120 をご注文ください。Model HX-350 only"
    )

    assert detect_language(text) == "ja"


def test_questions_are_told_apart() -> None:
    """By script and words of grammar; never the wrong language."""
    questions = rows("questions.jsonl")
    languages = {question["language"] for question in questions}
    told = [question_language(question["text"], languages) for question in questions]
    right = sum(
        name == question["language"]
        for name, question in zip(told, questions, strict=True)
    )

    assert right + told.count("und") == len(questions)
    assert right > 0.95 * len(questions)


def test_a_question_is_in_a_language_that_there_is() -> None:
    """The result is a tag as documents have it, or "und"."""
    assert question_language("Wie hoch ist die Pumpe?", ["de-AT", "en"]) == "de-AT"
    assert question_language("这台泵多高？", ["de", "en"]) == "und"
    assert question_language("HX-200/B", ["de", "en"]) == "und"
    assert question_language("in do trang khổ", ["en", "vi"]) == "vi"


@pytest.mark.parametrize(
    ("tag", "base"),
    [("pt-BR", "pt"), ("zh_Hant_TW", "zh"), ("nb", "no"), ("iw", "he"), ("", "")],
)
def test_tags_are_cut_to_their_language(tag: str, base: str) -> None:
    """Region and script do not change the words."""
    assert base_language(tag) == base
