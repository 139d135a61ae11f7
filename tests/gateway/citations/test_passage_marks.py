"""Marks of passages that a model writes by itself."""

from __future__ import annotations

import random

import pytest

from gateway.citations.passage_marks import PassageMarks, are_ambiguous

ANSWER = """Plants make sugar [1]. Light meets chlorophyll[2][3], a green [passage 1].

- In leaves [1, 2]
- In stems【2】

```py
a[1] = b[2]
```
Use `rows[1]` and x[1]; see [1](https://a.test) and note[^1].
It holds 4 [4] of them. [2] Nothing
[1] Biology.pdf

植物制造糖[1]。"""
CLEAN = """Plants make sugar. Light meets chlorophyll, a green.

- In leaves
- In stems

```py
a[1] = b[2]
```
Use `rows[1]` and x[1]; see [1](https://a.test) and note[^1].
It holds 4 [4] of them. Nothing
[1] Biology.pdf

植物制造糖。"""


def cleaned(text: str, passages: int = 3, before: str = "") -> str:
    """What is passed on of an answer that comes at once."""
    marks = PassageMarks(passages, before)
    return marks.feed(text) + marks.end()


def test_numbers_of_passages_are_taken_out():
    """
    And nothing that may be something else.
    """
    assert CLEAN == cleaned(ANSWER)


@pytest.mark.parametrize("seed", range(20))
def test_however_the_text_arrives(seed: int):
    """
    Token by token the same is passed on.
    """
    chance = random.Random(seed)
    marks, rest, got = PassageMarks(3), ANSWER, ""
    while rest:
        size = chance.randint(1, 6)
        got += marks.feed(rest[:size])
        rest = rest[size:]

    assert CLEAN == got + marks.end()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("According to [1], plants are green.", None),
        ("Laut [1] sind Pflanzen grün.", None),
        ("Plants [1] are green.", "Plants are green."),
        ("It is so. [1] [2]", "It is so."),
        ("It is so [9].", None),
        ("It is so [0, 1].", None),
        ("See [text][1].", None),
        ("[1]: https://a.test", None),
        ("The list $x_{[1]}$ ends.", None),
        ("It is [", None),
        ("It is [1", None),
        ("It is so【1†Biology.pdf】.", "It is so."),
        ("**It is so** [1].", "**It is so**."),
        ("| Leaf | green [1] |", "| Leaf | green |"),
    ],
)
def test_single_cases(text: str, expected: str | None):
    """
    None: it stays as it is.
    """
    assert (text if expected is None else expected) == cleaned(text)


def test_the_first_word_is_not_held():
    """
    Nor any other that no mark can begin with.
    """
    marks = PassageMarks(3)

    assert ["Plants", " are", " green"] == [
        marks.feed(piece) for piece in ("Plants", " are", " green")
    ]


def test_an_answer_that_was_begun():
    """
    What it begins with decides whether code goes on.
    """
    assert "a[1].\n" == cleaned("a[1].\n", before="```\n")
    assert " It is." == cleaned(" It is [1].", before="So.")


def test_a_cut():
    """
    The text goes on as if what was cut had never come.
    """
    marks = PassageMarks(3)
    marks.feed("One is [1]. Two is [2]. Three")
    kept = marks.cut(len("One is [1]. "))

    assert len("One is.") == kept
    assert " So." == marks.feed("So.") + marks.end()


def test_marks_of_the_documents_own():
    """
    Where passages have such marks, an answer may quote them.
    """
    assert are_ambiguous(["As shown before [12]."])
    assert not are_ambiguous(["A list [of things].", "x[i]"])
