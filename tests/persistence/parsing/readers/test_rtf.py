"""RTF: bytes in the encodings of their fonts, tables, notes."""

# ruff: noqa: RUF001 - Letters of other scripts look alike.

import pytest

from persistence.documents.parsing.domain import (
    Block,
    BlockKind,
    FailureReason,
    ParseError,
)
from persistence.documents.parsing.readers.compressed_rtf import decompressed
from persistence.documents.parsing.readers.rtf import rtf_blocks


def texts(body: bytes) -> list[str]:
    """The texts of a file with a body."""
    return [block.text for block in rtf_blocks(rb"{\rtf1\ansi " + body + b"}")]


class TestRtf:
    @pytest.mark.parametrize(
        ("body", "expected"),
        [
            (rb"\ansicpg1251 \'cf\'f0\'e8\'e2\'e5\'f2", "Привет"),
            (rb"{\fonttbl{\f1\fcharset128 M;}}\f1 \'93\'fa\'83A", "日ア"),
            (rb"{\fonttbl{\f1\fcharset161 M;}}{\f1 \'e1}b", "αb"),
            (rb"\uc1 \u1055?\u8364 ?x", "П€x"),
            (rb"\uc2 \u-10179\'3f\'3f\u-8704\'3f\'3f!", "😀!"),
            (rb"a\~b\emdash c\rquote d", "a b—c’d"),
        ],
    )
    def test_bytes_are_read_in_the_encoding_of_their_font(self, body, expected):
        """
        Code page, character set, or Unicode with a fallback that is passed over.
        """
        assert texts(body) == [expected]

    def test_tables_notes_and_headers(self):
        """
        Rows keep their columns; a note follows its paragraph; a header that sections
        repeat is said once.
        """
        found = texts(
            rb"{\header top\par}one{\footnote noted\par twice} two\par{\header top\par}"
            rb"\trowd\intbl a\cell b\cell\row"
            rb"\trowd\intbl 1\cell 2\cell\row\pard end\par"
        )

        assert found == ["one two", "top", "noted", "twice", "a | b\n1 | 2", "end"]

    def test_what_is_not_text_is_passed_over(self):
        """
        Pictures, styles, instructions of fields, unknown groups, hidden text, binary
        data.
        """
        found = texts(
            rb"{\stylesheet{\s1 heading 1;}}{\*\unknown no}{\pict 00ff}"
            rb"{\field{\*\fldinst LINK}{\fldrslt shown}}{\v hidden}\bin3 {}{ end"
        )

        assert found == ["shown end"]

    def test_headings_and_items_have_their_kinds(self):
        """
        By outline level, and by the text of the list's label.
        """
        found = list(
            rtf_blocks(
                rb"{\rtf1 \pard\outlinelevel1 Head\par"
                rb"\pard{\listtext 2.\tab}item\par{\listtext\'b7\tab}dot\par}"
            )
        )

        assert found == [
            Block(BlockKind.HEADING, "Head", 2),
            Block(BlockKind.LIST_ITEM, "2. item"),
            Block(BlockKind.LIST_ITEM, "dot"),
        ]

    def test_a_file_that_was_cut_off_says_so(self):
        """
        A text without its end is not taken for a whole one.
        """
        with pytest.raises(ParseError) as failure:
            list(rtf_blocks(rb"{\rtf1 some {\b text"))

        assert failure.value.reason is FailureReason.DAMAGED


class TestCompressed:
    def test_outlooks_compression_is_undone(self):
        """
        The example of [MS-OXRTFCP], 3.1.1.
        """
        packed = bytes.fromhex(
            "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af320"
            "68656c090020627705b06c647d0a800fa0"
        )

        found = decompressed(packed)

        assert found == b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"
