"""From a page's characters to its rows: what is on one line, divided at wide gaps."""

import statistics
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from persistence.documents.parsing.readers.pdf_direction import (
    has_right_to_left,
    least_gap,
    logical_text,
)
from persistence.documents.parsing.readers.pdf_glyphs import Glyph

_CELL_GAP = 0.9
"""Of the glyphs' height: wider than most blanks, also in justified text."""

_ENOUGH_STEPS = 20
_BLANK_GAP = 0.22
_SAME_LINE = 0.5
"""The part of the lower one of two heights that must be shared."""

_SAME_BASE = 0.15

_ACCENTS = {
    "\u00b4": "\u0301",
    "\u0060": "\u0300",
    "\u00a8": "\u0308",
    "\u02c6": "\u0302",
    "\u02dc": "\u0303",
    "\u00b8": "\u0327",
    "\u02c7": "\u030c",
    "\u02da": "\u030a",
    "\u02d8": "\u0306",
    "\u02dd": "\u030b",
    "\u00af": "\u0304",
    "\u02d9": "\u0307",
}
"""Accents that old fonts draw beside their letter, and what they are in Unicode."""


@dataclass(slots=True)
class Cell:
    """Text without a wide gap in it."""

    text: str
    x0: float
    x1: float


@dataclass(slots=True)
class Row:
    """What stands on one line.

    Attributes:
        cells: From left to right.
        size: The median height of its glyphs.
        font: The size of most of its letters, as headings are told by.
        leftward: Whether it has letters that run from right to left.
    """

    cells: list[Cell]
    y0: float
    y1: float
    size: float
    leftward: bool = False
    font: float = 0.0

    @property
    def x0(self) -> float:
        return self.cells[0].x0

    @property
    def x1(self) -> float:
        return self.cells[-1].x1

    @property
    def text(self) -> str:
        cells = self.cells[::-1] if self.leftward else self.cells
        return " ".join(cell.text for cell in cells)


def rows_of(glyphs: list[Glyph]) -> list[Row]:
    """The rows in the order in which the page draws them."""
    return [row for line in _lines(glyphs) if (row := _row(line)) is not None]


def is_vertical(glyphs: list[Glyph]) -> bool:
    """Whether the page's text runs downwards, as Chinese and Japanese may."""
    down = across = 0
    inked = [glyph for glyph in glyphs if not glyph.text.isspace()]
    for one, two in pairwise(inked):
        if not _is_wide(one.text):
            continue
        step_x, step_y = abs(two.x0 - one.x0), two.y0 - one.y0
        em = max(one.size, one.x1 - one.x0)
        down += step_x < em * 0.3 and em * 0.4 < step_y < em * 2
        across += abs(step_y) < em * 0.3 and step_x > em * 0.3
    return down > _ENOUGH_STEPS and down > across * 2


def laid_flat(glyphs: list[Glyph]) -> list[Glyph]:
    """Turns a page of vertical text: downwards becomes rightwards, leftwards down."""
    return [
        Glyph(g.text, g.y0, -g.x1, g.y1, -g.x0, g.font, -g.across, g.base)
        for g in glyphs
    ]


def _lines(glyphs: Iterable[Glyph]) -> Iterator[list[Glyph]]:
    line: list[Glyph] = []
    last = Glyph("", 0.0, 0.0, 0.0, 0.0)
    top = bottom = base = 0.0
    for glyph in glyphs:
        if glyph.text.isspace():
            if line:
                line.append(glyph)
            continue
        shared = min(bottom, glyph.y1) - max(top, glyph.y0)
        # Some fonts say nothing of their height, so the line's foot counts too.
        if (
            line
            and abs(glyph.base - base) > max(0.8, _SAME_BASE * glyph.size)
            and (
                shared < _SAME_LINE * min(bottom - top, glyph.size)
                or glyph.x0 > last.x1 + glyph.size
                or glyph.x1 < last.x0 - glyph.size
            )
        ):
            yield line
            line = []
        if not line:
            top, bottom, base = glyph.y0, glyph.y1, glyph.base
        elif glyph.size > (bottom - top) * 0.8:
            # The line is as high as its letters are, not as its fractions.
            top, bottom = (top + glyph.y0) / 2, (bottom + glyph.y1) / 2
            base = glyph.base
        line.append(glyph)
        last = glyph
    if line:
        yield line


