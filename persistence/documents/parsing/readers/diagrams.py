"""Text of SmartArt diagrams and of charts, in any Office document."""

from collections.abc import Iterator

from persistence.documents.parsing.domain import Block
from persistence.documents.parsing.readers.blocks import list_item, paragraph, table
from persistence.documents.parsing.readers.xml_parts import (
    Element,
    attribute,
    child,
    descendants,
    local,
)

_MAX_POINTS = 100_000
"""A chart may claim any number of points; only those that exist are read."""


def diagram_blocks(root: Element) -> Iterator[Block]:
    """Each node of a diagram, in the order in which they were written."""
    for point in descendants(root, "pt"):
        lines = ["".join(_runs(each)) for each in descendants(point, "p")]
        yield from list_item("\n".join(line for line in lines if line.strip()))


def chart_blocks(root: Element) -> Iterator[Block]:
    """Titles, then the data: a row for each category, a column for each series."""
    for title in descendants(root, "title"):
        yield from paragraph("".join(_runs(title)) or " ".join(_values(title)))
    series = list(descendants(root, "ser"))
    columns = [_points(_first(each, "val", "yVal")) for each in series]
    names = [" ".join(_values(child(each, "tx"))) for each in series]
    categories: dict[int, str] = {}
    for each in series:
        categories |= _points(_first(each, "cat", "xVal"))
    rows = sorted({*categories, *(index for column in columns for index in column)})
    yield from table(
        [
            ["", *names],
            *(
                [categories.get(row, ""), *(column.get(row, "") for column in columns)]
                for row in rows[:_MAX_POINTS]
            ),
        ]
    )


def _first(element: Element, *names: str) -> Element | None:
    found = (child(element, name) for name in names)
    return next((each for each in found if each is not None), None)


def _runs(element: Element) -> Iterator[str]:
    for each in element.iter():
        name = local(each)
        if name == "t":
            yield each.text or ""
        elif name == "br":
            yield "\n"


def _values(element: Element | None) -> list[str]:
    return [each.text for each in descendants(element, "v") if each.text]


def _points(element: Element | None) -> dict[int, str]:
    points = {}
    for each in descendants(element, "pt"):
        index = attribute(each, "idx")
        if index.isdecimal():
            points[int(index)] = " ".join(_values(each))
    return points
