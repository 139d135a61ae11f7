"""Rows of any length as tables of bounded length, each under the same header."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice

from persistence.documents.parsing.domain import Block, BlockKind
from persistence.documents.parsing.readers.blocks import paragraph, row_text

_FIRST_ROWS = 20
_HEADER_SHARE = 0.6
"""A header names at least this share of the columns; a title above it does not."""


def row_blocks(rows: Iterable[Sequence[str]], limit: int) -> Iterator[Block]:
    """Tables of about `limit` characters; what stands above the header comes first."""
    rows = iter(rows)
    first = list(islice((row for row in rows if _filled(row)), _FIRST_ROWS))
    start = _first_column(first)
    place = _header_place(first)
    for row in first[:place]:
        yield from paragraph(row_text(cell for cell in row if cell.strip()))
    header = ""
    held: list[str] = []
    length = 0
    for row in chain(first[place:], rows):
        text = row_text(row if any(row[:start]) else row[start:])
        if not text:
            continue
        if not header:
            # It is repeated for every table, so it may not be of any length.
            header = text[:limit]
            if len(text) > limit:
                yield from paragraph(text)
            continue
        if held and length + len(text) > limit:
            yield Block(BlockKind.TABLE, "\n".join((header, *held)))
            held, length = [], len(header)
        held.append(text)
        length += len(text) + 1
    if header:
        yield Block(BlockKind.TABLE, "\n".join((header, *held)))


def _filled(row: Sequence[str]) -> int:
    return sum(1 for cell in row if cell.strip())


def _header_place(first: list[Sequence[str]]) -> int:
    widest = max(map(_filled, first), default=0)
    wide = widest * _HEADER_SHARE
    return next((at for at, row in enumerate(first) if _filled(row) >= wide), 0)


def _first_column(first: list[Sequence[str]]) -> int:
    """How many columns at the left are empty in all of the first rows."""
    places = (
        next((at for at, cell in enumerate(row) if cell.strip()), 0) for row in first
    )
    return min(places, default=0)
