"""Mails and mailboxes: headers, the best form of the text, what is attached."""

import re
from collections.abc import Iterator
from email import policy
from email.errors import HeaderParseError, MessageError
from email.header import Header, decode_header
from email.message import Message
from email.parser import BytesParser
from itertools import chain, count
from pathlib import Path

from persistence.documents.parsing import media_types
from persistence.documents.parsing.domain import (
    Block,
    BlockKind,
    Event,
    FailureReason,
    Opened,
    ParseError,
    Source,
)
from persistence.documents.parsing.normalise import one_line
from persistence.documents.parsing.readers import embedded
from persistence.documents.parsing.readers.blocks import heading, paragraph
from persistence.documents.parsing.readers.decoding import decode, known_encoding
from persistence.documents.parsing.readers.html_blocks import html_blocks
from persistence.documents.parsing.readers.plain import prose_blocks
from persistence.documents.parsing.readers.slicing import slice_characters, sliced

_HEADERS = ("From", "To", "Cc", "Date")
_LINE = 1 << 16
_MESSAGE_BYTES = 64 << 20
_LIMIT = 4000
_RICHER = 1.5
"""The page is taken when it says this much more than the plain text beside it."""
_SEPARATOR = re.compile(rb"From \S+.*\d{4}")
_FLOWED = re.compile(r" \n(?!>)")


class MailReader:
    """Reads .eml and .mbox."""

    media_types = frozenset({media_types.EMAIL, media_types.MBOX})

    def read(self, source: Source) -> Iterator[Event]:
        """See `Reader.read`."""
        messages = _messages(source.path)
        first = next(messages, b"")
        if not first.strip():
            raise ParseError(FailureReason.EMPTY)
        yield Opened(title=_header(_parsed(first), "Subject"))
        numbers = count(1)
        limit = slice_characters(source)
        for data in chain([first], messages):
            blocks = list(mail_blocks(data, depth=0))
            title = next(
                (each for each in blocks if each.kind is BlockKind.HEADING), None
            )
            yield from sliced(blocks, limit, numbers, title.text if title else "")


def mail_blocks(data: bytes, *, depth: int) -> Iterator[Block]:
    """One mail: subject, who and when, text, attachments."""
    yield from _message_blocks(_parsed(data), depth)


def _messages(path: Path) -> Iterator[bytes]:
    """The messages of a mailbox, one in memory; a mail is a box with one."""
    held: list[bytes] = []
    size = 0
    blank = True
    with path.open("rb") as file:
        while line := file.readline(_LINE):
            if blank and _SEPARATOR.match(line) and (held or file.tell() == len(line)):
                if held:
                    yield b"".join(held)
                held, size = [], 0
                continue
            blank = not line.strip()
            size += len(line)
            if size > _MESSAGE_BYTES:
                raise ParseError(FailureReason.TOO_LARGE, "message")
            # ">From" is how boxes write a line that is no separator.
            held.append(line[1:] if line.startswith(b">From ") else line)
    if held:
        yield b"".join(held)


def _parsed(data: bytes) -> Message:
    try:
        return BytesParser(policy=policy.compat32).parsebytes(data.lstrip(b"\r\n"))
    except (MessageError, ValueError, RecursionError) as error:
        raise ParseError(FailureReason.DAMAGED, "mail") from error


def _message_blocks(message: Message, depth: int) -> Iterator[Block]:
    yield from heading(_header(message, "Subject"), 1)
    lines = ((name, _header(message, name)) for name in _HEADERS)
    yield from paragraph("\n".join(f"{name}: {text}" for name, text in lines if text))
    yield from _part_blocks(message, depth)


def _part_blocks(part: Message, depth: int) -> Iterator[Block]:
    kind = part.get_content_type()
    name = _file_name(part)
    if kind == "message/rfc822" and part.is_multipart():
        for each in part.get_payload():
            if isinstance(each, Message) and depth < embedded.MAX_DEPTH:
                yield from _message_blocks(each, depth + 1)
    elif kind == "multipart/alternative":
        yield from _best(
            [list(_part_blocks(each, depth)) for each in _parts(part)], part
        )
    elif part.is_multipart():
        for each in _parts(part):
            yield from _part_blocks(each, depth)
    elif part.get_content_disposition() == "attachment" or (
        name and not kind.startswith("text/")
    ):
        yield from paragraph(f"Attachment: {name}" if name else "")
        yield from embedded.blocks(_data(part), depth=depth + 1, name=name)
    else:
        yield from _text_blocks(part, kind)


def _text_blocks(part: Message, kind: str) -> Iterator[Block]:
    text = _text(part)
    if kind in ("text/html", "application/xhtml+xml"):
        yield from html_blocks(text)
    elif kind.startswith("text/"):
        if part.get_param("format") == "flowed":
            text = _FLOWED.sub(" ", text)
        yield from prose_blocks(iter(text.splitlines(keepends=True)), _LIMIT)


def _best(choices: list[list[Block]], part: Message) -> list[Block]:
    """The plain text, unless the page beside it says much more."""
    sizes = [sum(len(block.text) for block in choice) for choice in choices]
    if not sizes:
        return []
    kinds = [each.get_content_type() for each in _parts(part)]
    plain = kinds.index("text/plain") if "text/plain" in kinds else None
    most = sizes.index(max(sizes))
    if plain is not None and sizes[plain] * _RICHER >= sizes[most]:
        return choices[plain]
    return choices[most]


def _parts(part: Message) -> list[Message]:
    payload = part.get_payload()
    if not isinstance(payload, list):
        return []
    return [each for each in payload if isinstance(each, Message)]


def _data(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _text(part: Message) -> str:
    declared = str(part.get_param("charset") or "")
    try:
        return decode(_data(part), declared=declared)
    except ParseError:
        return ""  # Called text by its sender; the rest of the mail is read.


def _header(message: Message, name: str) -> str:
    value = message.get(name)
    return "" if value is None else one_line(decoded_header(value))


def decoded_header(value: Header | str) -> str:
    """A header with its encoded words decoded, and raw bytes by their letters."""
    try:
        pieces = decode_header(value)
    except (HeaderParseError, ValueError):
        return str(value)
    text = ""
    for piece, charset in pieces:
        if isinstance(piece, str):
            text += piece
            continue
        known = known_encoding(charset) if charset else ""
        text += piece.decode(known, "replace") if known else decode(piece)
    return text


def _file_name(part: Message) -> str:
    name = part.get_filename()
    return one_line(decoded_header(name)) if name else ""


READER = MailReader()
