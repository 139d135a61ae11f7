"""Which kind of text a file is, or that it is none."""

import re
from pathlib import Path, PurePath

from persistence.documents.parsing import media_types as of
from persistence.documents.parsing.domain import FailureReason, ParseError
from persistence.documents.parsing.sniff.markup import HTML_TAG, sniff_markup
from persistence.documents.parsing.sniff.structured import (
    sniff_json,
    sniff_mail,
    sniff_table,
)

_BY_EXTENSION = {
    ".csv": of.CSV,
    ".tsv": of.TSV,
    ".tab": of.TSV,
    ".md": of.MARKDOWN,
    ".markdown": of.MARKDOWN,
    ".mdx": of.MARKDOWN,
    ".html": of.HTML,
    ".htm": of.HTML,
    ".xhtml": of.HTML,
    ".eml": of.EMAIL,
    ".mbox": of.MBOX,
    ".xml": of.XML,
    ".json": of.JSON,
    ".jsonl": of.JSON_LINES,
    ".ndjson": of.JSON_LINES,
    ".ipynb": of.JSON,
}
_UNTOLD = frozenset({"", ".txt", ".text", ".bin", ".dat", ".tmp"})
"""Extensions that leave it to the content; any other one names a kind of its own."""

_BY_NAME_ALONE = frozenset((of.CSV, of.TSV, of.MARKDOWN, of.MBOX, of.EMAIL))

_BOMS = (
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
# Bytes that no text has in any encoding; escape begins ISO 2022's characters.
_CONTROL_BYTES = bytes({*range(0x20), 0x7F} - {*b"\t\n\r\f\v\b\x1a\x1b"})
_CONTROLS = re.compile(
    r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufffd\ufffe\uffff]"  # Not NEL, U+0085.
)
_CONTROL_SHARE = 0.005
_ZERO_SHARE = 0.05
"""Of the high bytes of UTF-16: blanks and line ends have zeros in every script."""

_NOT_DOCUMENTS = re.compile(r"%!PS|-----BEGIN |begin [0-7]{3} \S+\n|!<arch>")
_MARKDOWN = (
    re.compile(r"(^|\n\n?)#{1,6} \S.*\n\s*\n"),
    re.compile(r"^(```|~~~)\w*$", re.MULTILINE),
    re.compile(r"\[[^\]\n]+\]\((https?://|\.{0,2}/|#)[^)\s]+\)"),
    re.compile(r"^\|?\s*:?-{3,}:?\s*\|", re.MULTILINE),
    re.compile(r"\*\*[^*\n]+\*\*"),
)
_MARKDOWN_SIGNS = 2


def sniff_text(path: Path, name: str, head: bytes, tail: bytes) -> str:
    """The media type of a text.

    Raises:
        ParseError: UNSUPPORTED_TYPE for what is no text, EMPTY for blanks only.
    """
    start = _roughly_decoded(head).lstrip("\ufeff\xef\xbb\xbf \t\r\n")
    if not start:
        raise ParseError(FailureReason.EMPTY, "blanks only")
    if _NOT_DOCUMENTS.match(start):
        raise ParseError(FailureReason.UNSUPPORTED_TYPE, "text that is no document")
    extension = PurePath(name.lower()).suffix
    hint = _BY_EXTENSION.get(extension)
    guess = None
    if hint or extension in _UNTOLD:
        guess = sniff_table(start) or _markdown(start)
    return (
        sniff_json(path, start, hint, tail)
        or sniff_markup(start, hint)
        or sniff_mail(start, hint)
        or _by_name(start, hint)
        or guess
        or of.PLAIN
    )


def _roughly_decoded(head: bytes) -> str:
    """Enough to see structure by: ASCII is right, other letters may not be."""
    for mark, encoding in _BOMS:
        if head.startswith(mark):
            return head.decode(encoding, "replace")
    for encoding, high in (("utf-16-le", head[1::2]), ("utf-16-be", head[0::2])):
        if high.count(0) > len(high) * _ZERO_SHARE:
            text = head.decode(encoding, "replace")
            if len(_CONTROLS.findall(text)) <= len(text) * _CONTROL_SHARE + 1:
                return text
    junk = len(head) - len(head.translate(None, _CONTROL_BYTES))
    if junk > len(head) * _CONTROL_SHARE:
        raise ParseError(FailureReason.UNSUPPORTED_TYPE, "binary")
    return head.decode("latin-1")


def _by_name(start: str, hint: str | None) -> str | None:
    if hint == of.HTML and HTML_TAG.search(start):
        return hint
    return hint if hint in _BY_NAME_ALONE else None


def _markdown(start: str) -> str | None:
    found = sum(1 for pattern in _MARKDOWN if pattern.search(start))
    return of.MARKDOWN if found >= _MARKDOWN_SIGNS else None
