"""Pages that are pictures of text: telling them, and having them recognised."""

import ctypes

import pypdfium2 as pdfium
import pypdfium2.raw as api

from persistence.documents.parsing import ocr
from persistence.documents.parsing.domain import (
    Block,
    FailureReason,
    ParseError,
    Source,
)

_DPI = 300
_POINTS_PER_INCH = 72
_MAX_PIXELS = 20_000_000
_MOST_OBJECTS = 2000
_COVERED = 0.4
"""Share of the page that pictures cover on a scan."""

_OUTLINES = 60
"""Drawn shapes on a page without letters, from which it is text as outlines."""

_SLOW_PAGES = 2


class Scanner:
    """Recognises pages of one file; gives up on it after pages that took too long."""

    def __init__(self, source: Source) -> None:
        """Looks for the engine at the first page that needs it."""
        self._source = source
        self._languages: str | None = None
        self._slow = 0

    def recognise(self, page: pdfium.PdfPage) -> tuple[Block, ...]:
        """The text in the picture that a page is.

        Raises:
            ParseError: NO_TEXT_LAYER without an engine for the languages, TOO_SLOW,
                EMPTY when there is no text in it.
        """
        if self._languages is None:
            self._languages = ocr.languages_of(self._source.options.ocr_languages)
        if not self._languages or self._slow >= _SLOW_PAGES:
            reason = FailureReason.TOO_SLOW if self._slow else None
            raise ParseError(reason or FailureReason.NO_TEXT_LAYER, "no engine")
        self._source.announce()
        image, dpi = _rendered(page)
        try:
            blocks = ocr.recognise(image, languages=self._languages, dpi=dpi)
        except ParseError as error:
            self._slow += error.reason is FailureReason.TOO_SLOW
            raise
        if not blocks:
            raise ParseError(FailureReason.EMPTY, "nothing recognised")
        return blocks


def is_picture(page: pdfium.PdfPage) -> bool:
    """Whether most of a page is pictures, or shapes where letters would be."""
    width, height = page.get_size()
    covered, outlines = 0.0, 0
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    for place in range(min(api.FPDFPage_CountObjects(page.raw), _MOST_OBJECTS)):
        item = api.FPDFPage_GetObject(page.raw, place)
        kind = api.FPDFPageObj_GetType(item)
        if kind == api.FPDF_PAGEOBJ_PATH:
            outlines += 1
        elif kind in (
            api.FPDF_PAGEOBJ_IMAGE,
            api.FPDF_PAGEOBJ_FORM,
        ) and api.FPDFPageObj_GetBounds(item, left, bottom, right, top):
            across = min(right.value, width) - max(left.value, 0.0)
            upwards = min(top.value, height) - max(bottom.value, 0.0)
            covered += max(0.0, across) * max(0.0, upwards)
    return covered > width * height * _COVERED or outlines > _OUTLINES


def _rendered(page: pdfium.PdfPage) -> tuple[bytes, int]:
    """A page as a grey PNM picture, and its dots per inch."""
    width, height = (max(1.0, side / _POINTS_PER_INCH) for side in page.get_size())
    dpi = int(min(_DPI, (_MAX_PIXELS / (width * height)) ** 0.5))
    bitmap = page.render(scale=dpi / _POINTS_PER_INCH, grayscale=True)
    try:
        rows, stride, columns = bitmap.height, bitmap.stride, bitmap.width
        data = bytes(bitmap.buffer)
        if stride != columns:
            lines = (data[y * stride : y * stride + columns] for y in range(rows))
            data = b"".join(lines)
        return b"P5 %d %d 255\n" % (columns, rows) + data, dpi
    finally:
        bitmap.close()
