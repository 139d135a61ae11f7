"""What becomes of what a model writes when it is asked for a title."""

from __future__ import annotations

import pytest

from gateway.titles import MAX_CHARACTERS, title_of

QUESTION = "How do plants make sugar from light?"


def made(raw: str, **values: bool | str) -> str | None:
    """Makes a title, of a good model that ended by itself unless told otherwise."""
    rest = {"is_finished": True, "is_small": False, "question": QUESTION}
    return title_of(raw, **{**rest, **values})


@pytest.mark.parametrize(
    ("raw", "title"),
    [
        ("How plants make sugar", "How plants make sugar"),
        ('"How plants make sugar."', "How plants make sugar"),
        ("  «Wie Pflanzen Zucker machen»\n", "Wie Pflanzen Zucker machen"),
        ("Title: Sugar from light", "Sugar from light"),
        ("**Title:** Sugar from light", "Sugar from light"),
        ("Title for: Sugar from light", "Sugar from light"),
        ("Conversation title - Sugar from light", "Sugar from light"),
        ("Titel: „Zucker aus Licht“", "Zucker aus Licht"),
        ("标题：植物如何制造糖", "植物如何制造糖"),  # noqa: RUF001 - Meant.
        ("# Sugar from light", "Sugar from light"),
        ("- Sugar from `light`", "Sugar from light"),
        ("1. Sugar from light\n2. Plants", "Sugar from light"),
        ("*Sugar* from __light__", "Sugar from light"),
        ("[Sugar](https://a.example/b) from light", "Sugar from light"),
        ("Here is a title:\n\n**Sugar from light**", "Sugar from light"),
        ("Sugar from light\n\nThis title says it.", "Sugar from light"),
        ("Why is the sky blue?", "Why is the sky blue?"),
        ("Sugar\tfrom \x07light\u202e", "Sugar from light"),
        ("snake_case in C++", "snake_case in C++"),
        ("वेदान्\u200dत", "वेदान्\u200dत"),
    ],
)
def test_is_cleaned(raw, title):
    """
    One line without quotation marks, Markdown, label, full stop or invisible marks.
    """
    assert title == made(raw)


@pytest.mark.parametrize(
    "raw",
    [
        "",
        " \n ",
        '""',
        "...",
        "42",
        "I'm sorry, but I cannot do that",
        "I cannot name this",
        "As an AI language model",
        "Sure! Sugar from light",
        "The user asks how plants make sugar",
        "Es tut mir leid",
        "sugar " * 30,
        "Here is a title:",
    ],
)
def test_nonsense_is_refused(raw):
    """
    No title is better than an apology, a remark about the task, or nothing.
    """
    assert made(raw) is None


def test_a_long_one_is_cut_at_a_word():
    """
    60 characters at the most, whole words, no comma at the end.
    """
    raw = "Photosynthesis, chloroplasts and the making of sugars, from light and air"

    title = made(raw)

    assert "Photosynthesis, chloroplasts and the making of sugars, from" == title
    assert len(title) <= MAX_CHARACTERS


def test_a_long_one_without_spaces_is_cut():
    """
    Not every language writes spaces.
    """
    assert "植" * MAX_CHARACTERS == made("植" * 70)


def test_an_unfinished_one_loses_its_last_word():
    """
    The model was cut off in it.
    """
    assert "How plants make" == made("How plants make sug", is_finished=False)
    assert "How plants make sugar" == made(
        "How plants make sugar\nBecau", is_finished=False
    )


class TestSmallModel:
    def test_must_be_about_the_question(self):
        """
        The small built-in model often names something else.
        """
        assert "The light of plants" == made("The light of plants", is_small=True)
        assert made("The history of Rome", is_small=True) is None
        assert made("What about that", is_small=True) is None

    def test_must_not_be_the_answer(self):
        """
        Many words are an answer, however much about the question.
        """
        answer = "Plants make sugar from light in their green leaves"

        assert made(answer, is_small=True) is None
        assert answer == made(answer)

    def test_must_come_to_an_end(self):
        """
        When it does not stop it is telling a story.
        """
        assert (
            made("Plants are green because", is_small=True, is_finished=False) is None
        )

    def test_knows_languages_without_spaces(self):
        """
        Two ideograms in common are a word in common.
        """
        question = "植物如何制造糖?"

        about = made("植物的光合作用", is_small=True, question=question)
        beside = made("罗马的历史", is_small=True, question=question)

        assert "植物的光合作用" == about
        assert beside is None
