"""From rows to blocks: paragraphs, headings, tables and columns.

The order in which a page draws its text is nearly always the one it is read in, so it
is kept, unless it jumps about. Rows that share gutters are either columns of running
text, which are read one after the other, or a table, whose rows stay rows.
"""

import re
import statistics
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from persistence.documents.parsing.domain import CELL_SEPARATOR, Block, BlockKind
from persistence.documents.parsing.normalise import (
    join_broken_words,
    normalise,
    one_line,
)
from persistence.documents.parsing.readers.pdf_bands import Band, bands_of
from persistence.documents.parsing.readers.pdf_glyphs import Glyph
from persistence.documents.parsing.readers.pdf_rows import (
    Row,
    is_vertical,
    laid_flat,
    rows_of,
)

_FEW_ROWS = 8
_JUMPS = 0.3
"""Share of rows not below the one before, from which a page's own order is no order."""

_HEADINGS = ((1.7, 1), (1.3, 2), (1.12, 3))
"""Size against the page's usual size, and the level that it makes."""

_HEADING_CHARACTERS = 200
_FULL = 0.7
_PARAGRAPH_GAP = 0.75
"""Of a row's height, from one row's lower end to the next one's upper."""

_BULLET = re.compile(
    r"([\u2022\u25aa\u25e6\u25cf\u25cb\u2023\u2043\u00b7\uf0b7\u25a0*\u2013\u2014-]"
    r"|\(?(\d{1,2}|[a-zA-Z]|[ivx]{1,4})[.)])(\s+|$)"
)
_LEADERS = re.compile(r"\s*(?:\.\s?){5,}\s*")
_NO_BLANK_BETWEEN = re.compile(
    "(?<=[\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff])\n"
    "(?=[\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff])"
)


def blocks_of(ways: list[list[Glyph]]) -> tuple[Block, ...]:
    """A page's text in the order in which it is read.

    Args:
        ways: Its characters by how they are turned.
    """
    return tuple(block for glyphs in ways for block in _blocks_of(glyphs))


def _blocks_of(glyphs: list[Glyph]) -> Iterator[Block]:
    if is_vertical(glyphs):
        glyphs = laid_flat(glyphs)
    rows = rows_of(glyphs)
    if _jumps_about(rows):
        rows = _in_place(rows)
    if not rows:
        return
    if len({row.font for row in rows}) == 1:
        # All pages of some producers ask for size 1 and scale it.
        rows = [replace(row, font=row.size) for row in rows]
    usual = _usual_size(rows)
    for band in bands_of(rows):
        yield from (block for block in _blocks(band, usual) if block.text)


def _blocks(band: Band, usual: float) -> Iterator[Block]:
    if band.is_table:
        lines = [_LEADERS.sub(" ", line) for line in _table_lines(band)]
        yield Block(BlockKind.TABLE, "\n".join(lines))
        return
    for column in band.columns():
        if band.gutters:
            # A column may be divided further, or have a table in it.
            for inner in bands_of(column):
                yield from _blocks(inner, usual)
            continue
        for paragraph in _paragraphs(column):
            yield _block(paragraph, usual)


def _table_lines(band: Band) -> Iterator[str]:
    for cells in band.table():
        yield CELL_SEPARATOR.join(map(one_line, cells))


def _block(rows: list[Row], usual: float) -> Block:
    text = _LEADERS.sub(" ", _joined(rows))
    size = statistics.median(row.font for row in rows)
    if len(text) <= _HEADING_CHARACTERS and any(map(str.isalpha, text)):
        for ratio, level in _HEADINGS:
            if size > usual * ratio:
                return Block(BlockKind.HEADING, text.replace("\n", " "), level)
    kind = BlockKind.LIST_ITEM if _BULLET.match(text) else BlockKind.PARAGRAPH
    return Block(kind, text)


