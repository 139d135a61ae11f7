"""Spreadsheets of OpenDocument, row by row, with what each cell shows."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from lxml import etree

from persistence.documents.parsing.domain import FailureReason, ParseError
from persistence.documents.parsing.readers.odf_body import inline, number_of
from persistence.documents.parsing.readers.xml_parts import (
    Element,
    attribute,
    descendants,
    local,
)

_MAX_COLUMNS = 1024
_MAX_SAME_ROWS = 100
"""Empty cells are repeated to the sheet's edge, a million rows down."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of one sheet; `comments` are those of its cells."""

    sheet: str
    cells: list[str]
    comments: list[str]


def sheet_rows(stream: IO[bytes]) -> Iterator[Row]:
    """The rows of all sheets in their order, one in memory.

    Raises:
        ParseError: DAMAGED.
    """
    events = etree.iterparse(
        stream,
        events=("start", "end"),
        tag=("{*}table", "{*}table-row"),
        resolve_entities=False,
        no_network=True,
        remove_comments=True,
    )
    sheets: list[str] = []
    try:
        for event, element in events:
            if local(element) == "table":
                if event == "start":
                    sheets.append(attribute(element, "name"))
                else:
                    sheets.pop()
            elif event == "end" and len(sheets) == 1:
                cells, comments = _cells(element)
                if any(cells) or comments:
                    again = number_of(element, "number-rows-repeated", _MAX_SAME_ROWS)
                    for _ in range(again):
                        yield Row(sheets[0], cells, comments)
                element.clear()
                parent = element.getparent()
                while parent is not None and element.getprevious() is not None:
                    del parent[0]
    except etree.XMLSyntaxError as error:
        raise ParseError(FailureReason.DAMAGED, "XML") from error


def _cells(row: Element) -> tuple[list[str], list[str]]:
    cells: list[str] = []
    comments: list[str] = []
    for each in row:
        if local(each) not in ("table-cell", "covered-table-cell"):
            continue
        text = _shown(each, comments)
        repeated = number_of(each, "number-columns-repeated", _MAX_COLUMNS)
        cells.extend([text] * min(repeated, _MAX_COLUMNS - len(cells)))
    while cells and not cells[-1]:
        cells.pop()
    return cells, comments


def _shown(cell: Element, comments: list[str]) -> str:
    lines = []
    for part in cell:
        if local(part) == "p":
            lines.append(inline(part, []))
        elif local(part) == "annotation":
            comments.append(" ".join(inline(p, []) for p in descendants(part, "p")))
        else:
            lines.extend(inline(p, []) for p in descendants(part, "p"))
    text = " ".join(lines).strip()
    for name in ("value", "date-value", "time-value", "string-value", "boolean-value"):
        text = text or attribute(cell, name)
    return text
