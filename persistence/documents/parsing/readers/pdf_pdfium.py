"""PDF through pdfium, page by page, with text in the order in which it is read."""

import ctypes
import re
from collections.abc import Iterator

import pypdfium2 as pdfium
import pypdfium2.raw as api

from persistence.documents.parsing import media_types
from persistence.documents.parsing.domain import (
    Block,
    Event,
    FailureReason,
    Opened,
    Page,
    PageFailed,
    ParseError,
    Source,
)
from persistence.documents.parsing.normalise import one_line
from persistence.documents.parsing.readability import (
    are_numbers,
    looks_garbled,
    looks_like_text,
)
from persistence.documents.parsing.readers.pdf_glyphs import glyphs_of
from persistence.documents.parsing.readers.pdf_layout import blocks_of
from persistence.documents.parsing.readers.pdf_scan import Scanner, is_picture

_MOST_GLYPHS = 200_000
_FEW_LETTERS = 60
"""A page with fewer may be a scan with a stamp or a page number on it."""

_CATALOG = re.compile(rb"(\d+)\s+(\d+)\s+obj\s*<<[^>]{0,500}?/Type\s*/Catalog\b")
_LANGUAGE_BYTES = 64
_FLATTENED = (api.FPDF_ANNOT_WIDGET, api.FPDF_ANNOT_FREETEXT, api.FPDF_ANNOT_STAMP)
_MOST_ANNOTATIONS = 2000


class PdfiumReader:
    """Reads with Chromium's PDF library."""

    media_types = frozenset({media_types.PDF})

    def read(self, source: Source) -> Iterator[Event]:
        """See `Reader.read`."""
        document = _open(source)
        try:
            count = len(document)
            if count == 0:
                raise ParseError(FailureReason.DAMAGED, "no pages")
            title = one_line(document.get_metadata_value("Title"))
            yield Opened(count, title, _language(document))
            scanner = Scanner(source)
            for index in range(count):
                yield _page(document, index, scanner)
        finally:
            document.close()


def _open(source: Source) -> pdfium.PdfDocument:
    try:
        return pdfium.PdfDocument(source.path)
    except pdfium.PdfiumError as error:
        if error.err_code in (api.FPDF_ERR_PASSWORD, api.FPDF_ERR_SECURITY):
            raise ParseError(FailureReason.ENCRYPTED, "pdfium") from error
    try:
        return pdfium.PdfDocument(_with_end(source.path.read_bytes()))
    except pdfium.PdfiumError as error:
        detail = f"pdfium {error.err_code}"
        raise ParseError(FailureReason.DAMAGED, detail) from error


def _with_end(data: bytes) -> bytes:
    """Gives a file that was cut off an end, from which pdfium finds the rest."""
    catalogs = _CATALOG.findall(data)
    if not catalogs:
        raise ParseError(FailureReason.DAMAGED, "no catalog")
    return (
        data + b"\ntrailer\n<< /Root %s %s R >>\nstartxref\n0\n%%%%EOF\n" % catalogs[-1]
    )


def _language(document: pdfium.PdfDocument) -> str:
    buffer = ctypes.create_string_buffer(_LANGUAGE_BYTES * 2)
    written = api.FPDFCatalog_GetLanguage(
        document.raw,
        ctypes.cast(buffer, ctypes.POINTER(api.FPDF_WCHAR)),
        _LANGUAGE_BYTES * 2,
    )
    if not 0 < written <= _LANGUAGE_BYTES * 2:
        return ""
    return buffer.raw[:written].decode("utf-16-le", "ignore").strip("\x00 ")


def _page(document: pdfium.PdfDocument, index: int, scanner: Scanner) -> Event:
    number = index + 1
    label = one_line(document.get_page_label(index))
    label = "" if label == str(number) else label
    try:
        page = document[index]
    except pdfium.PdfiumError:
        return PageFailed(number, FailureReason.DAMAGED, label)
    try:
        page = _with_form_values(document, page, index)
        return _text_or_scan(page, number, label, scanner)
    except pdfium.PdfiumError:
        return PageFailed(number, FailureReason.DAMAGED, label)
    finally:
        page.close()


def _text_or_scan(
    page: pdfium.PdfPage, number: int, label: str, scanner: Scanner
) -> Event:
    ways = glyphs_of(page, _MOST_GLYPHS)
    blocks = blocks_of(ways)
    text = "\n".join(block.text for block in blocks)
    garbled = (
        are_numbers(glyph.text for way in ways for glyph in way)
        or not looks_like_text(text)
        or looks_garbled(text)
    )
    few = sum(map(str.isalpha, text)) < _FEW_LETTERS
    if not garbled and not (few and is_picture(page)):
        return Page(number, blocks, label)
    recognised: tuple[Block, ...] = ()
    failure = FailureReason.NO_TEXT_LAYER
    try:
        recognised = scanner.recognise(page)
    except ParseError as error:
        failure = error.reason
    if sum(len(block.text) for block in recognised) > (0 if garbled else len(text)):
        return Page(number, recognised, label, from_image=True)
    if garbled:
        return PageFailed(number, FailureReason.UNREADABLE_TEXT, label)
    if blocks or failure is FailureReason.EMPTY:
        return Page(number, blocks, label)
    return PageFailed(number, failure, label)


def _with_form_values(
    document: pdfium.PdfDocument, page: pdfium.PdfPage, index: int
) -> pdfium.PdfPage:
    """Makes what was typed into a form part of the page, which it is not by itself."""
    count = min(api.FPDFPage_GetAnnotCount(page.raw), _MOST_ANNOTATIONS)
    if not any(_is_flattened(page, place) for place in range(count)):
        return page
    if api.FPDFPage_Flatten(page.raw, api.FLAT_NORMALDISPLAY) != api.FLATTEN_SUCCESS:
        return page
    page.close()
    return document[index]


def _is_flattened(page: pdfium.PdfPage, place: int) -> bool:
    annotation = api.FPDFPage_GetAnnot(page.raw, place)
    if not annotation:
        return False
    kind = api.FPDFAnnot_GetSubtype(annotation)
    api.FPDFPage_CloseAnnot(annotation)
    return kind in _FLATTENED
