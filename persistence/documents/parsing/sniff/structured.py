"""Telling JSON, notebooks, mail and tables among texts."""

import csv
import json
import re
from pathlib import Path

from persistence.documents.parsing import media_types as of

_WHOLE_JSON_BYTES = 4 << 20
_JSON_START = re.compile(r'[\[{]\s*["\[{\]}\d\-tfn]')
_CERTAIN_JSON_START = re.compile(r'\{\s*"[^"]*"\s*:|\[\s*[\[{]\s*["\[{\d]')

_HEADER = re.compile(r"([!-9;-~]+):[ \t].*(\r?\n[ \t]+.*)*\r?\n")
_BOX = re.compile(r"From \S+.*\d{4}.*\r?\n")
_END_OF_HEADERS = re.compile(r"\r?\n|$")
_MAIL_HEADERS = frozenset(
    (
        *("from", "to", "cc", "subject", "date", "message-id", "received", "sender"),
        *("mime-version", "return-path", "content-type", "delivered-to", "reply-to"),
        *("in-reply-to", "references", "dkim-signature"),
    )
)
_HEADERS_OF_MAIL = 3

_DELIMITERS = {"\t": (of.TSV, 2), ",": (of.CSV, 3), ";": (of.CSV, 3), "|": (of.CSV, 3)}
"""Of each delimiter: its format, and the least cells of a row that make a table."""

_TABLE_LINES = 50
_LEAST_ROWS = 3


def sniff_json(path: Path, start: str, hint: str | None, tail: bytes) -> str | None:
    """The media type of a JSON text; None where it is none."""
    if start[0] not in "[{":
        return None
    if _is_notebook(start, tail):
        return of.NOTEBOOK
    if _are_objects(start.splitlines()[:2]):
        return of.JSON_LINES
    if hint in (of.JSON, of.JSON_LINES):
        return hint if _JSON_START.match(start) else None
    if path.stat().st_size > _WHOLE_JSON_BYTES:
        return of.JSON if _CERTAIN_JSON_START.match(start) else None
    return of.JSON if _parses(path.read_bytes()) else None


def sniff_mail(start: str, hint: str | None) -> str | None:
    """The media type of a message or a box of them; None where it is neither."""
    box = _BOX.match(start)
    at = box.end() if box else 0
    names = set()
    while header := _HEADER.match(start, at):
        names.add(header[1].lower())
        at = header.end()
    enough = 1 if hint in (of.EMAIL, of.MBOX) else _HEADERS_OF_MAIL
    if len(names & _MAIL_HEADERS) < enough or not _END_OF_HEADERS.match(start, at):
        return None
    return of.MBOX if box else of.EMAIL


def sniff_table(start: str) -> str | None:
    """The media type of lines with the same number of cells; None otherwise."""
    lines = start.splitlines()
    # The last one may be cut off by where the head ends.
    lines = lines[:-1] if len(lines) > _LEAST_ROWS else lines
    lines = lines[:_TABLE_LINES]
    for delimiter, (media_type, cells) in _DELIMITERS.items():
        if not all(delimiter in line for line in lines):
            continue
        try:
            rows = [row for row in csv.reader(lines, delimiter=delimiter) if row]
        except csv.Error:
            continue
        widths = {len(row) for row in rows}
        if len(rows) >= _LEAST_ROWS and len(widths) == 1 and max(widths) >= cells:
            return media_type
    return None


def _is_notebook(start: str, tail: bytes) -> bool:
    if '"cells"' not in start and '"worksheets"' not in start:
        return False
    return '"nbformat"' in start or b'"nbformat"' in tail


def _are_objects(lines: list[str]) -> bool:
    if not lines[1:]:
        return False
    try:
        return all(isinstance(json.loads(line), dict) for line in lines)
    except (ValueError, RecursionError):
        return False


def _parses(data: bytes) -> bool:
    try:
        json.loads(data)
    except (ValueError, RecursionError):
        return False
    return True
