"""Finds the best evidence for one sentence among the sentences of the passages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from gateway.citations.source_text import Source, sources_of
from gateway.citations.verdict import Statement, Verdict, Weights, verdict
from gateway.clients.chunks import Chunk
from gateway.evidence import Support
from gateway.language.terms import keys_of

# Compared by meaning at most.
CANDIDATES = 8
FOREIGN_CANDIDATES = 24
# A sentence gets a second citation when that fits so much as well as the first.
SECOND = 0.9
CITATIONS = 2
# A neighbour is added to evidence that lacks something only if it brings so much.
NEIGHBOUR_GAIN = 0.12

_ORDER = {Support.SUPPORTED: 2, Support.PARTIAL: 1, Support.UNSUPPORTED: 0}


@dataclass(frozen=True, slots=True)
class Piece:
    """One source sentence, or two that follow each other, as evidence."""

    source: Source
    end: int
    statement: Statement

    @property
    def quote(self) -> str:
        """The page's text from the source's start to `end`."""
        return self.statement.text


@dataclass(frozen=True, slots=True)
class Match:
    """A piece of evidence and how far it supports a sentence."""

    piece: Piece
    verdict: Verdict


class Matching:
    """The sources of one answer, taken apart once."""

    def __init__(self, chunks: Sequence[Chunk], question: str) -> None:
        """`question` holds words that an answer repeats and evidence need not."""
        self._pieces = [
            Piece(source, source.end, Statement.of(source.text, source.chunk.language))
            for source in sources_of(chunks)
        ]
        self._weights = Weights(piece.statement.keys for piece in self._pieces)
        self._question = question
        self._headings = {
            chunk.id: " ".join([chunk.document_title, *chunk.headings])
            for chunk in chunks
        }
        self._known_words: dict[tuple[str, str], frozenset[str]] = {}

    @property
    def language(self) -> str:
        """That of the sources, where they have one."""
        found = {piece.statement.language for piece in self._pieces}
        return found.pop() if len(found) == 1 else ""

    @property
    def pieces(self) -> Sequence[Piece]:
        """All sentences of the sources, in order of the passages."""
        return self._pieces

    def coverages(self, question: str, pieces: Sequence[Piece]) -> list[float]:
        """Returns how much of a question's words each of `pieces` has, range [0, 1]."""
        asked = Statement.of(question, self.language)
        return [self._coverage(asked, piece) for piece in pieces]

    def nearest(self, question: str, count: int) -> list[str]:
        """Returns the sentences with most of a question's words, in their order."""
        covered = self.coverages(question, self._pieces)
        places = sorted(range(len(covered)), key=lambda n: (-covered[n], n))
        return [self._pieces[n].quote for n in sorted(places[:count])]

    def candidates(self, claim: Statement) -> list[Piece]:
        """Returns the evidence that is worth a closer look, best first."""
        scored = [
            (self._coverage(claim, piece), n) for n, piece in enumerate(self._pieces)
        ]
        scored.sort(key=lambda one: (-one[0], one[1]))
        found: list[Piece] = []
        for coverage, n in scored[:CANDIDATES]:
            if coverage > 0:
                found.extend(self._with_neighbours(claim, n, coverage))
        others = {piece.statement.language for piece in self._pieces} - {claim.language}
        if others:
            # Of another language: words say little, so in the order of the passages.
            foreign = [p for p in self._pieces if p.statement.language in others]
            found.extend(foreign[:FOREIGN_CANDIDATES])
        return list(dict.fromkeys(found))

    def judge(
        self,
        claim: Statement,
        candidates: Sequence[Piece],
        nearness: Mapping[str, float],
    ) -> list[Match]:
        """Returns the best evidence, at most two pieces, best first."""
        matches = [
            Match(
                piece,
                verdict(
                    claim,
                    piece.statement,
                    coverage=self._coverage(claim, piece),
                    known=self._known(piece, claim.language),
                    nearness=nearness.get(piece.quote),
                ),
            )
            for piece in candidates
        ]
        matches.sort(key=_worth)
        if not matches:
            return []
        best = matches[0]
        chosen = [best]
        for match in matches[1:]:
            if len(chosen) == CITATIONS:
                break
            is_same = match.verdict.support is best.verdict.support
            fits = match.verdict.score >= SECOND * best.verdict.score
            if is_same and fits and not any(_overlap(match, one) for one in chosen):
                chosen.append(match)
        return chosen

    def is_decided(self, claim: Statement, candidates: Sequence[Piece]) -> bool:
        """Says whether words alone are enough to judge."""
        best = self.judge(claim, candidates, {})
        if not best:
            return claim.language == self.language
        return best[0].verdict.support is Support.SUPPORTED

    def _coverage(self, claim: Statement, piece: Piece) -> float:
        known = self._known(piece, claim.language)
        return self._weights.coverage(claim.keys, piece.statement.keys, known)

    def _known(self, piece: Piece, language: str) -> frozenset[str]:
        place = piece.source.chunk.id, language
        known = self._known_words.get(place)
        if known is None:
            text = f"{self._question}\n{self._headings[place[0]]}"
            known = self._known_words[place] = frozenset(keys_of(text, language))
        return known

    def _with_neighbours(
        self, claim: Statement, n: int, coverage: float
    ) -> list[Piece]:
        """Returns a piece, and with the next or former sentence where both say more."""
        found = [self._pieces[n]]
        for first, second in ((n, n + 1), (n - 1, n)):
            if first < 0 or second >= len(self._pieces):
                continue
            joined = _join(self._pieces[first], self._pieces[second])
            if (
                joined is not None
                and self._coverage(claim, joined) >= coverage + NEIGHBOUR_GAIN
            ):
                found.append(joined)
        return found


def _join(first: Piece, second: Piece) -> Piece | None:
    one, two = first.source, second.source
    if one.chunk.id != two.chunk.id or not one.end <= two.start <= one.end + 2:
        return None
    offset = one.chunk.context_start
    text = one.chunk.context[one.start - offset : two.end - offset]
    source = replace(one, end=two.end, text=text)
    return Piece(source, two.end, Statement.of(text, one.chunk.language))


def _worth(match: Match) -> tuple[int, float, int, int]:
    # Of equal ones the shorter, then the one of the better passage.
    found = match.verdict
    length = len(match.piece.quote)
    order = match.piece.source.order
    return -_ORDER[found.support], -round(found.score, 3), length, order


def _overlap(one: Match, other: Match) -> bool:
    a, b = one.piece, other.piece
    is_near = (a.source.chunk.document_id, a.source.chunk.page) == (
        b.source.chunk.document_id,
        b.source.chunk.page,
    )
    return is_near and a.source.start < b.end and b.source.start < a.end
