"""What a chat server is asked to go on with, and what it says twice."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llm_worker.domain import Piece
from llm_worker.providers.continuation import (
    END_CHARACTERS,
    END_WORDS,
    Way,
    repetition,
    request,
    way_of,
)
from tests.llm_worker.prompts import prompt

BEGUN = "Plants make sugar. They take light and water and carbon diox"


def spoken(prefix, *texts, way=Way.INSTRUCTION):
    """Returns what is new in an answer of `texts`."""
    repeated = repetition(prefix, way)
    pieces = [repeated.rest(Piece(text)) for text in texts]
    return "".join(piece.text for piece in [*pieces, repeated.end()] if piece)


def letters(text):
    """Returns `text` as a model may send it."""
    return list(text)


@pytest.mark.parametrize(
    ("repeated", "new"),
    [
        ("They take light and water and carbon diox", "ide, and"),
        (BEGUN, "ide, and"),
        ("light and water and carbon diox", "ide"),
        ("\n" + BEGUN, "ide"),
        ("", "ide, and"),
        ("", "Then they take"),
        ("", "They take a break"),
        ("", "Plants"),
        (BEGUN, ""),
    ],
)
def test_only_what_is_new_is_said(repeated, new):
    """
    Wherever in the text the repetition begins, and however it arrives.
    """
    assert new == spoken(BEGUN, repeated + new)
    assert new == spoken(BEGUN, *letters(repeated + new))


@pytest.mark.parametrize(
    ("prefix", "answer", "new"),
    [
        ("It ends.\n\n", "It ends.\n\nThen more.", "Then more."),
        ("It ends.\n\n", "It ends. Then more.", "Then more."),
        ("def f(x):\n    ", "def f(x):\n    return x", "return x"),
        ("It ends", "It ends\n\nThen more.", "\n\nThen more."),
        ("It ends", "It ends more.", " more."),
    ],
)
def test_white_space_is_not_doubled(prefix, answer, new):
    """
    What stood at the end of the text is not said again, and what did not is.
    """
    assert new == spoken(prefix, *letters(answer))


def test_a_short_accord_is_chance():
    """
    A word that comes twice is no repetition of the text.
    """
    text = "Cells divide and divide and"

    assert " and grow" == spoken(text, " and grow")
    assert "divide and grow" == spoken(
        f"{BEGUN} one two three " + text, "divide and grow"
    )


def test_nothing_is_held_back_once_it_is_new():
    """
    The first piece that differs comes at once, with what was held; the rest passes.
    """
    repeated = repetition(BEGUN, Way.INSTRUCTION)

    assert repeated.rest(Piece("They", 1)) is None
    assert Piece("They say", 2) == repeated.rest(Piece(" say", 1))
    assert Piece("Plants", 3) == repeated.rest(Piece("Plants", 3))
    assert repeated.end() is None


def test_servers_that_go_on_are_trusted():
    """
    What they say is new, even the same again; Mistral repeats all or nothing.
    """
    rows = "| 0 | 0 | 0 | 0 |\n" * 3

    assert rows == spoken(rows, rows, way=Way.FINAL_MESSAGE)
    assert "| 1 |" == spoken(rows, rows + "| 1 |", way=Way.PREFIX)
    assert "| 0 | 0 | 0 | 0 |\n| 1" == spoken(
        rows, "| 0 | 0 | 0 | 0 |\n| 1", way=Way.PREFIX
    )


@given(prefix=st.text(), texts=st.lists(st.text()), way=st.sampled_from(Way))
def test_nothing_is_made_up(prefix, texts, way):
    """
    Whatever arrives, what is passed on is the end of it.
    """
    assert "".join(texts).endswith(spoken(prefix, *texts, way=way))


@given(words=st.lists(st.text("ab \n\u7d30", min_size=1, max_size=30), min_size=1))
def test_what_is_asked_to_be_repeated_is_an_end(words):
    """
    Some last words, as they stand there, and taken away when they come.
    """
    prefix = f"x {' '.join(words)} y"
    [*_, asked] = request(prompt(prefix=prefix), Way.INSTRUCTION)["messages"]
    end = asked["content"].partition(":\n\n")[2]

    assert prefix.endswith(end)
    assert 0 < len(end) <= END_CHARACTERS
    assert len(end.split()) <= END_WORDS
    assert ", z" == spoken(prefix, *letters(end + ", z"))


@pytest.mark.parametrize(
    ("base_url", "owner", "way"),
    [
        ("https://api.openai.com/v1/", "openai", Way.INSTRUCTION),
        ("http://localhost:8000/v1/", "vllm", Way.FINAL_MESSAGE),
        ("http://localhost:11434/v1/", "library", Way.FINAL_MESSAGE),
        ("https://api.mistral.ai/v1/", "mistralai", Way.PREFIX),
        ("https://api.deepseek.com/beta/", "deepseek", Way.PREFIX),
        ("https://api.deepseek.com/v1/", "deepseek", Way.INSTRUCTION),
        ("https://openrouter.ai/api/v1/", "", Way.INSTRUCTION),
    ],
)
def test_who_is_asked_how(base_url, owner, way):
    """
    Servers that are known to go on are asked to; others in words.
    """
    assert way == way_of(base_url, owner)
