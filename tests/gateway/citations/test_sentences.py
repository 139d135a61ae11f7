"""Where sentences end, while they are written and afterwards."""

# ruff: noqa: RUF001 - Marks of many scripts are meant.
from __future__ import annotations

import random

import pytest

from gateway.citations.answer_text import AnswerText
from gateway.citations.sentences import sentences
from gateway.citations.source_text import sources_of
from tests.gateway.library import a_chunk

ANSWER = """# Leave

Employees get 30 days, i.e. six weeks. See Dr. Smith. It costs 3.50 euros!

- First point. It has two sentences.
- Second point without a stop

| Kind | Days |
|---|---|
| Paid | 30 |

```py
print("No. Sentence. Here.")
```
**Summary**

Am 3. Mai ist frei. 员工每年有15天年假。可以顺延！"""
SENTENCES = [
    "Employees get 30 days, i.e. six weeks.",
    "See Dr. Smith.",
    "It costs 3.50 euros!",
    "First point.",
    "It has two sentences.",
    "Second point without a stop",
    "Paid | 30",
    "Am 3. Mai ist frei.",
    "员工每年有15天年假。",
    "可以顺延！",
]


def cut(text: str) -> list[str]:
    """The sentences of running text."""
    return [text[s.start : s.end] for s in sentences(text, 0, len(text), is_final=True)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("He said “Go.” Then he left.", ["He said “Go.”", "Then he left."]),
        ("It is 5 p.m. now. Go.", ["It is 5 p.m. now.", "Go."]),
        ("Up to version 1.2.3. New text.", ["Up to version 1.2.3.", "New text."]),
        ("See [1]. And (this.) More.", ["See [1].", "And (this.)", "More."]),
        ("Wait... what? Yes!", ["Wait... what?", "Yes!"]),
        ("J. K. Rowling wrote it. Good.", ["J. K. Rowling wrote it.", "Good."]),
        ("यह सच है। हाँ।", ["यह सच है।", "हाँ।"]),
        ("هل هذا صحيح؟ نعم.", ["هل هذا صحيح؟", "نعم."]),
        ("「はい。」と言った。", ["「はい。」", "と言った。"]),
        ("z.B. so. Ende.", ["z.B. so.", "Ende."]),
    ],
)
def test_running_text(text: str, expected: list[str]):
    """
    Full stops of abbreviations, numbers and initials end nothing.
    """
    assert expected == cut(text)


def test_an_answer_as_a_whole():
    """
    Headings, code, and what names a table's columns are no sentences.
    """
    spans = AnswerText().next(ANSWER, is_final=True)

    assert SENTENCES == [ANSWER[s.start : s.end] for s in spans]


@pytest.mark.parametrize("seed", range(20))
def test_an_answer_while_it_is_written(seed: int):
    """
    However the text arrives, the same sentences come, each once, in order.
    """
    chance = random.Random(seed)
    reader, text, found = AnswerText(), "", []
    while len(text) < len(ANSWER):
        text = ANSWER[: len(text) + chance.randint(1, 7)]
        found += reader.next(text, is_final=False)
    found += reader.next(text, is_final=True)

    assert SENTENCES == [ANSWER[s.start : s.end] for s in found]


def test_a_cut_takes_sentences_back():
    """
    What is written anew below a cut comes again, and what stands above it does not.
    """
    reader = AnswerText()
    first = list(reader.next("One is here. Two is here. So", is_final=False))
    reader.cut(13)
    second = list(reader.next("One is here. Other is here. ", is_final=True))

    assert [(0, 12), (13, 25)] == first
    assert [(13, 27)] == second


def test_an_answer_that_was_begun_by_another():
    """
    Goes on behind the last claim.
    """
    text = "One is here. Two is here. So"

    assert [(13, 25)] == list(AnswerText(12).next(text, is_final=False))


class TestSources:
    def test_sentences_of_a_page_with_their_places(self):
        """
        Broken lines are joined, rows and items stand for themselves, places are exact.
        """
        text = (
            "The pump is\nserviced yearly. Call us.\n\n- Item one\n- Item two\n\n"
            "A | 1\nB | 2"
        )
        sources = sources_of(
            [a_chunk(text, context_start=7, start=7, end=7 + len(text))]
        )

        assert [
            "The pump is\nserviced yearly.",
            "Call us.",
            "- Item one",
            "- Item two",
            "A | 1",
            "B | 2",
        ] == [source.text for source in sources]
        assert all(
            source.text == text[source.start - 7 : source.end - 7] for source in sources
        )

    def test_each_sentence_once(self):
        """
        Chunks whose surroundings overlap share sentences: they belong to the chunk that
        holds them.
        """
        page = "One is here. Two is here."
        first, second = (
            a_chunk(
                page[start:end],
                start=start,
                end=end,
                context=page,
                context_start=0,
                document_id="d",
            )
            for start, end in ((0, 12), (13, 25))
        )
        sources = sources_of([second, first])

        assert {("One is here.", first.id), ("Two is here.", second.id)} == {
            (source.text, source.chunk.id) for source in sources
        }
        assert 2 == len(sources)
