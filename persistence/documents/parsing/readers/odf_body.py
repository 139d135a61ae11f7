"""Paragraphs, lists and tables of OpenDocument, the same in all of its kinds."""

import posixpath
from collections.abc import Iterator

from persistence.documents.parsing.domain import Block
from persistence.documents.parsing.readers.blocks import (
    heading,
    list_item,
    paragraph,
)
from persistence.documents.parsing.readers.grids import Cell, grid_blocks
from persistence.documents.parsing.readers.ooxml import Package
from persistence.documents.parsing.readers.xml_parts import (
    Element,
    attribute,
    child,
    children_of,
    descendants,
    local,
)

_LEFT_OUT_NAMES = """
tracked-changes ruby-text script forms note-citation event-listeners settings
binary-data table-template annotation-end table-of-content-source
illustration-index-source table-index-source object-index-source user-index-source
alphabetical-index-source bibliography-source header-decl footer-decl date-time-decl
"""
_LEFT_OUT = frozenset(_LEFT_OUT_NAMES.split())
_ANCHORED_NAMES = """
note annotation frame custom-shape g text-box rect line connector path polygon polyline
circle ellipse caption
"""
_ANCHORED = frozenset(_ANCHORED_NAMES.split())
_ROW_GROUPS = ("table-header-rows", "table-rows", "table-row-group")
_MAX_REPEATED = 100
_MAX_DEPTH = 5
"""Objects may hold objects."""


class Body:
    """Reads elements; what is embedded in them is read from the package."""

    def __init__(self, package: Package | None, depth: int = 0) -> None:
        """Borrows the package, which a flat file has not."""
        self.package = package
        self._depth = depth

    def blocks(self, element: Element) -> Iterator[Block]:
        """The blocks of one element of block level, or of what wraps several."""
        match local(element):
            case "p":
                yield from self._paragraph(element, level=0)
            case "h":
                level = attribute(element, "outline-level")
                yield from self._paragraph(
                    element, int(level) if level.isdecimal() else 1
                )
            case "list":
                yield from self._list(element)
            case "table":
                yield from grid_blocks([self._cells(row) for row in rows_of(element)])
            case "title" | "desc" | "annotation" | "object":
                yield from self._beside(element)
            case "frame" if attribute(element, "class") == "title":
                text = "\n".join(inline(p, []) for p in descendants(element, "p"))
                yield from heading(text, 1)
            case name if name not in _LEFT_OUT:
                for each in element:
                    yield from self.blocks(each)

    def _paragraph(self, element: Element, level: int) -> Iterator[Block]:
        anchored: list[Element] = []
        text = inline(element, anchored)
        yield from heading(text, level) if level else paragraph(text)
        yield from self._anchored(anchored)

    def _beside(self, element: Element) -> Iterator[Block]:
        """What is no part of the text: a description, a comment, an object."""
        match local(element):
            case "annotation":
                yield from self._annotation(element)
            case "object":
                yield from self._object(attribute(element, "href"))
            case _:
                yield from paragraph("".join(element.itertext()))

    def _anchored(self, elements: list[Element]) -> Iterator[Block]:
        for each in elements:
            body = child(each, "note-body") if local(each) == "note" else each
            if body is not None:
                yield from self.blocks(body)

    def _annotation(self, element: Element) -> Iterator[Block]:
        creator = child(element, "creator")
        author = creator.text if creator is not None else ""
        text = "\n".join(inline(p, []) for p in descendants(element, "p"))
        yield from paragraph(f"{author}: {text}" if author else text)

    def _list(self, element: Element) -> Iterator[Block]:
        for item in element:
            for each in item:
                if local(each) == "p":
                    anchored: list[Element] = []
                    yield from list_item(inline(each, anchored))
                    yield from self._anchored(anchored)
                else:
                    yield from self.blocks(each)

    def _cells(self, row: Element) -> list[Cell]:
        cells: list[Cell] = []
        for each in row:
            if local(each) in ("table-cell", "covered-table-cell"):
                held = tuple(block for part in each for block in self.blocks(part))
                repeated = number_of(each, "number-columns-repeated", _MAX_REPEATED)
                cells.extend([Cell(held)] * repeated)
        return cells

    def _object(self, target: str) -> Iterator[Block]:
        """A chart, a formula or a document inside this one."""
        name = posixpath.normpath(posixpath.join(target, "content.xml"))
        if self.package is None or name not in self.package or self._depth > _MAX_DEPTH:
            return
        inner = Body(self.package, self._depth + 1)
        root = self.package.xml(name)
        if root is not None and local(root) == "math":
            yield from paragraph(
                "".join(
                    each.text or ""
                    for each in descendants(root, "mi", "mn", "mo", "mtext")
                )
            )
        elif root is not None:
            with self.package.open(name) as stream:
                for each in children_of(stream, ("body",)):
                    yield from inner.blocks(each)


def inline(element: Element, anchored: list[Element]) -> str:
    """Text in order; what has blocks of its own is put aside in `anchored`."""
    return "".join(_inline(element, anchored))


def _inline(element: Element, anchored: list[Element]) -> Iterator[str]:
    yield element.text or ""
    for each in element:
        name = local(each)
        if name == "s":
            yield " " * number_of(each, "c", _MAX_REPEATED)
        elif name == "tab":
            yield "\t"
        elif name == "line-break":
            yield "\n"
        elif name in _ANCHORED:
            anchored.append(each)
        elif name not in _LEFT_OUT:
            yield from _inline(each, anchored)
        yield each.tail or ""


def rows_of(table: Element) -> Iterator[Element]:
    """The rows of a table, not those of tables inside it."""
    for each in table:
        if local(each) == "table-row":
            yield each
        elif local(each) in _ROW_GROUPS:
            yield from rows_of(each)


def number_of(element: Element, name: str, most: int) -> int:
    """How many times something is repeated; once where it does not say."""
    value = attribute(element, name)
    return min(int(value), most) if value.isdecimal() else 1
