"""Cuts passages into sentences that can be evidence, with their places in the page."""

# ruff: noqa: RUF001 - Letters and marks of many scripts are meant.
from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import regex

from gateway.citations.sentences import Span, sentences
from gateway.clients.chunks import Chunk

_BLOCK = regex.compile(r"\n[ \t]*\n+")
# Lines that stand for themselves: list items, table rows.
_ITEM = regex.compile(
    r"\n(?=[ \t]*(?:[-*+•–▪◦●]\s|\(?\d{1,3}[.)]\s|\(?[a-zA-Z][.)]\s))"
)
_ROW = " | "
# A longer one is no evidence that anybody reads.
LONGEST = 1_200


@dataclass(frozen=True, slots=True)
class Source:
    """One sentence of a page.

    Attributes:
        start: In the page's text, in Unicode code points; `text` ends at `end`.
        order: Its place among all sentences of an answer's passages.
    """

    chunk: Chunk
    start: int
    end: int
    text: str
    order: int


def sources_of(chunks: Sequence[Chunk]) -> list[Source]:
    """Returns the sentences of all passages, each once, in order of the passages.

    A sentence belongs to the chunk that holds it; one in no chunk, but in what was
    around one, to that one.
    """
    found: list[Source] = []
    seen: set[tuple[str, int, int]] = set()
    # A sentence in a chunk before the same one in the context of another.
    for is_inside in (True, False):
        for chunk in chunks:
            for span in _spans(chunk.context):
                start, end = (
                    chunk.context_start + span.start,
                    chunk.context_start + span.end,
                )
                inside = chunk.start <= start and end <= chunk.end
                key = (f"{chunk.document_id}#{chunk.page}", start, end)
                if inside is not is_inside or key in seen:
                    continue
                seen.add(key)
                text = chunk.context[span.start : span.end]
                found.append(Source(chunk, start, end, text, len(found)))
    return found


def _spans(text: str) -> Iterator[Span]:
    for start, end in _pieces(text, 0, len(text), _BLOCK):
        for first, last in _pieces(text, start, end, _ITEM):
            if _ROW in text[first:last]:
                for row in _lines(text, first, last):
                    yield from _short(row)
            else:
                for span in sentences(text, first, last, is_final=True):
                    yield from _short(span)


def _pieces(
    text: str, start: int, end: int, pattern: regex.Pattern[str]
) -> Iterator[tuple[int, int]]:
    for match in pattern.finditer(text, start, end):
        yield start, match.start()
        start = match.end()
    yield start, end


def _lines(text: str, start: int, end: int) -> Iterator[Span]:
    while start < end:
        newline = text.find("\n", start, end)
        stop = end if newline < 0 else newline
        if text[start:stop].strip():
            yield Span(start, stop)
        start = stop + 1


def _short(span: Span) -> Iterator[Span]:
    start, end = span
    while end - start > LONGEST:
        yield Span(start, start + LONGEST)
        start += LONGEST
    yield Span(start, end)
