"""Cutting a flow of blocks into pages, where the format itself has none.

A page ends between blocks, before a heading rather than after it. Only a block that is
longer than a page is cut: a table between rows, its header row repeated; code between
lines; prose after a sentence.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator

from persistence.documents.parsing.domain import (
    BLOCK_SEPARATOR,
    Block,
    BlockKind,
    Page,
    Source,
)
from persistence.documents.parsing.media_types import ZIPPED

_SENTENCE_END = re.compile(r"[.!?…]['\")\]»”’]*\s|[。！？｡؟।።]['\")\]」』”’]*|\n")  # noqa: RUF001 - The marks of other scripts.
_MOST_SLICES = 8000
_USUAL_RATIO = 10
"""How many characters a byte of a zipped document is, at most."""
_ENDLESS_ROW = 10
"""A row that is so many pages long is read as running text."""
_OVERFULL = 1.5
"""A block is cut when it is this many times as long as a page."""
_ENDS_EARLY = 0.6
"""A heading begins a new page when the page before is at least this full."""


def slice_characters(source: Source) -> int:
    """About how long a slice is: longer in files that would have too many pages."""
    size = source.path.stat().st_size
    if source.media_type in ZIPPED:
        size *= _USUAL_RATIO
    return max(source.options.page_characters, size // _MOST_SLICES)


def sliced(
    blocks: Iterable[Block],
    page_characters: int,
    numbers: Iterator[int],
    label: str = "",
) -> Iterator[Page]:
    """Gathers blocks into pages of about `page_characters`.

    Args:
        numbers: Gives each page its number; several flows of one file share it.
    """
    held: list[Block] = []
    length = 0
    for whole in blocks:
        for piece in _pieces(whole, page_characters):
            size = len(piece.text) + len(BLOCK_SEPARATOR)
            starts = piece.kind is BlockKind.HEADING and (
                length >= page_characters * _ENDS_EARLY
            )
            if held and (starts or length + size > page_characters):
                done, held = _without_last_headings(held)
                if done:
                    yield Page(next(numbers), tuple(done), label)
                length = sum(len(one.text) + len(BLOCK_SEPARATOR) for one in held)
            held.append(piece)
            length += size
    if held:
        yield Page(next(numbers), tuple(held), label)


def _without_last_headings(held: list[Block]) -> tuple[list[Block], list[Block]]:
    end = len(held)
    while end and held[end - 1].kind is BlockKind.HEADING:
        end -= 1
    # Nothing but headings is a page of its own: a list of titles would never end.
    return (held[:end], held[end:]) if end else (held, [])


def _pieces(whole: Block, limit: int) -> Iterator[Block]:
    if len(whole.text) <= limit * _OVERFULL:
        yield whole
    elif whole.kind is BlockKind.TABLE:
        yield from _table_pieces(whole, limit)
    else:
        for text in cut_text(whole.text, limit):
            yield Block(whole.kind, text, whole.level)


def _table_pieces(whole: Block, limit: int) -> Iterator[Block]:
    header, *rows = whole.text.split("\n")
    if len(header) > limit * _ENDLESS_ROW:
        for text in cut_text(whole.text, limit):
            yield Block(BlockKind.PARAGRAPH, text)
        return
    held: list[str] = []
    length = 0
    for row in rows:
        if held and length + len(row) > limit:
            yield Block(BlockKind.TABLE, "\n".join((header, *held)))
            held, length = [], 0
        if len(row) > limit * _ENDLESS_ROW:
            for text in cut_text(row, limit):
                yield Block(BlockKind.PARAGRAPH, text)
            continue
        held.append(row)
        length += len(row) + 1
    if held or not rows:
        yield Block(BlockKind.TABLE, "\n".join((header, *held)))


def cut_text(text: str, limit: int) -> Iterator[str]:
    """Cuts at ends of sentences or lines, else between words, else anywhere."""
    start = 0
    while len(text) - start > limit * _OVERFULL:
        end = _cut(text, start + limit // 2, start + limit)
        if piece := text[start:end].strip():
            yield piece
        start = end
    if piece := text[start:].strip():
        yield piece


def _cut(text: str, low: int, high: int) -> int:
    ends = [match.end() for match in _SENTENCE_END.finditer(text, low, high)]
    if ends:
        return ends[-1]
    blank = text.rfind(" ", low, high)
    if blank > 0:
        return blank
    while high > low and unicodedata.combining(text[high]):
        high -= 1
    return high
