"""Paragraphs, tables and what is anchored in them, of one part of a Word document."""

from collections.abc import Iterator
from functools import cached_property

from persistence.documents.parsing.domain import Block, BlockKind
from persistence.documents.parsing.readers.blocks import (
    block,
    heading,
    list_item,
    paragraph,
)
from persistence.documents.parsing.readers.diagrams import chart_blocks, diagram_blocks
from persistence.documents.parsing.readers.docx_styles import Styles
from persistence.documents.parsing.readers.grids import Cell, grid_blocks
from persistence.documents.parsing.readers.ooxml import Package
from persistence.documents.parsing.readers.xml_parts import (
    Element,
    attribute,
    child,
    descendants,
    local,
)

_LEFT_OUT = {
    "del",
    "moveFrom",
    "delText",
    "instrText",
    "delInstrText",
    "pPr",
    "rPr",
    "sdtPr",
    "tblPr",
    "tblGrid",
    "trPr",
    "tcPr",
    "sectPr",
    "rt",  # The reading above a Chinese or Japanese word.
}
_CHARACTERS = {
    "tab": "\t",
    "ptab": "\t",
    "br": "\n",
    "cr": "\n",
    "noBreakHyphen": "-",
    "softHyphen": "",
}
_NOTES = {
    "footnoteReference": ("footnotes", "footnote"),
    "endnoteReference": ("endnotes", "endnote"),
}
_ANCHORED = {*_NOTES, "txbxContent", "relIds", "chart", "docPr"}


