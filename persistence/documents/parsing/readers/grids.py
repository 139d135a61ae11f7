"""Tables whose cells hold blocks: data becomes a table, layout becomes a flow."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from persistence.documents.parsing.domain import Block, BlockKind
from persistence.documents.parsing.readers.blocks import table, text_of

_LONG_CELL = 1500
"""A cell with more characters is a column of a page rather than a value."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What one cell holds.

    Attributes:
        continued: It repeats the cell above, which spans several rows.
    """

    blocks: tuple[Block, ...]
    continued: bool = False


def grid_blocks(rows: Sequence[Sequence[Cell]]) -> Iterator[Block]:
    """One TABLE; or what is in the cells, in order, where they only place things."""
    if is_layout(rows):
        for row in rows:
            for cell in row:
                if not cell.continued:
                    yield from cell.blocks
    else:
        yield from table([[text_of(cell.blocks) for cell in row] for row in rows])


def is_layout(rows: Sequence[Sequence[Cell]]) -> bool:
    """Whether a table places text on a page rather than relating values."""
    widest = max((sum(bool(cell.blocks) for cell in row) for row in rows), default=0)
    return widest <= 1 or any(_flows(cell.blocks) for row in rows for cell in row)


def _flows(held: tuple[Block, ...]) -> bool:
    """Whether a cell is a column of a page: long, or with a structure of its own."""
    return sum(len(each.text) for each in held) > _LONG_CELL or any(
        (each.kind is BlockKind.HEADING and len(held) > 1)
        or (each.kind in (BlockKind.TABLE, BlockKind.CODE) and "\n" in each.text)
        for each in held
    )
