"""Cuts pages into chunks along their structure.

Blocks are put together until the budget is reached; a heading begins a new chunk
unless the one before is still small. A block beyond the budget is cut into parts of
about the same size at the best borders in it, a table between rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from persistence.documents.chunking.domain import Chunk
from persistence.documents.chunking.tokens import count_tokens, splitter
from persistence.documents.parsing.domain import (
    BLOCK_SEPARATOR,
    Block,
    BlockKind,
    Page,
)

# Some 950 letters: a passage that one vector can stand for, and one can read at a
# glance. With title and headings it fits the windows of the models (256 tokens and up).
BUDGET_TOKENS = 240
# A chunk of fewer says too little alone: the next heading does not end it.
FEW_TOKENS = 60
# What a table's header row may add to each of its chunks.
HEADER_CHARACTERS = 300
HEADING_CHARACTERS = 120


@dataclass(frozen=True, slots=True)
class _Piece:
    """A block, or a part of one, and its place on the page."""

    start: int
    end: int
    tokens: int
    header: str = ""


class Splitter:
    """Cuts the pages of one document, in their order: headings outlive their page."""

    def __init__(self, budget: int = BUDGET_TOKENS) -> None:
        """Cuts chunks of at most `budget` tokens."""
        self._budget = budget
        self._headings: list[tuple[int, str]] = []

    def split(self, page: Page) -> list[Chunk]:
        """Returns the page's chunks, in their order, without overlap.

        Deterministic: the same pages give the same chunks.
        """
        text = page.text
        chunks: list[Chunk] = []
        group: list[_Piece] = []
        above = self._above()
        for block, start in _placed(page):
            if block.kind is BlockKind.HEADING:
                if _tokens(group) >= FEW_TOKENS:
                    chunks.append(_chunk(page, text, group, above))
                    group = []
                self._descend(block)
                if not group:
                    above = self._above(but=block)
            for piece in self._pieces(block, start):
                if group and _tokens(group) + piece.tokens > self._budget:
                    chunks.append(_chunk(page, text, group, above))
                    group = []
                if not group and block.kind is not BlockKind.HEADING:
                    above = self._above()
                group.append(piece)
        if group:
            chunks.append(_chunk(page, text, group, above))
        return chunks

    def _descend(self, heading: Block) -> None:
        while self._headings and self._headings[-1][0] >= heading.level:
            self._headings.pop()
        self._headings.append((heading.level, heading.text[:HEADING_CHARACTERS]))

    def _above(self, but: Block | None = None) -> tuple[str, ...]:
        headings = self._headings[:-1] if but else self._headings
        return tuple(text for _, text in headings)

    def _pieces(self, block: Block, start: int) -> Iterator[_Piece]:
        tokens = count_tokens(block.text)
        if tokens <= self._budget:
            yield _Piece(start, start + len(block.text), tokens)
            return
        # Of equal size rather than full ones and a rest that says nothing alone.
        count = -(-tokens // self._budget)
        size = min(self._budget, -(-tokens // count) + FEW_TOKENS // 3)
        header = _header(block)
        parts = splitter(size).chunk_indices(block.text)
        for number, (offset, part) in enumerate(parts):
            begin, end = start + offset, start + offset + len(part)
            yield _Piece(begin, end, count_tokens(part), header if number else "")


def _placed(page: Page) -> Iterator[tuple[Block, int]]:
    start = 0
    for block in page.blocks:
        yield block, start
        start += len(block.text) + len(BLOCK_SEPARATOR)


def _header(block: Block) -> str:
    if block.kind is not BlockKind.TABLE:
        return ""
    header, *rows = block.text.split("\n", 1)
    return header[:HEADER_CHARACTERS] if rows else ""


def _tokens(group: list[_Piece]) -> int:
    return sum(piece.tokens for piece in group)


def _chunk(
    page: Page, text: str, group: list[_Piece], headings: tuple[str, ...]
) -> Chunk:
    start = group[0].start
    inside = text[start : group[-1].end].rstrip()
    header = group[0].header
    return Chunk(
        page=page.number,
        start=start,
        end=start + len(inside),
        text=inside,
        headings=(*headings, header) if header else headings,
    )
