"""What pdfium knows of a page's characters: which, where, and how large.

Coordinates are turned so that text runs along x, whichever way the page is turned, and
y grows downwards.
"""

import ctypes
import math
from collections import Counter
from dataclasses import dataclass

import pypdfium2 as pdfium
import pypdfium2.raw as api

_UNSEEN = frozenset((0x00, 0x0A, 0x0D))
_HYPHENS = frozenset((0x02, 0xFFFE))  # What pdfium makes of a hyphen at a line's end.
_HIGH, _LOW, _AFTER_LOW = 0xD800, 0xDC00, 0xE000  # Halves of UTF-16's pairs.
_ANGLE_STEP = math.pi / 12
_UPWARDS, _UPSIDE_DOWN, _DOWNWARDS = (5, 6, 7), (11, 12, 13), (17, 18, 19)


@dataclass(slots=True)
class Glyph:
    """One character of the page.

    Attributes:
        x0: Left end, of the room it takes in its line rather than of its ink.
        y0: Upper end, as high as the font's letters reach.
        font: The size that the page asks of its font; some pages ask for 1 and scale.
        base: The y of the line that it stands on.
        across: The x of the place where it begins.
    """

    text: str
    x0: float
    y0: float
    x1: float
    y1: float
    font: float = 0.0
    base: float = 0.0
    across: float = 0.0

    @property
    def size(self) -> float:
        return self.y1 - self.y0


def glyphs_of(page: pdfium.PdfPage, most: int) -> list[Glyph]:
    """The page's characters in the order in which the page draws them.

    Blanks that pdfium puts between words are among them, its line ends are not.

    Args:
        most: Characters after this many are left out: no page that people read has
            them.
    """
    text_page = page.get_textpage()
    try:
        return _read(text_page.raw, most)
    finally:
        text_page.close()


def _read(text_page: api.FPDF_TEXTPAGE, most: int) -> list[Glyph]:
    box = api.FS_RECTF()
    where = ctypes.byref(box)
    unicode_of, box_of = api.FPDFText_GetUnicode, api.FPDFText_GetLooseCharBox
    angle_of, size_of = api.FPDFText_GetCharAngle, api.FPDFText_GetFontSize
    origin_of = api.FPDFText_GetCharOrigin
    x, y = ctypes.c_double(), ctypes.c_double()
    at_x, at_y = ctypes.byref(x), ctypes.byref(y)
    found: list[Glyph] = []
    angles: Counter[int] = Counter()
    high = 0
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
        found.append(
            Glyph(
                chr(code),
                *(box.left, -box.top, box.right, -box.bottom),
                *(font, -y.value, x.value),
            )
        )
        if index % 16 == 0:
            angles[round(angle_of(text_page, index) / _ANGLE_STEP) % 24] += 1
    quarter = angles.most_common(1)[0][0] if angles else 0
    return [_turned(quarter, glyph) for glyph in found] if quarter else found


def _turned(angle: int, g: Glyph) -> Glyph:
    """A glyph of a page whose text runs upwards, downwards or on its head."""
    if angle in _UPWARDS:
        return Glyph(g.text, -g.y1, g.x0, -g.y0, g.x1, g.font, g.across, -g.base)
    if angle in _DOWNWARDS:
        return Glyph(g.text, g.y0, -g.x1, g.y1, -g.x0, g.font, -g.across, g.base)
    if angle in _UPSIDE_DOWN:
        return Glyph(g.text, -g.x1, -g.y1, -g.x0, -g.y0, g.font, -g.base, -g.across)
    return g
