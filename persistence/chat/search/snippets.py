"""Snippets: the place in a text where the words of a query stand closest together."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from persistence.chat.search.words import FOLDS, Term, text_folded, words_of

SNIPPET_CHARACTERS = 200
# How much of a snippet stands before its first highlight, at the most.
LEAD_CHARACTERS = 40
# Long texts are looked at piece by piece, until a piece holds every word.
PIECE_CHARACTERS = 8_000
_OVERLAP = 300

_SPACES = re.compile(r"[\s\x00-\x1f\x7f]")


@dataclass(frozen=True, order=True)
class Span:
    """A part of a text, in code points; `end` is exclusive."""

    start: int
    end: int


@dataclass(frozen=True)
class Snippet:
    """A part of a text in one line, and where in it the words are."""

    text: str
    highlights: Sequence[Span]


@dataclass(frozen=True)
class _Match:
    span: Span
    term: Term


@dataclass(frozen=True)
class _Window:
    """Matches that fit into one snippet, and how many words they are of."""

    matches: Sequence[_Match]

    @property
    def worth(self) -> tuple[int, int]:
        return len({match.term for match in self.matches}), len(self.matches)


def snippet_of(text: str, terms: Sequence[Term]) -> Snippet:
    """Returns the best part of `text`; its begin when none of the words is in it."""
    best, at = _Window([]), 0
    for begin in range(0, max(1, len(text)), PIECE_CHARACTERS - _OVERLAP):
        window = _best_window(_matches(text[begin : begin + PIECE_CHARACTERS], terms))
        if window.worth > best.worth:
            best, at = window, begin
        if best.worth[0] == len(terms):
            break
    return _cut(text, [_moved(match.span, at) for match in best.matches])


def _matches(text: str, terms: Sequence[Term]) -> list[_Match]:
    """Finds the words in a text, in order and without overlap."""
    folded, origins = _folded(text)
    found: list[_Match] = []
    end = 0
    places = sorted(_places(folded, terms), key=lambda p: (p[0], -len(p[1].text)))
    for place, term in places:
        if place < end:
            continue
        end = place + len(term.text)
        span = _unfolded(text, origins, place, end)
        if span.end - span.start <= SNIPPET_CHARACTERS and (
            not found or span.start >= found[-1].span.end
        ):
            found.append(_Match(span, term))
    return found


def _places(folded: str, terms: Sequence[Term]) -> Iterator[tuple[int, Term]]:
    for word, place, unspaced in words_of(folded):
        for term in terms:
            if term.is_part != unspaced:
                continue
            if term.is_part:
                for match in re.finditer(f"(?={re.escape(term.text)})", word):
                    yield place + match.start(), term
            elif word == term.text or (term.is_prefix and word.startswith(term.text)):
                yield place, term


def _best_window(matches: Sequence[_Match]) -> _Window:
    best = _Window([])
    for first, match in enumerate(matches):
        limit = match.span.start + SNIPPET_CHARACTERS - LEAD_CHARACTERS
        limit = max(limit, match.span.end)
        last = first
        while last < len(matches) and matches[last].span.end <= limit:
            last += 1
        window = _Window(matches[first:last])
        if window.worth > best.worth:
            best = window
    return best


def _cut(text: str, spans: Sequence[Span]) -> Snippet:
    start = 0
    if spans:
        needed = spans[-1].end - spans[0].start
        lead = min(LEAD_CHARACTERS, SNIPPET_CHARACTERS - needed)
        start = max(0, spans[0].start - lead)
        # Begin with a whole word where there is a space to begin after.
        space = _SPACES.search(text, max(0, start - 1), spans[0].start)
        if start and space is not None:
            start = space.end()
    piece = text[start : start + SNIPPET_CHARACTERS]
    line = _SPACES.sub(" ", piece)
    return Snippet(line, [_moved(span, -start) for span in spans])


def _folded(text: str) -> tuple[str, Sequence[int]]:
    """Folds a text; also says which character each folded one is from."""
    if text.isascii():
        return text_folded(text), range(len(text))
    origins: list[int] = []
    pieces: list[str] = []
    for place, character in enumerate(text):
        folded = FOLDS[ord(character)]
        pieces.append(folded)
        origins.extend([place] * len(folded))
    return "".join(pieces), origins


def _unfolded(text: str, origins: Sequence[int], start: int, end: int) -> Span:
    last = origins[end - 1] + 1
    # An accent of its own belongs to the letter before it.
    while last < len(text) and FOLDS[ord(text[last])] == "":
        last += 1
    return Span(origins[start], last)


def _moved(span: Span, by: int) -> Span:
    return Span(span.start + by, span.end + by)
