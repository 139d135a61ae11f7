"""Shapes of a slide, in the order in which they were drawn."""

from collections.abc import Iterator

from persistence.documents.parsing.domain import Block
from persistence.documents.parsing.readers.blocks import (
    heading,
    list_item,
    paragraph,
)
from persistence.documents.parsing.readers.diagrams import chart_blocks, diagram_blocks
from persistence.documents.parsing.readers.grids import Cell, grid_blocks
from persistence.documents.parsing.readers.ooxml import Package
from persistence.documents.parsing.readers.xml_parts import (
    Element,
    attribute,
    child,
    descendants,
    local,
)

_TITLES = ("title", "ctrTitle")
_SURROUNDINGS = ("sldNum", "dt", "hdr")
"""Placeholders that say where and when, on every slide."""
_MAX_SPAN = 100
_FILE_NAMES = (".png", ".jpg", ".jpeg", ".gif", ".emf", ".wmf", ".bmp", ".svg", ".tif")


class Shapes:
    """Reads one slide, or the notes of one."""

    def __init__(self, package: Package, part: str) -> None:
        """Borrows the package."""
        self._package = package
        self._part = part

    def blocks(self) -> Iterator[Block]:
        """All text of the slide."""
        for tree in descendants(self._package.xml(self._part), "spTree"):
            yield from self._shapes(tree)

    def _shapes(self, parent: Element) -> Iterator[Block]:
        for element in parent:
            match local(element):
                case "sp" | "cxnSp":
                    yield from self._shape(element)
                case "graphicFrame":
                    yield from self._frame(element)
                case "pic":
                    yield from _description(element)
                case "grpSp":
                    yield from _description(element)
                    yield from self._shapes(element)
                case "AlternateContent":
                    choice = child(element, "Choice")
                    fallback = child(element, "Fallback")
                    found = [] if choice is None else list(self._shapes(choice))
                    if not found and fallback is not None:
                        found = list(self._shapes(fallback))
                    yield from found

    def _shape(self, element: Element) -> Iterator[Block]:
        placeholder = next(descendants(child(element, "nvSpPr"), "ph"), None)
        kind = attribute(placeholder, "type")
        body = child(element, "txBody")
        if kind in _SURROUNDINGS or body is None:
            return
        if kind in _TITLES:
            texts = (text_of(each) for each in descendants(body, "p"))
            yield from heading(" ".join(texts), 1)
            return
        is_list = placeholder is not None and kind in ("", "body", "obj")
        for each in body.iterchildren("{*}p"):
            text = text_of(each)
            yield from _item(each, text) if is_list else _line(each, text)

    def _frame(self, element: Element) -> Iterator[Block]:
        yield from _description(element)
        for data in descendants(element, "tbl", "relIds", "chart", "oleObj"):
            match local(data):
                case "tbl":
                    yield from _table(data)
                case "relIds":
                    root = self._related(attribute(data, "dm"))
                    yield from diagram_blocks(root) if root is not None else ()
                case "chart":
                    root = self._related(attribute(data, "id"))
                    yield from chart_blocks(root) if root is not None else ()

    def _related(self, relation: str) -> Element | None:
        found = self._package.relationships(self._part).get(relation)
        return self._package.xml(found.target) if found else None


def text_of(element: Element) -> str:
    """The text of a paragraph, with its line breaks and fields."""
    pieces = []
    for each in element.iter():
        name = local(each)
        if name == "t":
            pieces.append(each.text or "")
        elif name == "br":
            pieces.append("\n")
        elif name == "tab":
            pieces.append("\t")
    return "".join(pieces)


def comment_blocks(root: Element | None) -> Iterator[Block]:
    """Comments of readers, in old and in threaded form."""
    for comment in descendants(root, "cm"):
        texts = [each.text or "" for each in descendants(comment, "text")]
        texts += [text_of(each) for each in descendants(comment, "p")]
        yield from paragraph("\n".join(texts))


def _item(element: Element, text: str) -> Iterator[Block]:
    """A paragraph of a slide's body has a bullet unless it says that it has none."""
    plain = child(element, "pPr", "buNone") is not None
    yield from paragraph(text) if plain else list_item(text)


def _line(element: Element, text: str) -> Iterator[Block]:
    properties = child(element, "pPr")
    bullet = any(True for _ in descendants(properties, "buChar", "buAutoNum"))
    yield from list_item(text) if bullet else paragraph(text)


def _table(element: Element) -> Iterator[Block]:
    rows: list[list[Cell]] = []
    for row in element.iterchildren("{*}tr"):
        cells: list[Cell] = []
        for cell in row.iterchildren("{*}tc"):
            texts = (text_of(each) for each in descendants(cell, "p"))
            held = tuple(paragraph("\n".join(texts)))
            merged = attribute(cell, "vMerge") in ("1", "true")
            above = rows[-1] if rows else []
            if merged and len(cells) < len(above):
                held = above[len(cells)].blocks
            cells.append(Cell(held, continued=merged))
        rows.append(cells)
    yield from grid_blocks(rows)


def _description(element: Element) -> Iterator[Block]:
    """What a picture shows, where somebody wrote it down."""
    for properties in descendants(element, "cNvPr"):
        text = attribute(properties, "descr")
        if not text.lower().endswith(_FILE_NAMES):
            yield from paragraph(text)
        return
