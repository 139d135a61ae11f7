"""Rows that share gutters: columns of running text, or tables."""

import re
import statistics
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from persistence.documents.parsing.readers.pdf_rows import Cell, Row

_GUTTER = 0.5
"""Least width of what divides columns, in heights of a row."""

_CERTAIN_GUTTER = 1.3
"""A gutter of two rows must be this wide; blanks of a paragraph may meet by chance."""

_PROSE_CHARACTERS = 22
_PROSE_ROWS = 5
_MOST_PROSE_GUTTERS = 3
_MARKER = re.compile(
    r"[\u2022\u25aa\u25e6\u25cf\u25cb\u2023\u2043\u00b7\uf0b7\u25a0\u25a1*\u2013\u2014-]"
    r"|\(?(\d{1,3}|[a-zA-Z]|[ivxlc]{1,5})[.):]|\d{1,2}(\.\d{1,2}){0,3}\.?"
)
_LEADERS = re.compile(r"(\.\s?){5,}")

Span = tuple[float, float]


@dataclass(slots=True)
class Band:
    """Rows one below the other with the same gutters; without any, plain text."""

    rows: list[Row]
    gutters: list[Span] = field(default_factory=list)

    @property
    def is_table(self) -> bool:
        """Whether its columns are cells rather than running text."""
        if not self.gutters:
            return False
        return not self._is_prose()

    def columns(self) -> Iterator[list[Row]]:
        """Its running text, column by column."""
        if not self.gutters:
            yield self.rows
            return
        places = range(len(self.gutters) + 1)
        leftward = sum(row.leftward for row in self.rows) * 2 > len(self.rows)
        for place in reversed(places) if leftward else places:
            column = [
                replace(row, cells=cells)
                for row in self.rows
                if (cells := self._cells(row)[place])
            ]
            if column:
                yield column

    def table(self) -> Iterator[list[str]]:
        """Its rows of cells; a row without a beginning continues the one above."""
        lines: list[list[str]] = []
        bottom = 0.0
        for row in self.rows:
            cells = [
                " ".join(c.text for c in (cells[::-1] if row.leftward else cells))
                for cells in self._cells(row)
            ]
            if row.leftward:
                cells.reverse()
            tight = row.y0 - bottom < row.size * 0.4
            bottom = row.y1
            filled = sum(map(bool, cells))
            if lines and not cells[0] and tight and filled * 2 <= len(cells):
                lines[-1] = [
                    f"{above} {cell}".strip()
                    for above, cell in zip(lines[-1], cells, strict=True)
                ]
            else:
                lines.append(cells)
        yield from lines

    def _cells(self, row: Row) -> list[list[Cell]]:
        places: list[list[Cell]] = [[] for _ in range(len(self.gutters) + 1)]
        for cell in row.cells:
            middle = (cell.x0 + cell.x1) / 2
            place = sum(middle > (left + right) / 2 for left, right in self.gutters)
            places[place].append(cell)
        return places

    def _is_prose(self) -> bool:
        if len(self.rows) < _PROSE_ROWS or len(self.gutters) > _MOST_PROSE_GUTTERS:
            return False
        long = 0
        for place in range(len(self.gutters) + 1):
            texts = [
                " ".join(cell.text for cell in cells)
                for row in self.rows
                if (cells := self._cells(row)[place])
            ]
            if texts and statistics.median(map(_width, texts)) >= _PROSE_CHARACTERS:
                long += 1
        return long > len(self.gutters)


def bands_of(rows: list[Row]) -> Iterator[Band]:
    """Divides rows, in their order, where their gutters begin and end."""
    plain: list[Row] = []
    at = 0
    while at < len(rows):
        row = _with_marker(rows[at])
        band = _band_at(rows, at) if len(row.cells) > 1 else None
        if band is None:
            plain.append(row)
            at += 1
            continue
        if plain:
            yield Band(plain)
            plain = []
        yield band
        at += len(band.rows)
    if plain:
        yield Band(plain)


def _band_at(rows: list[Row], start: int) -> Band | None:
    first = _with_marker(rows[start])
    gutters = _gaps(first)
    band = [first]
    divided = 1
    for candidate in rows[start + 1 :]:
        row = _with_marker(candidate)
        last = band[-1]
        if row.y0 < last.y0 or row.y0 - last.y1 > 2.5 * last.size:
            break
        shared = _shared(gutters, row)
        if len(row.cells) > 1:
            if len(shared) * 2 < len(gutters) or not shared:
                break
            divided += 1
        elif len(shared) < len(gutters):
            break
        gutters = shared
        band.append(row)
    while len(band) > 1 and len(band[-1].cells) == 1:
        band.pop()
    widest = max((right - left for left, right in gutters), default=0.0)
    needed = 2 if widest > _CERTAIN_GUTTER * first.size else 3
    return Band(band, gutters) if divided >= needed else None


def _gaps(row: Row) -> list[Span]:
    return [
        (one.x1, two.x0)
        for one, two in zip(row.cells, row.cells[1:], strict=False)
        if two.x0 > one.x1
    ]


def _shared(gutters: list[Span], row: Row) -> list[Span]:
    """What the row leaves of the gutters."""
    least = row.size * _GUTTER
    found = []
    for left, right in gutters:
        free = [(left, right)]
        for cell in row.cells:
            free = [
                part
                for a, b in free
                for part in ((a, min(b, cell.x0)), (max(a, cell.x1), b))
                if part[1] - part[0] >= least
            ]
        if free:
            found.append(max(free, key=lambda span: span[1] - span[0]))
    return found


def _with_marker(row: Row) -> Row:
    """Joins what only looks like cells.

    A bullet or number and the text behind it, an entry of contents and its page.
    """
    is_entry = any(_LEADERS.search(cell.text) for cell in row.cells)
    marked = len(row.cells) == 2 and _MARKER.fullmatch(  # noqa: PLR2004 - Both of them.
        row.cells[-1 if row.leftward else 0].text
    )
    if not marked and not is_entry:
        return row
    return replace(row, cells=[Cell(row.text, row.x0, row.x1)])


def _width(text: str) -> int:
    """Characters, those of Chinese and Japanese counting twice."""
    return sum(2 if "\u2e80" <= character <= "\uffef" else 1 for character in text)
