"""Answers in the documents' own sentences."""

from __future__ import annotations

from gateway.retrieval.quoting import quotes_of
from tests.gateway.library import WordEmbedder, a_chunk

CODES = (
    "code | meaning | action\n"
    "3 | Input missing | Check the cable\n"
    "7 | Overheated | Let it cool for 20 minutes"
)
QUESTION = "What does code 7 mean?"


async def test_a_row_is_quoted_below_its_head():
    """
    The head, which has more of the question's words, answers nothing by itself.
    """
    quotes = await quotes_of([a_chunk(CODES)], QUESTION, WordEmbedder())

    assert (
        "> code | meaning | action  \n> 7 | Overheated | Let it cool for 20 minutes"
        == quotes
    )


async def test_a_passage_that_begins_within_a_table_has_no_head():
    """
    Its first row is a row like any other.
    """
    rows = CODES[CODES.index("7") :] + "\n8 | Jammed | Open the lid"
    chunk = a_chunk(rows, start=900, end=900 + len(rows), context_start=900)

    assert "> 7 | Overheated | Let it cool for 20 minutes" == await quotes_of(
        [chunk], QUESTION, WordEmbedder()
    )


async def test_sentences_of_a_page_are_one_quote():
    """
    In their order; what does not fit the question is left out.
    """
    text = "Leave is 30 days. It rains today. Leave of 30 days is for all."

    assert "> Leave is 30 days. Leave of 30 days is for all." == await quotes_of(
        [a_chunk(text)], "How many days is leave?", WordEmbedder()
    )