def _row(line: list[Glyph]) -> Row | None:
    inked = [glyph for glyph in line if not glyph.text.isspace()]
    if not inked:
        return None
    size = statistics.median(glyph.size for glyph in inked)
    leftward = has_right_to_left(inked)
    gap = least_gap(line) if leftward else 0.0
    ordered = _by_place(line) if leftward or _runs_back(inked) else line
    cells = []
    for part in _parts(ordered, size * _CELL_GAP):
        text = logical_text(part, gap) if leftward else _text(part)
        if text := text.strip():
            ink = [glyph for glyph in part if not glyph.text.isspace()]
            left, right = min(g.x0 for g in ink), max(g.x1 for g in ink)
            cells.append(Cell(text, left, right))
    if not cells:
        return None
    top = statistics.median(glyph.y0 for glyph in inked)
    font = statistics.mode(round(glyph.font, 1) for glyph in inked)
    return Row(cells, top, top + size, size, leftward, font)


def _runs_back(inked: list[Glyph]) -> bool:
    """Whether the page draws the line's pieces in another order than they stand in."""
    return any(two.x1 < one.x0 - one.size for one, two in pairwise(inked))


def _by_place(line: list[Glyph]) -> list[Glyph]:
    """Sorts what is drawn; its blanks come back by the gaps."""
    inked = [glyph for glyph in line if not glyph.text.isspace()]
    # Marks have no width of their own: each stays behind its letter.
    keys: list[float] = []
    for glyph in inked:
        own = glyph.x0 + glyph.x1
        keys.append(keys[-1] if keys and unicodedata.combining(glyph.text) else own)
    order = sorted(range(len(inked)), key=keys.__getitem__)
    return [inked[index] for index in order]


def _parts(line: list[Glyph], gap: float) -> Iterator[list[Glyph]]:
    part: list[Glyph] = []
    end: float | None = None
    for glyph in line:
        if not glyph.text.isspace():
            if end is not None and glyph.x0 - end > gap:
                yield part
                part = []
                end = None
            end = glyph.x1 if end is None else max(end, glyph.x1)
        part.append(glyph)
    yield part


def _text(part: list[Glyph]) -> str:
    out: list[str] = []
    last: Glyph | None = None
    blank = False
    for glyph in part:
        if glyph.text.isspace():
            blank = True
            continue
        if last is not None:
            accented = _accented(out, last, glyph)
            if accented:
                last = glyph
                continue
            wide = _is_wide(last.text) and _is_wide(glyph.text)
            if not wide and (blank or glyph.x0 - last.x1 > _BLANK_GAP * glyph.size):
                out.append(" ")
        out.append(glyph.text)
        last, blank = glyph, False
    return "".join(out)


def _accented(out: list[str], last: Glyph, glyph: Glyph) -> bool:
    """Puts an accent and the letter under it together, whichever is drawn first."""
    if last.text not in _ACCENTS and glyph.text not in _ACCENTS:
        return False
    shared = min(last.x1, glyph.x1) - max(last.x0, glyph.x0)
    if shared < 0.4 * min(last.x1 - last.x0, glyph.x1 - glyph.x0):
        return False
    if last.text in _ACCENTS and glyph.text.isalpha():
        out[-1] = unicodedata.normalize("NFC", _base(glyph.text) + _ACCENTS[last.text])
        return True
    if glyph.text in _ACCENTS and last.text.isalpha():
        out[-1] = unicodedata.normalize("NFC", _base(out[-1]) + _ACCENTS[glyph.text])
        return True
    return False


def _base(letter: str) -> str:
    return {"\u0131": "i", "\u0237": "j"}.get(letter, letter)


def _is_wide(character: str) -> bool:
    """Whether it is written without blanks between words, as in Chinese."""
    return (
        character > "\u10ff"
        and unicodedata.east_asian_width(character) in "WF"
        and not "\uac00" <= character <= "\ud7a3"
    )