def _joined(rows: list[Row]) -> str:
    """Lines that fill their column run on; the ends of short ones were meant."""
    text = join_broken_words("\n".join(row.text for row in rows))
    text = _NO_BLANK_BETWEEN.sub("", text)
    short = lines = 0
    for run in _runs(rows):
        width = max(row.x1 for row in run) - min(row.x0 for row in run)
        short += sum(row.x1 - row.x0 < width * _FULL for row in run[:-1])
        lines += len(run)
    if short * 2 <= lines - 1:
        text = text.replace("\n", " ")
    return normalise(text)


def _runs(rows: list[Row]) -> Iterator[list[Row]]:
    """A paragraph's parts in each column."""
    run = rows[:1]
    for one, two in pairwise(rows):
        if two.y0 < one.y0 - one.size / 2:
            yield run
            run = []
        run.append(two)
    yield run


def _paragraphs(rows: list[Row]) -> Iterator[list[Row]]:
    paragraph: list[Row] = []
    for row in rows:
        if paragraph and _begins_paragraph(paragraph, row):
            yield paragraph
            paragraph = []
        paragraph.append(row)
    if paragraph:
        yield paragraph


def _begins_paragraph(paragraph: list[Row], row: Row) -> bool:
    last = paragraph[-1]
    if row.y0 < last.y0 - last.size / 2:
        return not _continues(last, row)
    return (
        _is_apart(paragraph, row)
        or not _same_font(last, row)
        or (bool(_BULLET.match(row.text)) and not _BULLET.fullmatch(row.text))
        or _is_indented(paragraph, row)
        or _ended_early(paragraph)
    )


def _is_apart(paragraph: list[Row], row: Row) -> bool:
    last = paragraph[-1]
    gap = row.y0 - last.y1
    if gap > last.size * _PARAGRAPH_GAP or len(paragraph) == 1:
        return gap > last.size * _PARAGRAPH_GAP
    gaps = [two.y0 - one.y1 for one, two in pairwise(paragraph)]
    return gap > statistics.median(gaps) + last.size * 0.35


def _is_indented(paragraph: list[Row], row: Row) -> bool:
    last = paragraph[-1]
    indent = row.size * 0.9
    if row.leftward:
        return row.x1 < last.x1 - indent and row.x1 < paragraph[0].x1 - indent
    return row.x0 > last.x0 + indent and len(paragraph) > 1


def _ended_early(paragraph: list[Row]) -> bool:
    if len(paragraph) == 1 or paragraph[-1].leftward:
        return False
    last = paragraph[-1]
    left, right = min(r.x0 for r in paragraph), max(r.x1 for r in paragraph)
    short = last.x1 < right - (right - left) * 0.3
    return short and last.text.endswith((".", "!", "?", ":"))


def _same_font(one: Row, two: Row) -> bool:
    return abs(one.font - two.font) <= 0.13 * max(one.font, two.font)


def _continues(last: Row, row: Row) -> bool:
    """Whether a sentence goes on at the top of the next column."""
    open_end = last.text[-1:].islower() or last.text.endswith(("-", ","))
    return _same_font(row, last) and open_end and row.text[:1].islower()


def _usual_size(rows: list[Row]) -> float:
    sizes: Counter[float] = Counter()
    for row in rows:
        sizes[round(row.font * 2) / 2] += len(row.text)
    return sizes.most_common(1)[0][0] or 1.0


def _jumps_about(rows: list[Row]) -> bool:
    if len(rows) < _FEW_ROWS:
        return False
    jumps = 0
    for one, two in pairwise(rows):
        aside = two.x0 >= one.x1 or two.x1 <= one.x0
        above = two.y1 < one.y0
        far = two.y0 - one.y1 > one.size * 12
        jumps += aside or above or far
    return jumps > len(rows) * _JUMPS


def _in_place(rows: list[Row]) -> list[Row]:
    """Sorts rows by place, joining those on one line."""
    lines: list[Row] = []
    for row in sorted(rows, key=lambda row: row.y0):
        last = lines[-1] if lines else None
        shared = min(last.y1, row.y1) - max(last.y0, row.y0) if last else 0.0
        if last and shared > 0.6 * min(last.size, row.size):
            last.cells = sorted([*last.cells, *row.cells], key=lambda cell: cell.x0)
            last.leftward = last.leftward or row.leftward
        else:
            lines.append(row)
    return lines
