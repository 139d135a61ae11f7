"""Workbooks: each sheet its pages, a long one in slices under its header."""

from collections.abc import Iterator
from itertools import count

from persistence.documents.parsing import media_types
from persistence.documents.parsing.domain import Block, Event, Source
from persistence.documents.parsing.readers.blocks import paragraph
from persistence.documents.parsing.readers.diagrams import chart_blocks
from persistence.documents.parsing.readers.ooxml import Package, open_package
from persistence.documents.parsing.readers.rows import row_blocks
from persistence.documents.parsing.readers.slicing import slice_characters, sliced
from persistence.documents.parsing.readers.xlsx_sheet import Workbook, sheet_rows
from persistence.documents.parsing.readers.xml_parts import (
    attribute,
    descendants,
)

_MAIN = "xl/workbook.xml"


class XlsxReader:
    """Reads .xlsx, .xlsm and .xltx; hidden sheets too."""

    media_types = frozenset({media_types.XLSX})

    def read(self, source: Source) -> Iterator[Event]:
        """See `Reader.read`."""
        limit = slice_characters(source)
        with open_package(source.path) as package:
            yield package.opened()
            main = package.main_part(_MAIN)
            workbook = Workbook(package, main)
            numbers = count(1)
            for name, part in workbook.sheets:
                blocks = _sheet_blocks(package, workbook, part, limit)
                yield from sliced(blocks, limit, numbers, name)


def workbook_blocks(package: Package, limit: int) -> Iterator[Block]:
    """All text of a workbook inside another document."""
    workbook = Workbook(package, package.main_part(_MAIN))
    for name, part in workbook.sheets:
        yield from paragraph(name)
        yield from _sheet_blocks(package, workbook, part, limit)


def _sheet_blocks(
    package: Package, workbook: Workbook, part: str, limit: int
) -> Iterator[Block]:
    if "chartsheet" not in part:
        with package.open(part) as stream:
            yield from row_blocks(sheet_rows(stream, workbook), limit)
    for comments in package.related(part, "comments", "threadedComment"):
        for comment in descendants(package.xml(comments), "comment", "threadedComment"):
            text = "".join(
                each.text or "" for each in descendants(comment, "t", "text")
            )
            yield from paragraph(f"{attribute(comment, 'ref')}: {text}")
    for drawing in package.related(part, "drawing"):
        yield from _drawing_blocks(package, drawing)


def _drawing_blocks(package: Package, drawing: str) -> Iterator[Block]:
    for body in descendants(package.xml(drawing), "txBody"):
        lines = (
            "".join(each.text or "" for each in descendants(line, "t"))
            for line in descendants(body, "p")
        )
        yield from paragraph("\n".join(lines))
    for chart in package.related(drawing, "chart"):
        root = package.xml(chart)
        yield from chart_blocks(root) if root is not None else ()


READER = XlsxReader()
