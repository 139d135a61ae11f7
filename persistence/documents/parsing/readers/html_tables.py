"""A table of HTML while it is being read, with cells that span rows and columns."""

from collections.abc import Iterator

from persistence.documents.parsing.domain import Block
from persistence.documents.parsing.readers.blocks import row_text, text_of
from persistence.documents.parsing.readers.grids import Cell, grid_blocks, is_layout

_MAX_SPAN = 100
"""Browsers allow 1000 columns; nobody writes them, but attackers do."""
_MAX_ROW_SPAN = 1000
_LONG_ROWS = 200
"""So many rows are given at once, so that a table of any length fits in memory."""


def span_of(value: str) -> int:
    """A number of rows or columns; 1 for what is none."""
    return int(value) if value.isascii() and value.isdecimal() and len(value) < 6 else 1  # noqa: PLR2004 - More digits than any span.


class Table:
    """Rows of cells; a cell that spans rows is repeated in each of them."""

    def __init__(self) -> None:
        """Starts empty."""
        self._rows: list[list[Cell]] = []
        self._spanning: dict[int, tuple[int, Cell]] = {}
        self._cell: tuple[int, int] | None = None
        self._header: list[Cell] | None = None

    def begin_row(self) -> None:
        """Begins a row with the cells that reach down into it."""
        self._rows.append([])
        self._fill()

    def begin_cell(self, columns: int, rows: int) -> None:
        """Begins a cell; a row is begun where the page forgot to."""
        if not self._rows:
            self.begin_row()
        self._cell = min(columns, _MAX_SPAN), min(rows, _MAX_ROW_SPAN)

    def end_cell(self, blocks: list[Block]) -> bool:
        """Ends the cell with what is in it; false when none is begun."""
        if self._cell is None:
            return False
        columns, rows = self._cell
        self._cell = None
        row = self._rows[-1]
        if rows > 1:
            again = Cell(tuple(blocks), continued=True)
            self._spanning[len(row)] = rows - 1, again
            for column in range(len(row) + 1, len(row) + columns):
                self._spanning[column] = rows - 1, Cell((), continued=True)
        row.append(Cell(tuple(blocks)))
        row.extend([Cell(())] * (columns - 1))
        self._fill()
        return True

    def _fill(self) -> None:
        row = self._rows[-1]
        while len(row) in self._spanning:
            column = len(row)
            left, cell = self._spanning.pop(column)
            if left > 1:
                self._spanning[column] = left - 1, cell
            row.append(cell)

    def take_if_long(self) -> Iterator[Block]:
        """The rows so far, under their header, when there are many."""
        if len(self._rows) >= _LONG_ROWS:
            yield from self.blocks()
            self._rows = []

    def blocks(self) -> Iterator[Block]:
        """The rows that were not taken yet, under the table's header."""
        rows = self._rows
        if self._header is not None and rows:
            rows = [self._header, *rows]
        elif rows and not is_layout(rows) and len(rows) >= _LONG_ROWS:
            self._header = next((row for row in rows if _says(row)), rows[0])
        yield from grid_blocks(rows)


def _says(row: list[Cell]) -> bool:
    return bool(row_text(text_of(cell.blocks) for cell in row))
