"""What pdfium knows of a page's characters: which, where, and how large.

Coordinates are turned so that text runs along x, whichever way the page is turned, and
y grows downwards.
"""

import ctypes
import math
from dataclasses import dataclass

import pypdfium2 as pdfium
import pypdfium2.raw as api

_UNSEEN = frozenset((0x00, 0x0A, 0x0D))
_HYPHENS = frozenset((0x02, 0xFFFE))  # What pdfium makes of a hyphen at a line's end.
_HIGH, _LOW, _AFTER_LOW = 0xD800, 0xDC00, 0xE000  # Halves of UTF-16's pairs.
_ANGLE_STEP = math.pi / 12
_EDGE = 0.05
_DOWNWARDS, _UPSIDE_DOWN, _UPWARDS = (5, 6, 7), (11, 12, 13), (17, 18, 19)


@dataclass(slots=True)
class Glyph:
    """One character of the page.

    Attributes:
        x0: Left end, of the room it takes in its line rather than of its ink.
        y0: Upper end, as high as the font's letters reach.
        font: The size that the page asks of its font; some pages ask for 1 and scale.
        base: The y of the line that it stands on.
        across: The x of the place where it begins.
        angle: How it is turned clockwise, in steps of 15 degrees.
    """

    text: str
    x0: float
    y0: float
    x1: float
    y1: float
    font: float = 0.0
    base: float = 0.0
    across: float = 0.0
    angle: int = 0

    @property
    def size(self) -> float:
        return self.y1 - self.y0


def glyphs_of(page: pdfium.PdfPage, most: int) -> list[list[Glyph]]:
    """The page's characters by how they are turned, those of the usual way first.

    Of each way they are in the order in which the page draws them. Blanks that pdfium
    puts between words are among them, its line ends are not.

    Args:
        most: Characters after this many are left out: no page that people read has
            them.
    """
    text_page = page.get_textpage()
    try:
        found = _read(text_page.raw, most)
    finally:
        text_page.close()
    ways: dict[int, list[Glyph]] = {}
    for glyph in found:
        ways.setdefault(glyph.angle, []).append(glyph)
    order = sorted(ways.items(), key=lambda way: -len(way[1]))
    return [[_turned(g) for g in way] if angle else way for angle, way in order]


def _read(text_page: api.FPDF_TEXTPAGE, most: int) -> list[Glyph]:
    box = api.FS_RECTF()
    where = ctypes.byref(box)
    unicode_of, box_of = api.FPDFText_GetUnicode, api.FPDFText_GetLooseCharBox
    size_of, origin_of = api.FPDFText_GetFontSize, api.FPDFText_GetCharOrigin
    x, y = ctypes.c_double(), ctypes.c_double()
    at_x, at_y = ctypes.byref(x), ctypes.byref(y)
    found: list[Glyph] = []
    high = angle = 0
    for index in range(min(api.FPDFText_CountChars(text_page), most)):
        code = unicode_of(text_page, index)
        if _HIGH <= code < _LOW:
            high = code
            continue
        if code in _UNSEEN or not box_of(text_page, index, where):
            continue
        if _LOW <= code < _AFTER_LOW:
            code = 0x10000 + ((high - _HIGH) << 10) + code - _LOW if high else 0xFFFD
        elif code in _HYPHENS:
            code = 0x2D
        high = 0
        font = size_of(text_page, index)
        origin_of(text_page, index, at_x, at_y)
        if box.right > box.left:
            # What stands upright begins at the left end of its box.
            upright = abs(x.value - box.left) < _EDGE * (box.right - box.left)
            angle = 0 if upright else _angle(text_page, index)
        found.append(
            Glyph(
                chr(code),
                *(box.left, -box.top, box.right, -box.bottom),
                *(font, -y.value, x.value),
                angle,
            )
        )
    return found


def _angle(text_page: api.FPDF_TEXTPAGE, index: int) -> int:
    angle = float(api.FPDFText_GetCharAngle(text_page, index))
    return round(angle / _ANGLE_STEP) % 24


def _turned(g: Glyph) -> Glyph:
    """A glyph of text that runs upwards, downwards, aslant or on its head."""
    if g.angle in _UPWARDS:
        return Glyph(g.text, -g.y1, g.x0, -g.y0, g.x1, g.font, g.across, -g.base)
    if g.angle in _DOWNWARDS:
        return Glyph(g.text, g.y0, -g.x1, g.y1, -g.x0, g.font, -g.across, g.base)
    if g.angle in _UPSIDE_DOWN:
        return Glyph(g.text, -g.x1, -g.y1, -g.x0, -g.y0, g.font, -g.base, -g.across)
    cosine, sine = math.cos(g.angle * _ANGLE_STEP), math.sin(g.angle * _ANGLE_STEP)
    along = g.across * cosine + g.base * sine
    base = g.base * cosine - g.across * sine
    # The box around a letter aslant says how wide and high it is together.
    both = (g.x1 - g.x0 + g.size) / (abs(cosine) + abs(sine))
    wide, high = both / 3, both * 2 / 3
    return Glyph(g.text, along, base - high, along + wide, base, g.font, base, along)
