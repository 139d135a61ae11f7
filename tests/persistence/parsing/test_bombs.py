"""Files that unpack, nest or count without end: each ends typed, and alone."""

import zlib
from collections.abc import Callable

import pytest

from persistence.documents.parsing.domain import FailureReason as Why
from tests.persistence.parsing import hostile_files as make
from tests.persistence.parsing.conftest import Read
from tests.persistence.parsing.pdf_files import (
    FONT,
    assemble,
    deflated,
    line,
    pdf,
    stream,
)

MEGABYTE = 1 << 20
LAUGHS = (
    '<!DOCTYPE x [<!ENTITY a "ha ha ha ha ha ha ha ha ha ha ha ha ha ha">'
    + "".join(
        f'<!ENTITY {name} "{10 * f"&{before};"}">'
        for before, name in zip("abcdefgh", "bcdefghi", strict=True)
    )
    + "]>"
)
HARMLESS = pdf(line("The next file is read as if nothing had been.", y=700))


def _pdf_with(contents: list[bytes], more: list[bytes] | None = None) -> bytes:
    """One page over the given objects, the first of which is its content."""
    page = (
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792]"
        b" /Resources << /Font << /F1 3 0 R >> >> /Contents 6 0 R >>"
    )
    kids = b"<< /Type /Pages /Kids [5 0 R] /Count 1 >>"
    head = [b"<< /Type /Catalog /Pages 2 0 R >>", kids, FONT, b"<< >>", page]
    return assemble([*head, *contents, *(more or [])])


def _recursive_pages() -> bytes:
    return assemble(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [2 0 R 2 0 R 5 0 R] /Count 1000000 >>",
            FONT,
            b"<< >>",
            b"<< /Type /Pages /Parent 2 0 R /Kids [2 0 R 5 0 R] /Count 1000000 >>",
        ]
    )


def _huge_count() -> bytes:
    return HARMLESS.replace(b"/Count 1 ", b"/Count 999999999 ")


def _recursive_forms() -> bytes:
    form = (
        b"/Type /XObject /Subtype /Form /BBox [0 0 9 9]"
        b" /Resources << /XObject << /X 6 0 R >> >>"
    )
    return assemble(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [5 0 R] /Count 1 >>",
            FONT,
            b"<< >>",
            (
                b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources"
                b" << /XObject << /X 6 0 R >> >> /Contents 6 0 R >>"
            ),
            stream(b"/X Do " * 3, form),
        ]
    )


def _deflate_bomb() -> bytes:
    return _pdf_with([deflated(bytes(100 * MEGABYTE))])


def _nested_filters() -> bytes:
    data = bytes(100 * MEGABYTE)
    for _ in range(3):
        data = zlib.compress(data)
    return _pdf_with([stream(data, b"/Filter [" + b"/FlateDecode " * 3 + b"]")])


def _many_glyphs() -> bytes:
    drawn = b"BT /F1 9 Tf 9 9 Td (" + b"x" * 1_000_000 + b") Tj ET"
    return _pdf_with([deflated(drawn)])


def _huge_page() -> bytes:
    return pdf("").replace(b"[0 0 612 792]", b"[0 0 9e9 9e9]")


BOMBS: dict[str, tuple[Callable[[], bytes], set[str]]] = {
    "docx of a ratio of a thousand": (
        lambda: make.docx(bytes(100 * MEGABYTE)),
        {Why.TOO_LARGE},
    ),
    "docx of empty paragraphs": (
        lambda: make.docx(b"<w:p/>" * 4_000_000),
        {Why.TOO_LARGE},
    ),
    "xlsx of empty cells": (
        lambda: make.xlsx(b'<row><c t="n"><v>1</v></c></row>' * 2_000_000),
        {Why.TOO_LARGE},
    ),
    "epub chapter": (
        lambda: make.epub(b"<p>" + b" " * 30 * MEGABYTE),
        {Why.TOO_LARGE},
    ),
    "docx whose directory lies": (
        lambda: make.lying_about_size(
            make.docx(b"<w:p/>" * 4_000_000), "word/document.xml", 5000
        ),
        {Why.TOO_LARGE, Why.DAMAGED},
    ),
    "archive of overlapping entries": (
        lambda: make.overlapping(bytes(MEGABYTE), 2000),
        {Why.TOO_LARGE, Why.DAMAGED},
    ),
    "archive of 21,000 entries": (
        lambda: make.docx(more={f"word/{i}": "" for i in range(21_000)}),
        {Why.TOO_LARGE},
    ),
    "billion laughs in docx": (
        lambda: make.docx(
            make.words("&i;"), prologue=LAUGHS.replace("x [", "w:document [")
        ),
        {Why.DAMAGED, Why.TOO_LARGE, Why.EMPTY},
    ),
    "pdf stream of 100 MB": (_deflate_bomb, set(Why)),
    "pdf stream packed three times": (_nested_filters, set(Why)),
    "pdf pages that contain each other": (_recursive_pages, set(Why)),
    "pdf forms that draw themselves": (_recursive_forms, set(Why)),
    "pdf page of continents": (_huge_page, {Why.EMPTY, Why.DAMAGED}),
}


@pytest.mark.parametrize("name", BOMBS)
async def test_a_bomb_ends_typed_and_the_next_file_is_read(
    read: Read, name: str
) -> None:
    """
    What unpacks, nests or counts without end is refused, and only it.
    """
    bomb, reasons = BOMBS[name]

    reading = await read(bomb())
    after = await read(HARMLESS)

    assert reading.reason in reasons
    assert "as if nothing had been" in after.text


async def test_a_claimed_number_of_pages_is_not_believed(read: Read) -> None:
    """
    A file that counts a billion pages has the one that it has, or fails.
    """
    reading = await read(_huge_count())

    assert reading.reason is not None or len(reading.events) == 2


async def test_a_page_of_millions_of_letters_ends(read: Read) -> None:
    """
    More letters than a page can have are left out or refused.
    """
    reading = await read(_many_glyphs())

    assert reading.failure is not None or len(reading.text) <= 1_000_000
