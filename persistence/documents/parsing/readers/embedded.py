"""Documents inside documents: what a mail carries, what Word imports when it opens.

They are read in memory, because nothing can be written where readers run. What cannot
be read gives nothing: the document around it still does.
"""

import io
import re
from collections.abc import Callable, Iterator
from pathlib import PurePath

from persistence.documents.parsing.archives import check_open_zip
from persistence.documents.parsing.domain import Block, FailureReason, ParseError
from persistence.documents.parsing.readers.decoding import (
    declared_encoding,
    decode,
    refuse_junk,
)
from persistence.documents.parsing.readers.docx import document_blocks
from persistence.documents.parsing.readers.html_blocks import html_blocks
from persistence.documents.parsing.readers.markdown import markdown_blocks
from persistence.documents.parsing.readers.odf import package_blocks
from persistence.documents.parsing.readers.ooxml import Package
from persistence.documents.parsing.readers.plain import prose_blocks
from persistence.documents.parsing.readers.pptx import presentation_blocks
from persistence.documents.parsing.readers.rtf import rtf_blocks
from persistence.documents.parsing.readers.xlsx import workbook_blocks
from persistence.documents.parsing.readers.zips import open_zip

MAX_DEPTH = 4
"""Documents inside documents inside documents: deeper ones are left out."""
_START = 1 << 12
_LIMIT = 4000
_TEXT_SUFFIXES = frozenset(
    (".txt", ".text", ".csv", ".tsv", ".md", ".log", ".ics", ".vcf", ".xml", ".json")
)
_HTML = re.compile(rb"(?i)\s*(?:<\?xml[^>]*>\s*)?<(?:!doctype html|html|head|body)\b")
_MAIL = re.compile(rb"(?:[A-Za-z-]+:[^\n]*\n(?:[ \t][^\n]*\n)*){2,}")
_BY_MAIN_PART: dict[str, Callable[[Package], Iterator[Block]]] = {
    "word/document.xml": document_blocks,
    "ppt/presentation.xml": presentation_blocks,
    "xl/workbook.xml": lambda package: workbook_blocks(package, _LIMIT),
    "content.xml": package_blocks,
}


def blocks(data: bytes, *, depth: int, name: str = "") -> list[Block]:
    """The text of a document inside another; nothing where there is none.

    Args:
        depth: How many documents it is inside of.
        name: Where the content leaves a choice.
    """
    if depth > MAX_DEPTH:
        return []
    try:
        return list(_blocks(data, depth, name))
    except ParseError:
        return []


def _blocks(data: bytes, depth: int, name: str) -> Iterator[Block]:
    if data.startswith(b"PK\x03\x04"):
        yield from _packed(data, depth)
    elif data.lstrip().startswith(b"{\\rtf"):
        yield from rtf_blocks(data)
    elif _HTML.match(data):
        yield from html_blocks(decode(data, declared=declared_encoding(data[:_START])))
    elif _MAIL.match(data) and b"MIME-Version" in data[:_START]:
        # Imported here, because a mail may carry a mail.
        from persistence.documents.parsing.readers.mail import mail_blocks  # noqa: PLC0415

        yield from mail_blocks(data, depth=depth)
    elif _is_text(data, name):
        text = decode(data)
        refuse_junk(text)
        if PurePath(name.lower()).suffix in (".md", ".markdown"):
            yield from markdown_blocks(text)
        else:
            yield from prose_blocks(iter(text.splitlines(keepends=True)), _LIMIT)


def _is_text(data: bytes, name: str) -> bool:
    """Small pictures decode as a text of some encoding, too; so more must say it."""
    if PurePath(name.lower()).suffix in _TEXT_SUFFIXES:
        return True
    try:
        return bool(data.decode()) and b"\0" not in data
    except UnicodeDecodeError:
        return False


def _packed(data: bytes, depth: int) -> Iterator[Block]:
    check_open_zip(io.BytesIO(data))
    with open_zip(io.BytesIO(data)) as archive:
        package = Package(archive, depth)
        for part, read in _BY_MAIN_PART.items():
            if part in package:
                yield from read(package)
                return
    raise ParseError(FailureReason.UNSUPPORTED_TYPE, "archive")
