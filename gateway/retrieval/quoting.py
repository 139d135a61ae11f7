"""An answer in the documents' own sentences, where the model would get them wrong.

The small built-in model was given the right sentences and still answered every fourth
question wrongly. What it read is shown instead: verbatim, and cited as any answer is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import groupby

from gateway.citations.matching import Matching, Piece
from gateway.citations.meaning import Meaning
from gateway.citations.stating import states
from gateway.citations.verdict import Statement
from gateway.clients.chunks import Chunk
from gateway.clients.embedder import Embedder
from gateway.retrieval.table_heads import heads_of, is_row

SENTENCES = 3
# Sentences that are compared; those of the best passages come first.
COMPARED = 40
# Beside the best one, a sentence must fit the question nearly as well.
NEARLY = 0.75
# More than so many line ends make a list of something, not a sentence.
LINES = 2


async def quotes_of(chunks: Sequence[Chunk], question: str, embedder: Embedder) -> str:
    """Returns the sentences that fit a question best, as Markdown, in their order."""
    matching = Matching(chunks, "")
    heads = heads_of(matching.pieces)
    known = set(heads.values())
    pieces = [
        piece
        for piece in matching.pieces
        if piece not in known and _says_something(piece)
    ][:COMPARED]
    compared = [_below_head(piece, heads) for piece in pieces]
    nearness = await Meaning(embedder).nearness(
        question, [piece.quote for piece in compared]
    )
    covered = matching.coverages(question, compared)
    scores = [
        words + max(0.0, nearness.get(piece.quote, 0.0))
        for words, piece in zip(covered, compared, strict=True)
    ]
    places = sorted(range(len(pieces)), key=lambda n: (-scores[n], n))[:SENTENCES]
    best = scores[places[0]] if places else 0.0
    chosen = sorted(n for n in places if scores[n] >= NEARLY * best)
    return "\n\n".join(_quotes([pieces[n] for n in chosen], heads))


def _says_something(piece: Piece) -> bool:
    """Leaves out tables of contents, headings and the like."""
    return piece.quote.count("\n") <= LINES and states(piece.statement)


def _below_head(piece: Piece, heads: Mapping[Piece, Piece]) -> Piece:
    if piece not in heads:
        return piece
    text = f"{heads[piece].quote}\n{piece.quote}"
    return replace(piece, statement=Statement.of(text, piece.statement.language))


def _quotes(pieces: Sequence[Piece], heads: Mapping[Piece, Piece]) -> list[str]:
    """Returns one quote for each page: its sentences, in their order."""

    def place(piece: Piece) -> tuple[str, int]:
        return piece.source.chunk.document_id, piece.source.chunk.page

    return [
        "> " + "  \n> ".join(_lines(list(group), heads))
        for _, group in groupby(pieces, key=place)
    ]


def _lines(pieces: Sequence[Piece], heads: Mapping[Piece, Piece]) -> list[str]:
    """Returns sentences on one line; rows on lines of their own, below their head."""
    lines: list[str] = []
    head = None
    for rows, group in groupby(pieces, key=is_row):
        texts = []
        for piece in group:
            if rows and heads.get(piece) not in (None, head):
                head = heads[piece]
                texts.append(" ".join(head.quote.split()))
            texts.append(" ".join(piece.quote.split()))
        lines += texts if rows else [" ".join(texts)]
    return lines
