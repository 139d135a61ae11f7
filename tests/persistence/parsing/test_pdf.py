"""PDF: the order in which a page is read, and pages that have none."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from persistence.documents.parsing import media_types
from persistence.documents.parsing.domain import (
    BlockKind,
    Event,
    FailureReason,
    Opened,
    Page,
    PageFailed,
    ParseError,
    Reader,
    Source,
)
from persistence.documents.parsing.readers.pdf import PdfReader
from persistence.documents.parsing.readers.pdf_pdfium import PdfiumReader
from persistence.documents.parsing.readers.pdf_pypdf import PypdfReader, SecondOpinion
from tests.persistence.parsing.pdf_files import (
    assemble,
    encrypted,
    line,
    paragraph,
    pdf,
    picture_page,
    stream,
)

LEFT = [
    "The heart pumps blood through two circuits, of",
    "which the smaller one passes the lungs and takes",
    "up oxygen there, while the larger one supplies all",
    "other organs. Valves keep the blood from flowing",
    "back between two beats, so that each contrac-",
    "tion moves it on in one direction only, always",
]
RIGHT = [
    "towards the capillaries. There it gives off what",
    "the tissue needs and takes up what it must get",
    "rid of. The veins bring it back to the atria, from",
    "where it reaches the ventricles again. At rest the",
    "whole way takes about one minute, and in sport a",
    "third of that, because the heart beats faster.",
]


def events(reader: Reader, tmp_path: Path, data: bytes) -> Iterator[Event]:
    """Reads bytes in this process."""
    path = tmp_path / "original.pdf"
    path.write_bytes(data)
    return reader.read(Source(path, path.name, media_types.PDF))


def only_page(tmp_path: Path, data: bytes) -> Page:
    """The one page of a file."""
    _, page = events(PdfiumReader(), tmp_path, data)
    assert isinstance(page, Page)
    return page


@pytest.mark.parity("A25")
@pytest.mark.parametrize("reader", [PdfiumReader(), PypdfReader(), PdfReader()])
class TestEveryAdapter:
    """What holds of each library behind the port."""

    def test_opens_then_gives_pages_in_order(
        self, reader: Reader, tmp_path: Path
    ) -> None:
        """
        First the number of pages and the title, then each page with its text.
        """
        data = pdf(
            *(line(f"This is page {number}.", y=700) for number in (1, 2, 3)),
            info="/Title (A short guide)",
        )

        opened, *pages = events(reader, tmp_path, data)

        assert Opened(page_count=3, title="A short guide") == opened
        assert [(n, f"This is page {n}.") for n in (1, 2, 3)] == [
            (page.number, page.text) for page in pages if isinstance(page, Page)
        ]

    def test_labels_pages_as_they_are_printed(
        self, reader: Reader, tmp_path: Path
    ) -> None:
        """
        A preface counts in Roman numerals; a label equal to the number says nothing.
        """
        labels = "/PageLabels << /Nums [0 << /S /r >> 2 << /S /D /St 3 >>] >>"
        page = line("Some text on a page.", y=700)
        data = pdf(page, page, page, catalog=labels)

        found = [e.label for e in events(reader, tmp_path, data) if isinstance(e, Page)]

        assert ["i", "ii", ""] == found

    def test_says_that_a_password_is_needed(
        self, reader: Reader, tmp_path: Path
    ) -> None:
        """
        ENCRYPTED, not DAMAGED: its owner can help.
        """
        data = encrypted(pdf(line("Secret.", y=700)), user="a", owner="b")

        with pytest.raises(ParseError) as failure:
            list(events(reader, tmp_path, data))

        assert FailureReason.ENCRYPTED == failure.value.reason

    def test_refuses_what_is_no_pdf(self, reader: Reader, tmp_path: Path) -> None:
        """
        A header alone makes no document.
        """
        with pytest.raises(ParseError) as failure:
            list(events(reader, tmp_path, b"%PDF-1.7\n" + b"nothing else\n" * 50))

        assert FailureReason.DAMAGED == failure.value.reason

    def test_a_page_of_pictures_has_no_text_layer(
        self, reader: Reader, tmp_path: Path
    ) -> None:
        """
        Without an engine for it, the page fails and says why.
        """
        data = picture_page(20, 20, bytes(range(200)) * 2)

        _, page = events(reader, tmp_path, data)

        assert PageFailed(1, FailureReason.NO_TEXT_LAYER) == page

    def test_an_empty_page_is_empty(self, reader: Reader, tmp_path: Path) -> None:
        """
        A blank page is no failure.
        """
        _, page = events(reader, tmp_path, pdf(""))

        assert Page(1, ()) == page


def test_columns_are_read_one_after_the_other(tmp_path: Path) -> None:
    """
    A word divided at a line's end is whole, and the sentence goes on at the top.
    """
    content = paragraph(LEFT, top=700) + "\n" + paragraph(RIGHT, x=330, top=700)

    page = only_page(tmp_path, pdf(content))

    assert (
        "so that each contraction moves it on in one direction only, always"
        " towards the capillaries. There it gives off what the tissue needs"
    ) in page.text


@pytest.mark.parametrize("order", ["across", "shuffled"])
def test_columns_drawn_in_another_order_are_still_columns(
    tmp_path: Path, order: str
) -> None:
    """
    A page that draws line by line across both columns is not read across.
    """
    drawn = []
    for i, (left, right) in enumerate(zip(LEFT, RIGHT, strict=True)):
        drawn.append(line(left, y=700 - 13 * i))
        drawn.append(line(right, x=330, y=700 - 13 * i))
    if order == "shuffled":
        drawn = drawn[::3] + drawn[1::3] + drawn[2::3]

    page = only_page(tmp_path, pdf("\n".join(drawn)))

    assert "circuits, of which the smaller one passes the lungs and takes" in page.text
    assert "from where it reaches the ventricles again." in page.text


def test_columns_whose_lines_are_not_level_do_not_mix(tmp_path: Path) -> None:
    """
    Lines that are drawn across, a little lower in one column, are lines of their own.
    """
    drawn = []
    for i, (left, right) in enumerate(zip(LEFT, RIGHT, strict=True)):
        drawn.append(line(left, y=700 - 13 * i))
        drawn.append(line(right, x=330, y=697 - 13 * i))

    page = only_page(tmp_path, pdf("\n".join(drawn)))

    assert "circuits, of which the smaller one passes the lungs and takes" in page.text
    assert "from where it reaches the ventricles again." in page.text


def test_text_that_is_turned_stands_apart(tmp_path: Path) -> None:
    """
    A label that runs upwards beside the text is read whole, after it.
    """
    label = "BT /F1 11 Tf 0 1 -1 0 60 500 Tm (Sent on) Tj 80 0 Td (3 May) Tj ET"
    aslant = "BT /F1 40 Tf 0.7 0.7 -0.7 0.7 100 400 Tm (DRAFT) Tj ET"
    content = "\n".join((aslant, label, paragraph(LEFT, x=72, top=700)))

    page = only_page(tmp_path, pdf(content))

    assert [" ".join(LEFT)[:40], "Sent on 3 May", "DRAFT"] == [
        block.text[:40] for block in (page.blocks[0], *page.blocks[-2:])
    ]


def test_glyphs_without_meaning_are_not_text(tmp_path: Path) -> None:
    """
    A font that does not say what its glyphs are gives their numbers.
    """
    letters = {code: chr(code % 31 + 1) for code in range(97, 123, 2)}
    letters |= dict.fromkeys(range(98, 123, 2), "!")
    content = paragraph([text.lower() for text in LEFT], top=700)

    _, page = events(PdfiumReader(), tmp_path, _with_map(letters, content))

    assert PageFailed(1, FailureReason.UNREADABLE_TEXT) == page


def test_a_table_keeps_its_rows_and_cells(tmp_path: Path) -> None:
    """
    One row on each line, the header first.
    """
    rows = [
        ("Substance", "Melts at", "Boils at"),
        ("Water", "0", "100"),
        ("Ethanol", "-114", "78"),
        ("Mercury", "-39", "357"),
    ]
    drawn = [
        line(cell, x=72 + 120 * column, y=600 - 16 * row)
        for row, cells in enumerate(rows)
        for column, cell in enumerate(cells)
    ]
    text = paragraph(LEFT[:3], top=700)

    page = only_page(tmp_path, pdf("\n".join([text, *drawn])))

    assert BlockKind.TABLE == page.blocks[-1].kind
    assert "\n".join(" | ".join(row) for row in rows) == page.blocks[-1].text


def test_large_letters_are_headings(tmp_path: Path) -> None:
    """
    The larger, the higher; what has the usual size is none.
    """
    content = "\n".join(
        [
            line("The circulation of the blood", y=740, size=22),
            line("Two circuits", y=715, size=15),
            paragraph(LEFT, top=690),
        ]
    )

    page = only_page(tmp_path, pdf(content))

    assert [
        (BlockKind.HEADING, "The circulation of the blood", 1),
        (BlockKind.HEADING, "Two circuits", 2),
        (BlockKind.PARAGRAPH, 0),
    ] == [
        (b.kind, b.text, b.level) if b.level else (b.kind, b.level) for b in page.blocks
    ]


def _with_map(code_points: dict[int, str], content: str) -> bytes:
    """A page in a font whose codes mean what a map says; widths are half an em."""
    lines = "".join(
        f"<{code:02X}> <{text.encode('utf-16-be').hex()}>\n"
        for code, text in code_points.items()
    )
    mapping = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n"
        "1 begincodespacerange <00> <FF> endcodespacerange\n"
        f"{len(code_points)} beginbfchar\n{lines}endbfchar endcmap end end"
    )
    widths = " ".join(["500"] * 256)
    font = (
        "<< /Type /Font /Subtype /TrueType /BaseFont /Some /FirstChar 0 /LastChar 255"
        f" /Widths [{widths}] /ToUnicode 7 0 R >>"
    )
    return assemble(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [5 0 R] /Count 1 >>",
            font.encode(),
            b"<< >>",
            (
                b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792]"
                b" /Resources << /Font << /F1 3 0 R >> >> /Contents 6 0 R >>"
            ),
            stream(content.encode("latin-1")),
            stream(mapping.encode()),
        ]
    )


ARABIC = "\u0627\u0644\u0643\u062a\u0627\u0628 \u0627\u0644\u062c\u062f\u064a\u062f"
HEBREW = "\u05e1\u05e4\u05e8 \u05d7\u05d3\u05e9 (2024) \u05d1\u05e2\u05d9\u05e8"


@pytest.mark.parametrize("text", [ARABIC, HEBREW])
@pytest.mark.parametrize("drawn", ["as it is seen", "as it is read"])
def test_right_to_left_text_is_read_from_the_right(
    tmp_path: Path, text: str, drawn: str
) -> None:
    """
    Whichever way the glyphs were drawn, letters, words and numbers are in order.
    """
    brackets = str.maketrans("()", ")(")
    seen = text.translate(brackets)[::-1].replace("4202", "2024")
    letters = dict(enumerate(dict.fromkeys(seen), 65))
    codes = {letter: chr(code) for code, letter in letters.items()}
    places = [(100 + 5.5 * i, letter) for i, letter in enumerate(seen)]
    if drawn == "as it is read":
        places.reverse()
    content = "\n".join(
        f"BT /F1 11 Tf {x} 700 Td ({codes[letter]}) Tj ET"
        for x, letter in places
        if letter != " "
    )

    page = only_page(tmp_path, _with_map(letters, content))

    assert text == page.text


def test_vertical_text_is_read_downwards_and_leftwards(tmp_path: Path) -> None:
    """
    Chinese and Japanese columns begin at the right.
    """
    columns = ["\u6625\u7720\u4e0d\u899a\u6681", "\u8655\u8655\u805e\u557c\u9ce5"] * 4
    letters = dict(enumerate(dict.fromkeys("".join(columns)), 65))
    codes = {letter: chr(code) for code, letter in letters.items()}
    content = "\n".join(
        f"BT /F1 20 Tf {500 - 30 * column} {700 - 20 * row} Td ({codes[letter]}) Tj ET"
        for column, letters_of_it in enumerate(columns)
        for row, letter in enumerate(letters_of_it)
    )

    page = only_page(tmp_path, _with_map(letters, content))

    assert "".join(columns) == page.text.replace("\n", "")


def test_letters_that_mean_others_are_not_text(tmp_path: Path) -> None:
    """
    A font with a wrong map gives letters; they are refused, not stored.
    """
    shifted = {code: chr(code + 3) for code in range(33, 120)}
    text = " ".join(LEFT + RIGHT)
    content = "\n".join(
        line(text[i : i + 80], y=700 - 0.15 * i) for i in range(0, len(text), 80)
    )

    _, page = events(PdfiumReader(), tmp_path, _with_map(shifted, content))

    assert PageFailed(1, FailureReason.UNREADABLE_TEXT) == page


@pytest.mark.parametrize("readable", [True, False])
def test_a_second_library_is_asked_for_a_page_without_meaning(
    tmp_path: Path, *, readable: bool
) -> None:
    """
    It may know the letters; where it does not, the failure stays.
    """
    shifted = {code: chr(code + 3) for code in range(33, 120)}
    content = paragraph((LEFT + RIGHT) * 2, top=700)
    path = tmp_path / "original.pdf"
    path.write_bytes(pdf(content) if readable else _with_map(shifted, content))
    failed = PageFailed(1, FailureReason.UNREADABLE_TEXT, "i")

    page = SecondOpinion(Source(path, path.name, media_types.PDF)).of(failed)

    assert isinstance(page, Page) is readable
    assert readable or page == failed


def test_accents_drawn_beside_their_letter_are_put_on_it(tmp_path: Path) -> None:
    """
    Fonts of older typesetters have no letters with accents.
    """
    letters = {65: "\u00b4", 66: "e", 67: "t"}
    content = (
        "BT /F1 11 Tf 100 700 Td (A) Tj ET BT /F1 11 Tf 100 700 Td (BC) Tj ET"
        " BT /F1 11 Tf 111 700 Td (A) Tj ET BT /F1 11 Tf 111 700 Td (B) Tj ET"
    )

    page = only_page(tmp_path, _with_map(letters, content))

    assert "\u00e9t\u00e9" == page.text


def test_what_was_typed_into_a_form_is_text(tmp_path: Path) -> None:
    """
    The value of a field is part of what a person sees.
    """
    appearance = stream(
        b"BT /F1 11 Tf 2 5 Td (Typed by hand) Tj ET",
        b"/Type /XObject /Subtype /Form /BBox [0 0 200 20]"
        b" /Resources << /Font << /F1 3 0 R >> >>",
    )
    data = assemble(
        [
            b"<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [7 0 R] >> >>",
            b"<< /Type /Pages /Kids [5 0 R] /Count 1 >>",
            b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
            b"<< >>",
            (
                b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Annots [7 0 R]"
                b" /Resources << /Font << /F1 3 0 R >> >> /Contents 6 0 R >>"
            ),
            stream(line("Name:", y=700).encode()),
            (
                b"<< /Type /Annot /Subtype /Widget /FT /Tx /T (name) /V (Typed by hand)"
                b" /Rect [120 695 320 715] /F 4 /AP << /N 8 0 R >> >>"
            ),
            appearance,
        ]
    )

    page = only_page(tmp_path, data)

    assert "Name: Typed by hand" == page.text


def test_a_file_without_its_table_is_read_all_the_same(tmp_path: Path) -> None:
    """
    Cut off at its end, a file still has its pages.
    """
    whole = pdf(*(line(f"This is page {n}.", y=700) for n in (1, 2)))
    cut = whole[: whole.index(b"xref")]

    _, *pages = events(PdfReader(), tmp_path, cut)

    assert ["This is page 1.", "This is page 2."] == [
        page.text for page in pages if isinstance(page, Page)
    ]