class Body:
    """Reads elements of one part: the main one, a header, a note, a text box."""

    def __init__(self, package: Package, part: str, styles: Styles) -> None:
        """Borrows the package."""
        self.package = package
        self.part = part
        self.styles = styles

    def part_blocks(self) -> Iterator[Block]:
        """Everything in a small part."""
        root = self.package.xml(self.part)
        for element in root if root is not None else ():
            yield from self.blocks(element)

    def comments(self) -> Iterator[Block]:
        """Comments with their authors."""
        for part in self.package.related(self.part, "comments"):
            root = self.package.xml(part)
            for comment in descendants(root, "comment"):
                author = attribute(comment, "author")
                inner = Body(self.package, part, self.styles)
                for each in comment:
                    for found in inner.blocks(each):
                        text = f"{author}: {found.text}" if author else found.text
                        yield Block(BlockKind.PARAGRAPH, text)
                        author = ""

    def blocks(self, element: Element) -> Iterator[Block]:
        """The blocks of one element of block level, or of what wraps several."""
        match local(element):
            case "p":
                yield from self._paragraph(element)
            case "tbl":
                yield from self._table(element)
            case "altChunk":
                yield from self._alternative_format(element)
            case "AlternateContent":
                for each in _chosen(element):
                    yield from self.blocks(each)
            case name if name not in _LEFT_OUT:
                for each in element:
                    yield from self.blocks(each)

    def _paragraph(self, element: Element) -> Iterator[Block]:
        properties = child(element, "pPr")
        anchored: list[Element] = []
        text = "".join(self._inline(element, anchored))
        level = self.styles.heading_level(properties)
        label = self.styles.list_label(properties) if text.strip() else None
        numbered = f"{label} {text}" if label else text
        if level:
            yield from heading(numbered, level)
        elif label is not None:
            yield from list_item(numbered)
        elif _is_code(child(properties, "pStyle")):
            yield from block(BlockKind.CODE, text)
        else:
            yield from paragraph(text)
        for each in anchored:
            yield from self._anchored(each)

    def _inline(self, element: Element, anchored: list[Element]) -> Iterator[str]:
        """Text in order; what has blocks of its own is put aside in `anchored`."""
        for each in element:
            name = local(each)
            if name == "t":
                yield each.text or ""
            elif name in _CHARACTERS:
                yield _CHARACTERS[name]
            elif name == "sym":
                yield _symbol(each)
            elif name == "AlternateContent":
                for chosen in _chosen(each):
                    yield from self._inline(chosen, anchored)
            elif name in _ANCHORED:
                anchored.append(each)
            elif name not in _LEFT_OUT:
                yield from self._inline(each, anchored)

    def _anchored(self, element: Element) -> Iterator[Block]:
        name = local(element)
        if name == "txbxContent":
            for each in element:
                yield from self.blocks(each)
        elif name == "docPr":
            yield from paragraph(attribute(element, "descr"))
        elif name in _NOTES:
            yield from self._note(element)
        else:
            target = attribute(element, "dm" if name == "relIds" else "id")
            related = self.package.relationships(self.part).get(target)
            root = self.package.xml(related.target) if related else None
            if root is not None:
                yield from (diagram_blocks if name == "relIds" else chart_blocks)(root)

    def _note(self, reference: Element) -> Iterator[Block]:
        kind, _ = _NOTES[local(reference)]
        notes, part = self._notes.get(kind, ({}, ""))
        note = notes.get(attribute(reference, "id"))
        inner = Body(self.package, part, self.styles)
        for each in note if note is not None else ():
            yield from inner.blocks(each)

    @cached_property
    def _notes(self) -> dict[str, tuple[dict[str, Element], str]]:
        found = {}
        for kind, name in _NOTES.values():
            for part in self.package.related(self.part, kind):
                root = self.package.xml(part)
                notes = descendants(root, name)
                found[kind] = ({attribute(note, "id"): note for note in notes}, part)
        return found

    def _table(self, element: Element) -> Iterator[Block]:
        rows: list[list[Cell]] = []
        for row in _rows(element):
            cells: list[Cell] = []
            for cell in _cells(row):
                properties = child(cell, "tcPr")
                merged = child(properties, "vMerge")
                span = attribute(child(properties, "gridSpan"), "val")
                held = [found for each in cell for found in self.blocks(each)]
                if merged is not None and attribute(merged, "val") != "restart":
                    above = rows[-1] if rows else []
                    same = len(cells) < len(above)
                    held = list(above[len(cells)].blocks) if same else held
                    cells.append(Cell(tuple(held), continued=True))
                else:
                    cells.append(Cell(tuple(held)))
                extra = int(span) - 1 if span.isdecimal() else 0
                cells.extend([Cell(())] * min(extra, 100))
            rows.append(cells)
        yield from grid_blocks(rows)

    def _alternative_format(self, element: Element) -> Iterator[Block]:
        # Imported here, because an embedded document may embed another one.
        from persistence.documents.parsing.readers import embedded  # noqa: PLC0415

        related = self.package.relationships(self.part).get(attribute(element, "id"))
        if related:
            data = self.package.read(related.target)
            yield from embedded.blocks(data, depth=self.package.depth + 1)


def _chosen(element: Element) -> list[Element]:
    """The same thing is said twice, for new and for old programs."""
    choices = [each for each in element if local(each) == "Choice"]
    return choices[:1] or [each for each in element if local(each) == "Fallback"][:1]


def _symbol(element: Element) -> str:
    code = attribute(element, "char")
    try:
        character = chr(int(code, 16))
    except (ValueError, OverflowError):
        return ""
    return character


def _is_code(style: Element | None) -> bool:
    name = attribute(style, "val").lower()
    return name in ("htmlpreformatted", "sourcecode", "code", "preformatted")


def _rows(element: Element) -> Iterator[Element]:
    for each in element:
        name = local(each)
        if name == "tr":
            yield each
        elif name in ("sdt", "sdtContent", "customXml", "ins", "moveTo"):
            yield from _rows(each)


def _cells(element: Element) -> Iterator[Element]:
    for each in element:
        name = local(each)
        if name == "tc":
            yield each
        elif name in ("sdt", "sdtContent", "customXml", "ins", "moveTo"):
            yield from _cells(each)
