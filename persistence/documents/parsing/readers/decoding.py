"""Text files as text, whatever their encoding, without holding them in memory."""

import codecs
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from persistence.documents.parsing.domain import FailureReason, ParseError
from persistence.documents.parsing.readability import looks_like_text
from persistence.documents.parsing.readers.encodings import (
    SAMPLE_BYTES,
    escaped_encoding,
    is_mostly_utf8,
    legacy_encoding,
    unicode_encoding,
)

_START = 1 << 14
_STEP = 1 << 20
_LINE = 1 << 16
"""Longer lines are taken in pieces."""
_WHATWG = {
    # What web pages and mails mean by these names: https://encoding.spec.whatwg.org/
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "euc_kr": "cp949",
    "shift_jis": "cp932",
    "big5": "big5hkscs",
}


def open_text(path: Path, *, declared: str = "") -> IO[str]:
    """Opens a text file.

    Args:
        declared: The encoding that the file itself or its carrier names; believed
            when the file can be decoded with it.

    Raises:
        ParseError: EMPTY, or UNREADABLE_TEXT for what is text in no encoding.
    """
    encoding = encoding_of(path, declared=declared)
    text = path.open(encoding=encoding, errors="replace", newline=None)
    try:
        refuse_junk(text.read(_START))
        text.seek(0)
    except ParseError:
        text.close()
        raise
    return text


def encoding_of(path: Path, *, declared: str = "") -> str:
    """The encoding of a file, as Python names it.

    Raises:
        ParseError: EMPTY, or UNREADABLE_TEXT.
    """
    with path.open("rb") as file:
        return _encoding(file, declared)


def decode(data: bytes, *, declared: str = "") -> str:
    """Decodes a small text. Whether it has meaning is the caller's question.

    Raises:
        ParseError: UNREADABLE_TEXT.
    """
    if not data:
        return ""
    return data.decode(_encoding(io.BytesIO(data), declared), "replace")


def refuse_junk(text: str) -> None:
    """Lets only text pass.

    Raises:
        ParseError: EMPTY or UNREADABLE_TEXT.
    """
    if not text.strip("\0\ufeff \t\r\n\f"):
        raise ParseError(FailureReason.EMPTY)
    if not looks_like_text(text):
        raise ParseError(FailureReason.UNREADABLE_TEXT)


def known_encoding(name: str) -> str:
    """Python's name for an encoding that somebody named; empty for an unknown one."""
    try:
        found = codecs.lookup(name.strip(" \t\"'")).name
    except (LookupError, ValueError):
        return ""
    return _WHATWG.get(found, found) if found not in _NOT_TEXT else ""


_NOT_TEXT = frozenset(
    {"base64", "bz2", "hex", "quopri", "rot13", "uu", "zlib", "idna", "punycode"}
    | {"unicode_escape", "raw-unicode-escape", "undefined", "mbcs", "oem"}
)


def _encoding(file: IO[bytes], declared: str) -> str:
    start = file.read(_START)
    if not start:
        raise ParseError(FailureReason.EMPTY)
    if found := unicode_encoding(start):
        return found
    if b"\0" in start.rstrip(b"\0"):
        raise ParseError(FailureReason.UNREADABLE_TEXT, "binary")
    if escaped := escaped_encoding(start):
        return escaped
    named = known_encoding(declared) if declared else ""
    # The bytes of UTF-7 are ASCII, so nothing but its name tells it.
    first = [named, "utf-8"] if named == "utf-7" else ["utf-8"]
    for encoding in first if named.startswith("utf") else [*first, named]:
        file.seek(0)
        if encoding and _decodes(file, encoding):
            return encoding
    file.seek(0)
    sample = b"".join(_telling(file))
    if is_mostly_utf8(sample):
        return "utf-8"
    return legacy_encoding(sample)


def _decodes(file: IO[bytes], encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        while step := file.read(_STEP):
            decoder.decode(step)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        # A file that was cut off in the middle of its last character is still that.
        return error.reason == "unexpected end of data" and not file.read(1)
    return True


def _telling(file: IO[bytes]) -> Iterator[bytes]:
    """The lines that are not ASCII, as many as tell the encoding."""
    left = SAMPLE_BYTES
    while left > 0 and (line := file.readline(_LINE)):
        if not line.isascii():
            yield line[:left]
            left -= len(line)


def lines_of(text: IO[str]) -> Iterator[str]:
    """Lines with their ends; a very long one comes in pieces that end at a blank."""
    rest = ""
    while line := text.readline(_LINE):
        line = rest + line
        rest = ""
        if len(line) >= _LINE and not line.endswith("\n"):
            end = line.rfind(" ") + 1
            line, rest = (line[:end], line[end:]) if end else (line, "")
        yield line
    if rest:
        yield rest


_META = re.compile(rb"(?i)<meta[^>]+charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]+)")
_XML = re.compile(rb"(?i)^\s*<\?xml[^>]+encoding\s*=\s*[\"']([A-Za-z0-9_:.-]+)")


def declared_encoding(start: bytes) -> str:
    """The encoding that HTML or XML names in its first bytes; empty for none."""
    found = _XML.search(start) or _META.search(start)
    return found[1].decode("ascii") if found else ""
