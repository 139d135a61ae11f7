"""An answer in the documents' own sentences, where the model would get them wrong.

The small built-in model was given the right sentences and still answered every fourth
question wrongly. What it read is shown instead: verbatim, and cited as any answer is.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from gateway.citations.matching import Matching, Piece
from gateway.citations.meaning import Meaning
from gateway.citations.stating import states
from gateway.clients.chunks import Chunk
from gateway.clients.embedder import Embedder

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
    pieces = [piece for piece in matching.pieces if _says_something(piece)][:COMPARED]
    nearness = await Meaning(embedder).nearness(
        question, [piece.quote for piece in pieces]
    )
    covered = dict(zip(matching.pieces, matching.coverages(question), strict=True))
    scores = [
        covered[piece] + max(0.0, nearness.get(piece.quote, 0.0)) for piece in pieces
    ]
    places = sorted(range(len(pieces)), key=lambda n: (-scores[n], n))[:SENTENCES]
    best = scores[places[0]] if places else 0.0
    chosen = sorted(n for n in places if scores[n] >= NEARLY * best)
    return "\n\n".join(_quotes([pieces[n] for n in chosen]))


def _says_something(piece: Piece) -> bool:
    """Leaves out tables of contents, headings and the like."""
    return piece.quote.count("\n") <= LINES and states(piece.statement)


def _quotes(pieces: Sequence[Piece]) -> list[str]:
    """Returns one quote for each page: its sentences, in their order."""

    def place(piece: Piece) -> tuple[str, int]:
        return piece.source.chunk.document_id, piece.source.chunk.page

    return [
        f"> {' '.join(' '.join(piece.quote.split()) for piece in group)}"
        for _, group in groupby(pieces, key=place)
    ]
