"""Making blocks: normalised, never empty, tables with their columns kept."""

from collections.abc import Iterable, Sequence
from itertools import zip_longest

from persistence.documents.parsing.domain import CELL_SEPARATOR, Block, BlockKind
from persistence.documents.parsing.normalise import normalise, one_line


def block(kind: BlockKind, text: str, level: int = 0) -> list[Block]:
    """One block, or none where the text is empty after normalising."""
    stored = normalise(text, keep_blanks=kind is BlockKind.CODE)
    return [Block(kind, stored, level)] if stored.strip() else []


def heading(text: str, level: int) -> list[Block]:
    """A heading on one line; levels beyond 6 are 6, as in HTML."""
    return block(BlockKind.HEADING, one_line(text), min(max(level, 1), 6))


def paragraph(text: str) -> list[Block]:
    """A paragraph; its line breaks stay."""
    return block(BlockKind.PARAGRAPH, text)


def list_item(text: str) -> list[Block]:
    """An item of a list."""
    return block(BlockKind.LIST_ITEM, text)


def code(text: str) -> list[Block]:
    """Text whose indentation has meaning."""
    return block(BlockKind.CODE, text)


def row_text(cells: Iterable[str]) -> str:
    """One row on one line; empty cells keep the place of the others."""
    return CELL_SEPARATOR.join(one_line(cell) for cell in cells).rstrip(" |")


def table(rows: Iterable[Sequence[str]]) -> list[Block]:
    """A table, its header row first; rows and columns without any text are left out."""
    stored = [[one_line(cell) for cell in row] for row in rows]
    used = [any(column) for column in zip_longest(*stored, fillvalue="")]
    lines = [
        row_text(cell for cell, use in zip(row, used, strict=False) if use)
        for row in stored
        if any(row)
    ]
    return [Block(BlockKind.TABLE, "\n".join(lines))] if lines else []


def text_of(blocks: Iterable[Block]) -> str:
    """Blocks on one line, for a cell that holds several."""
    return " ".join(one_line(each.text) for each in blocks)
