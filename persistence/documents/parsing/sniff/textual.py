"""Which kind of text a file is, or that it is none."""

import csv
import json
import re
from collections.abc import Iterable
from pathlib import Path, PurePath

from persistence.documents.parsing import media_types as of
from persistence.documents.parsing.domain import FailureReason, ParseError

_WHOLE_JSON_BYTES = 4 << 20
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

_BOMS = (
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
# Bytes that no text has in any encoding; escape begins ISO 2022's characters.
_CONTROL_BYTES = bytes({*range(0x20), 0x7F} - {*b"\t\n\r\f\v\b\x1a\x1b"})
_CONTROL_SHARE = 0.005
_NOT_DOCUMENTS = re.compile(r"%!PS|-----BEGIN |begin [0-7]{3} \S+\n|\x7fELF|!<arch>")

_HTML = re.compile(
    r"<!doctype\s+html|<(html|head|body|title|meta|div|table|h[1-6]|p|article|section"
    r"|ul|ol|span|script|style|center|font|br|hr|form|img)\b[^<]*>",
    re.IGNORECASE,
)
_PROLOGUE = re.compile(
    r"(\s|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^<>\[]*(\[.*?\]\s*)?>)*",
    re.DOTALL | re.IGNORECASE,
)
_ROOT = re.compile(r"<([A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)[\s/>]")
_HEADER = re.compile(r"([!-9;-~]+):[ \t].*(\r?\n[ \t]+.*)*\r?\n")
_MAIL_HEADERS = frozenset(
    "from to cc subject date message-id received mime-version return-path content-type"
    " delivered-to reply-to in-reply-to references dkim-signature sender".split()
)
_MARKDOWN = (
    re.compile(r"(^|\n\n?)#{1,6} \S.*\n\s*\n"),
    re.compile(r"^(```|~~~)\w*$", re.MULTILINE),
    re.compile(r"\[[^\]\n]+\]\((https?://|\.{0,2}/|#)[^)\s]+\)"),
    re.compile(r"^\|?\s*:?-{3,}:?\s*\|", re.MULTILINE),
    re.compile(r"\*\*[^*\n]+\*\*"),
)
_DELIMITERS = ",;\t|"


def sniff_text(path: Path, name: str, head: bytes, tail: bytes) -> str:
    """The media type of a text.

    Raises:
        ParseError: UNSUPPORTED_TYPE for what is no text, EMPTY for blanks only.
    """
    text = _roughly_decoded(head)
    start = text.lstrip("\ufeff\xef\xbb\xbf \t\r\n")
    if not start:
        raise ParseError(FailureReason.EMPTY, "blanks only")
    if _NOT_DOCUMENTS.match(start):
        raise ParseError(FailureReason.UNSUPPORTED_TYPE, "text that is no document")
    extension = PurePath(name.lower()).suffix
    hint = _BY_EXTENSION.get(extension)
    certain = (
        _as_json(path, start, hint, tail)
        or _as_markup(start, hint)
        or _as_mail(start, hint)
    )
    if certain:
        return certain
    if hint in (of.CSV, of.TSV, of.MARKDOWN, of.MBOX, of.EMAIL):
        return hint
    if hint == of.HTML and _HTML.search(text):
        return of.HTML
    if extension in _UNTOLD or hint:
        return _as_table(start) or _as_markdown(start) or of.PLAIN
    return of.PLAIN


def _roughly_decoded(head: bytes) -> str:
    """Enough to see structure by: ASCII is right, other letters may not be."""
    for mark, encoding in _BOMS:
        if head.startswith(mark):
            return head.decode(encoding, "replace")
    for encoding, zeros in (("utf-16-le", head[1::2]), ("utf-16-be", head[0::2])):
        # Latin text in two bytes a letter; other scripts have some blanks at least.
        if (
            zeros.count(0) > len(zeros) * 0.05
            and head.count(0) <= zeros.count(0) * 1.02
        ):
            text = head.decode(encoding, "replace")
            if (
                _share(text, lambda c: c < " " and c not in "\t\n\r\f") < _CONTROL_SHARE
                and text.count("\ufffd") <= 2
            ):
                return text
    junk = len(head) - len(head.translate(None, _CONTROL_BYTES))
    if junk > len(head) * _CONTROL_SHARE or (b"\x00" in head and junk > 2):
        raise ParseError(FailureReason.UNSUPPORTED_TYPE, "binary")
    return head.decode("latin-1")


def _as_json(path: Path, start: str, hint: str | None, tail: bytes) -> str | None:
    if start[0] not in "[{":
        return None
    if '"cells"' in start or '"worksheets"' in start:
        end = tail.decode("latin-1")
        if '"nbformat"' in start or '"nbformat"' in end:
            return of.NOTEBOOK
    if _are_objects(start.splitlines()[:2]):
        return of.JSON_LINES
    if hint in (of.JSON, of.JSON_LINES) and re.match(
        r'[\[{]\s*["\[{\]}\d\-tfn]', start
    ):
        return hint
    if path.stat().st_size <= _WHOLE_JSON_BYTES:
        try:
            json.loads(path.read_bytes())
        except (ValueError, RecursionError):
            return None
        return of.JSON
    return (
        of.JSON if re.match(r'\{\s*"[^"]*"\s*:|\[\s*[\[{]\s*["\[{\d]', start) else None
    )


def _are_objects(lines: list[str]) -> bool:
    try:
        return len(lines) > 1 and all(
            isinstance(json.loads(line), dict) for line in lines
        )
    except (ValueError, RecursionError):
        return False


def _as_markup(start: str, hint: str | None) -> str | None:
    if not start.startswith("<"):
        return None
    prologue = _PROLOGUE.match(start)
    rest = start[prologue.end() :] if prologue else start
    if re.match(r"<!doctype\s+html|<html[\s>]", start, re.IGNORECASE):
        return of.HTML
    root = _ROOT.match(rest)
    prefix, tag = (root[1] or "", root[2]) if root else ("", "")
    if tag.lower() == "html":
        return of.HTML
    if tag == "svg":
        return of.SVG
    if (prefix, tag) == ("office:", "document"):
        return of.FLAT_ODF
    if start.startswith("<?xml") or hint == of.XML:
        return of.XML
    if _HTML.match(rest) or (hint == of.HTML and _HTML.search(start)):
        return of.HTML
    return (
        of.XML
        if root and re.search(r"</[\w:.-]+>|/>", rest) and hint != of.MARKDOWN
        else None
    )


def _as_mail(start: str, hint: str | None) -> str | None:
    is_box = bool(re.match(r"From \S+.*\d{4}.*\r?\n", start))
    if is_box:
        start = start.split("\n", 1)[1]
    names, at = set(), 0
    while header := _HEADER.match(start, at):
        names.add(header[1].lower())
        at = header.end()
    found = names & _MAIL_HEADERS
    enough = 1 if hint in (of.EMAIL, of.MBOX) else 3
    # A message begins with its headers, and an empty line ends them.
    if len(found) < enough or not re.match(r"\r?\n|$", start[at:]):
        return None
    return of.MBOX if is_box else of.EMAIL


def _as_table(start: str) -> str | None:
    """Whether lines have the same number of cells, three lines of two at least."""
    lines = start.splitlines()[:50]
    whole = lines[:-1] if len(lines) == 50 or not start.endswith("\n") else lines
    for delimiter in _DELIMITERS:
        if sum(delimiter in line for line in whole) < len(whole):
            continue
        try:
            rows = list(csv.reader(whole, delimiter=delimiter))
        except csv.Error:
            continue
        widths = {len(row) for row in rows if row}
        if (
            len(rows) >= 3
            and len(widths) == 1
            and max(widths) >= (2 if delimiter == "\t" else 3)
        ):
            return of.TSV if delimiter == "\t" else of.CSV
    return None


def _as_markdown(start: str) -> str | None:
    found = sum(1 for pattern in _MARKDOWN if pattern.search(start))
    return of.MARKDOWN if found >= 2 else None


def _share(text: str, wanted) -> float:
    return sum(map(wanted, text)) / max(1, len(text))
