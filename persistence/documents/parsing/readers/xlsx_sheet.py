"""Rows of a sheet as they stream, each cell as it is shown."""

import re
from collections.abc import Iterator
from typing import IO

from persistence.documents.parsing.domain import FailureReason, ParseError
from persistence.documents.parsing.readers.number_formats import shown
from persistence.documents.parsing.readers.ooxml import Package
from persistence.documents.parsing.readers.xml_parts import (
    Element,
    attribute,
    child,
    children_of,
    descendants,
    local,
)

_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_MAX_COLUMNS = 16_384
_ALPHABET = 26


class Workbook:
    """What the cells of all sheets refer to."""

    def __init__(self, package: Package, main: str) -> None:
        """Reads shared strings, formats and the list of sheets.

        Raises:
            ParseError: DAMAGED.
        """
        root = package.xml(main)
        properties = child(root, "workbookPr")
        self.since_1904 = attribute(properties, "date1904") in ("1", "true")
        related = package.relationships(main)
        self.sheets = [
            (attribute(sheet, "name"), related[relation].target)
            for sheet in descendants(child(root, "sheets"), "sheet")
            for key, relation in sheet.items()
            if key.endswith("}id")
            and relation in related
            and related[relation].target in package
        ]
        if not self.sheets:
            raise ParseError(FailureReason.DAMAGED, "no sheet")
        self.strings: list[str] = []
        for part in package.related(main, "sharedStrings"):
            with package.open(part) as stream:
                self.strings += [
                    text_of(each) for each in children_of(stream, ("sst",))
                ]
        self.formats: list[tuple[int, str]] = []
        for part in package.related(main, "styles"):
            self._read_formats(package.xml(part))

    def _read_formats(self, root: Element | None) -> None:
        codes = {
            attribute(each, "numFmtId"): attribute(each, "formatCode")
            for each in descendants(child(root, "numFmts"), "numFmt")
        }
        for each in descendants(child(root, "cellXfs"), "xf"):
            number = attribute(each, "numFmtId")
            place = int(number) if number.isdecimal() else 0
            self.formats.append((place, codes.get(number, "")))


def sheet_rows(stream: IO[bytes], workbook: Workbook) -> Iterator[list[str]]:
    """Each row's cells at their places, one row in memory."""
    for row in children_of(stream, ("sheetData",), ("row",)):
        cells: list[str] = []
        for cell in row:
            if local(cell) != "c":
                continue
            place = _column(attribute(cell, "r"))
            if place is not None and place > len(cells):
                cells.extend([""] * (place - len(cells)))
            cells.append(_shown(cell, workbook))
        yield cells


def text_of(element: Element) -> str:
    """The text of a string with its formatted runs, without readings (rPh)."""
    pieces = []
    for each in element:
        name = local(each)
        if name == "t":
            pieces.append(each.text or "")
        elif name == "r":
            text = child(each, "t")
            pieces.append(text.text or "" if text is not None else "")
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), "".join(pieces))


def _shown(cell: Element, workbook: Workbook) -> str:
    kind = cell.get("t", "n")
    if kind == "inlineStr":
        inline = child(cell, "is")
        return text_of(inline) if inline is not None else ""
    stored = child(cell, "v")
    value = (stored.text or "") if stored is not None else ""
    if kind == "s":
        place = int(value) if value.isdecimal() else -1
        return workbook.strings[place] if 0 <= place < len(workbook.strings) else ""
    if kind == "b":
        return {"1": "TRUE", "0": "FALSE"}.get(value, value)
    if kind == "n" and value:
        style = cell.get("s", "0")
        place = int(style) if style.isdecimal() else 0
        known = place < len(workbook.formats)
        number, code = workbook.formats[place] if known else (0, "")
        return shown(value, number, code, since_1904=workbook.since_1904)
    return value.removesuffix("T00:00:00") if kind == "d" else value


def _column(reference: str) -> int | None:
    """0 for A, 26 for AA; nothing where a cell does not say its place."""
    place = 0
    for letter in reference:
        if not "A" <= letter <= "Z":
            break
        place = place * _ALPHABET + ord(letter) - ord("A") + 1
    return place - 1 if 0 < place <= _MAX_COLUMNS else None
