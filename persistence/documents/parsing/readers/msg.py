"""Outlook's messages: the properties that a mail has in a compound file.

Format: [MS-OXMSG] and, for compressed RTF, [MS-OXRTFCP],
https://learn.microsoft.com/openspecs/exchange_server_protocols/ms-oxmsg/
"""

import struct
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count

import olefile

from persistence.documents.parsing import media_types
from persistence.documents.parsing.domain import Block, Event, Opened, Source
from persistence.documents.parsing.readers import embedded
from persistence.documents.parsing.readers.blocks import heading, paragraph
from persistence.documents.parsing.readers.compound import open_compound, stream_of
from persistence.documents.parsing.readers.compressed_rtf import decompressed
from persistence.documents.parsing.readers.decoding import declared_encoding, decode
from persistence.documents.parsing.readers.html_blocks import html_blocks
from persistence.documents.parsing.readers.plain import prose_blocks
from persistence.documents.parsing.readers.rtf import rtf_blocks
from persistence.documents.parsing.readers.slicing import slice_characters, sliced

_SUBJECT = 0x0037
_FROM = (0x0C1A, 0x0C1F)
_TO, _CC = 0x0E04, 0x0E03
_SENT = 0x0039
_BODY, _RTF, _HTML = 0x1000, 0x1009, 0x1013
_DATA, _NAMES = 0x3701, (0x3707, 0x3704, 0x3001)
_UNICODE, _BYTES, _BINARY, _TIME = 0x001F, 0x001E, 0x0102, 0x0040
_HEADER = 32
_PROPERTY = 16
_LIMIT = 4000
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)


class MsgReader:
    """Reads .msg."""

    media_types = frozenset({media_types.MSG})

    def read(self, source: Source) -> Iterator[Event]:
        """See `Reader.read`."""
        with open_compound(source.path) as compound:
            message = _Message(compound, "")
            subject = message.text(_SUBJECT)
            yield Opened(title=subject)
            blocks = message.blocks(0)
            yield from sliced(blocks, slice_characters(source), count(1), subject)


class _Message:
    """A message, or an attachment of one: a folder of properties."""

    def __init__(self, compound: olefile.OleFileIO, folder: str) -> None:
        self._compound = compound
        self._folder = folder

    def blocks(self, depth: int) -> Iterator[Block]:
        yield from heading(self.text(_SUBJECT), 1)
        sender = [text for text in map(self.text, _FROM) if text]
        lines = {
            "From": " ".join(dict.fromkeys(sender)),
            "To": self.text(_TO),
            "Cc": self.text(_CC),
            "Date": self._sent(),
        }
        yield from paragraph("\n".join(f"{k}: {v}" for k, v in lines.items() if v))
        yield from self._body()
        for attached in self._attachments():
            yield from attached._attachment(depth)  # noqa: SLF001 - One of its own.

    def text(self, tag: int) -> str:
        data = self._read(tag, _UNICODE)
        if data:
            return data.decode("utf-16-le", "replace").rstrip("\0")
        return decode(self._read(tag, _BYTES).rstrip(b"\0"))

    def _body(self) -> Iterator[Block]:
        text = self.text(_BODY)
        html = self._read(_HTML, _BINARY)
        rtf = self._read(_RTF, _BINARY)
        if text.strip():
            yield from prose_blocks(iter(text.splitlines(keepends=True)), _LIMIT)
        elif html:
            yield from html_blocks(decode(html, declared=declared_encoding(html)))
        elif rtf:
            yield from rtf_blocks(decompressed(rtf))

    def _attachment(self, depth: int) -> Iterator[Block]:
        name = next((text for text in map(self.text, _NAMES) if text), "")
        yield from paragraph(f"Attachment: {name}" if name else "")
        inside = f"{self._folder}__substg1.0_{_DATA:04X}000D/"
        if self._compound.exists(f"{inside}__properties_version1.0"):
            if depth < embedded.MAX_DEPTH:
                yield from _Message(self._compound, inside).blocks(depth + 1)
        else:
            data = self._read(_DATA, _BINARY)
            if data:
                yield from embedded.blocks(data, depth=depth + 1, name=name)

    def _attachments(self) -> Iterator["_Message"]:
        parts = len(self._folder.split("/")) - 1
        folders = {
            path[parts]
            for path in self._compound.listdir()
            if len(path) > parts + 1
            and "/".join(path[:parts]) == self._folder.rstrip("/")
            and path[parts].startswith("__attach_version1.0_")
        }
        for folder in sorted(folders):
            yield _Message(self._compound, f"{self._folder}{folder}/")

    def _read(self, tag: int, kind: int) -> bytes:
        return stream_of(
            self._compound, f"{self._folder}__substg1.0_{tag:04X}{kind:04X}"
        )

    def _sent(self) -> str:
        data = stream_of(self._compound, f"{self._folder}__properties_version1.0")
        header = _HEADER if not self._folder else _HEADER - 8
        for at in range(header, len(data) - _PROPERTY + 1, _PROPERTY):
            kind, tag, _, value = struct.unpack_from("<HHIQ", data, at)
            if (tag, kind) == (_SENT, _TIME):
                moment = _EPOCH + timedelta(microseconds=value // 10)
                return moment.strftime("%Y-%m-%d %H:%M UTC")
        return ""


READER = MsgReader()
