"""Word 97 to 2003: the text of each part of a document, from its piece table.

Format: [MS-DOC], https://learn.microsoft.com/openspecs/office_file_formats/ms-doc/
Word 6 and 95 (the same stream, without a piece table unless saved fast) are read, too.
"""

import re
import struct
from collections.abc import Iterator
from itertools import count

from persistence.documents.parsing import media_types
from persistence.documents.parsing.domain import (
    Block,
    Event,
    FailureReason,
    Opened,
    ParseError,
    Source,
)
from persistence.documents.parsing.readers.blocks import paragraph, table
from persistence.documents.parsing.readers.compound import (
    open_compound,
    stream_of,
    title_of,
)
from persistence.documents.parsing.readers.encodings import legacy_encoding
from persistence.documents.parsing.readers.slicing import slice_characters, sliced

_MAGIC = (0xA5EC, 0xA5DC, 0xA697, 0xA698, 0xA699)
"""Of Word 97, of Word 6 and 95, and of the latter in Japanese, Korean and Chinese."""
_WORD_97 = 0xC1
_ENCRYPTED = 0x0100
_SECOND_TABLE = 0x0200
_COMPLEX = 0x0004
_PROPERTIES = 0x01
_PIECE_TABLE = 0x02
_ONE_BYTE = 0x40000000
_FIRST_LENGTH = 0x4C
"""Where the lengths of the parts are: text, footnotes, headers, comments and so on."""
_PARTS = 8
_FIELD = re.compile(
    "\x13[^\x13\x14\x15]*\x15|\x13[^\x13\x14\x15]*\x14([^\x13\x14\x15]*)\x15"
)
_FIELDS_INSIDE = 20
_SIGNS = {
    0x0B: "\n",
    0x0C: "\r",
    0x0E: "\r",
    0x1E: "-",
    0x1F: None,
    0x01: None,
    0x02: None,
    0x03: None,
    0x04: None,
    0x05: None,
    0x08: None,
    0xA0: " ",
}
_CELL = "\x07"
_LINE = re.compile("([^\r\x07]*)([\r\x07]|$)")


class DocReader:
    """Reads .doc and .dot."""

    media_types = frozenset({media_types.DOC})

    def read(self, source: Source) -> Iterator[Event]:
        """See `Reader.read`."""
        with open_compound(source.path) as compound:
            title = title_of(compound)
            main = stream_of(compound, "WordDocument")
            tables = [stream_of(compound, name) for name in ("0Table", "1Table")]
        yield Opened(title=title)
        blocks = text_blocks(document_text(main, tables))
        yield from sliced(blocks, slice_characters(source), count(1))


def document_text(main: bytes, tables: list[bytes]) -> str:
    """All parts of a document after each other, with Word's own control characters.

    Raises:
        ParseError: ENCRYPTED or DAMAGED.
    """
    try:
        magic, version, flags = struct.unpack_from("<HH6xH", main)
        if magic not in _MAGIC:
            raise ParseError(FailureReason.DAMAGED, "not Word")
        if flags & _ENCRYPTED:
            raise ParseError(FailureReason.ENCRYPTED, "Word")
        if version < _WORD_97:
            return _word_95_text(main, in_pieces=bool(flags & _COMPLEX))
        lengths = struct.unpack_from(f"<{_PARTS}i", main, _FIRST_LENGTH)
        offset, size = struct.unpack_from("<II", main, 0x01A2)
        table_stream = tables[1 if flags & _SECOND_TABLE else 0]
        pieces = table_stream[offset : offset + size]
        text = "".join(_pieces(main, pieces, sum(max(each, 0) for each in lengths) + 1))
    except struct.error as error:
        raise ParseError(FailureReason.DAMAGED, "cut off") from error
    if not text and lengths[0] > 1:
        raise ParseError(FailureReason.DAMAGED, "no pieces")
    return text


def _pieces(main: bytes, clx: bytes, total: int) -> Iterator[str]:
    for where, length in _piece_places(clx, total):
        if where & _ONE_BYTE:
            start = (where & ~_ONE_BYTE) // 2
            yield main[start : start + length].decode("cp1252", "replace")
        else:
            yield main[where : where + 2 * length].decode("utf-16-le", "replace")


def _piece_places(clx: bytes, total: int) -> Iterator[tuple[int, int]]:
    """Where each piece of the text begins, and how many characters it has."""
    at = 0
    while at < len(clx) and clx[at] == _PROPERTIES:
        at += 3 + int(struct.unpack_from("<H", clx, at + 1)[0])
    if at >= len(clx) or clx[at] != _PIECE_TABLE:
        return
    (size,) = struct.unpack_from("<I", clx, at + 1)
    at += 5
    number = (size - 4) // 12
    places = struct.unpack_from(f"<{number + 1}I", clx, at)
    for piece in range(number):
        (where,) = struct.unpack_from("<I", clx, at + 4 * (number + 1) + 8 * piece + 2)
        length = min(places[piece + 1], total) - places[piece]
        if length > 0:
            yield where, length


def _word_95_text(main: bytes, *, in_pieces: bool) -> str:
    start, end = struct.unpack_from("<II", main, 0x18)
    data = main[start:end]
    if in_pieces:
        offset, size = struct.unpack_from("<II", main, 0x160)
        places = _piece_places(main[offset : offset + size], len(main))
        data = b"".join(main[where : where + length] for where, length in places)
    return data.decode(legacy_encoding(data), "replace")


def text_blocks(text: str) -> Iterator[Block]:
    """Paragraphs and tables: a mark ends each cell, and one more each row."""
    text = _without_fields(text).translate(_SIGNS)
    rows: list[list[str]] = []
    row: list[str] = []
    cell: list[str] = []
    for line, end in _LINE.findall(text):
        if end == _CELL and not line and not cell and row:
            rows.append(row)
            row = []
        elif end == _CELL:
            row.append("\n".join((*cell, line)))
            cell = []
        elif row:
            cell.append(line)
        else:
            # The first line of a cell cannot be told from a paragraph before it.
            yield from table(rows)
            rows = []
            yield from paragraph(line)
    yield from table([*rows, row] if row else rows)
    yield from paragraph("\n".join(cell))


def _without_fields(text: str) -> str:
    """Fields show their results; they may stand in each other."""
    for _ in range(_FIELDS_INSIDE):
        text, found = _FIELD.subn(lambda match: match[1] or "", text)
        if not found:
            break
    return text


READER = DocReader()
