"""Finds the head of a table, without which its rows say little."""

from __future__ import annotations

from collections.abc import Sequence

from gateway.citations.matching import Piece

_ROW = " | "
# Line ends between a table and the block before it.
_BLOCK_GAP = 2


def is_row(piece: Piece) -> bool:
    """Says whether a sentence is a row of a table."""
    return _ROW in piece.quote


def heads_of(pieces: Sequence[Piece]) -> dict[Piece, Piece]:
    """Returns the head of each row below one.

    Where a passage begins within a table, its head is not known.
    """
    heads: dict[Piece, Piece] = {}
    head: Piece | None = None
    last: Piece | None = None
    for piece in sorted(pieces, key=_place):
        gap = _gap(last, piece)
        if not is_row(piece):
            head = None
        elif last is not None and is_row(last) and gap == 1:
            if head is not None:
                heads[piece] = head
        else:
            head = piece if gap <= _BLOCK_GAP else None
        last = piece
    return heads


def _gap(last: Piece | None, piece: Piece) -> int:
    """Characters between a sentence and the one before it, or the page's beginning."""
    if last is None or _place(last)[:2] != _place(piece)[:2]:
        return piece.source.start
    return piece.source.start - last.end


def _place(piece: Piece) -> tuple[str, int, int]:
    chunk = piece.source.chunk
    return chunk.document_id, chunk.page, piece.source.start
