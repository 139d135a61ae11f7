"""Word and PowerPoint of 1997 to 2003: what their streams say."""

import struct

import pytest

from persistence.documents.parsing.domain import (
    Block,
    BlockKind,
    FailureReason,
    ParseError,
)
from persistence.documents.parsing.media_types import DOC, MSG, PPT, XLS
from persistence.documents.parsing.readers.doc import document_text, text_blocks
from persistence.documents.parsing.readers.ppt_records import persisted, record_at
from tests.persistence.parsing.readers import samples


def word(*pieces: bytes | str, flags: int = 0) -> tuple[bytes, list[bytes]]:
    """The streams of a Word file: pieces of bytes are in cp1252, others in UTF-16."""
    head = bytearray(0x400)
    struct.pack_into("<HH6xH", head, 0, 0xA5EC, 0xC1, flags)
    text = b""
    places, lengths = [], [0]
    for piece in pieces:
        at = len(head) + len(text)
        data = piece if isinstance(piece, bytes) else piece.encode("utf-16-le")
        places.append(at * 2 | 0x40000000 if isinstance(piece, bytes) else at)
        lengths.append(lengths[-1] + len(piece))
        text += data
    struct.pack_into("<i", head, 0x4C, lengths[-1])
    table = struct.pack(f"<{len(lengths)}I", *lengths)
    table += b"".join(struct.pack("<HIH", 0, place, 0) for place in places)
    clx = b"\x02" + struct.pack("<I", len(table)) + table
    struct.pack_into("<II", head, 0x01A2, 0, len(clx))
    return bytes(head) + text, [clx, b""]


class TestWord:
    def test_pieces_are_joined_in_their_encodings(self):
        """
        A file that was edited has its text in pieces, of one or two bytes a letter.
        """
        assert document_text(*word(b"caf\xe9 ", "Привет")) == "café Привет"

    @pytest.mark.parametrize("magic", [0xA5DC, 0xA697])
    def test_word_95_is_read_in_the_encoding_of_its_country(self, magic):
        """
        East Asian editions mark their files with numbers of their own.
        """
        text = (
            "\u3053\u308c\u306f\u65e5\u672c\u8a9e\u306e\u6587\u66f8\u3067\u3059\u3002"
            * 3
        )
        data = text.encode("cp932")
        head = struct.pack("<HH6xH12xII", magic, 0x65, 0, 64, 64 + len(data))

        assert document_text(head.ljust(64, b"\0") + data, [b"", b""]) == text

    def test_marks_become_blocks(self):
        """
        Cells and rows end with the same mark; fields show their results.
        """
        text = "Title\ra\x07b\x07\x071\x072\x07\x07see \x13 LINK x \x14here\x15!\rend\r"

        assert list(text_blocks(text)) == [
            Block(BlockKind.PARAGRAPH, "Title"),
            Block(BlockKind.TABLE, "a | b\n1 | 2"),
            Block(BlockKind.PARAGRAPH, "see here!"),
            Block(BlockKind.PARAGRAPH, "end"),
        ]

    @pytest.mark.parametrize(
        ("main", "tables", "reason"),
        [
            (*word(b"x", flags=0x0100), FailureReason.ENCRYPTED),
            (b"\0" * 0x400, [b"", b""], FailureReason.DAMAGED),
            (b"\xec\xa5\xc1\0", [b"", b""], FailureReason.DAMAGED),
            (word(b"xy")[0], [b"", b""], FailureReason.DAMAGED),
        ],
    )
    def test_what_cannot_be_read_says_why(self, main, tables, reason):
        """
        Encrypted, or not what it should be.
        """
        with pytest.raises(ParseError) as failure:
            document_text(main, tables)

        assert failure.value.reason is reason


class TestPowerPoint:
    def test_the_newest_form_of_each_object_counts(self):
        """
        Files are saved by appending: a later edit hides what an earlier one said.
        """

        def record(kind: int, body: bytes) -> bytes:
            return struct.pack("<HHI", 0, kind, len(body)) + body

        old = record(0x1772, struct.pack("<III", 2 << 20 | 1, 100, 200))
        first = record(0x0FF5, struct.pack("<IIIII", 0, 0, 0, 0, 1))
        new = record(0x1772, struct.pack("<II", 1 << 20 | 2, 300))
        edit = len(old)
        newest = len(old + first + new)
        last = record(0x0FF5, struct.pack("<IIIII", 0, 0, edit, len(old + first), 1))

        assert persisted(old + first + new + last, newest) == (1, {1: 100, 2: 300})

    def test_a_place_outside_of_the_file_has_no_record(self):
        """
        Places in a damaged file are any numbers.
        """
        assert record_at(b"\0" * 8, 1) is None
        assert record_at(b"\0" * 8, -5) is None


class TestContainers:
    @pytest.mark.parametrize("media_type", [DOC, PPT, MSG, XLS])
    def test_what_is_no_container_is_damaged(self, tmp_path, media_type):
        """
        Whatever a reader opens, its failure has a reason.
        """
        with pytest.raises(ParseError) as failure:
            samples.read(
                tmp_path, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 2000, media_type
            )

        assert failure.value.reason is FailureReason.DAMAGED
