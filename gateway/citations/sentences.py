"""Where sentences end, in most of the world's scripts.

Rules, not a model: an answer is cut while it is being written, so what is decided must
stay decided.
"""

# ruff: noqa: RUF001 - Letters and marks of many scripts are meant.
from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import regex

# Ends that need no space after them: Chinese and Japanese.
_WIDE = "。！？｡．"
# Ends of other scripts that mean nothing else: Devanagari, Arabic, Armenian, Ethiopic …
_SURE = "।॥؟۔։።፧៕။!?‼⁇⁈⁉"
_CLOSERS = r"[\"'”’»›)\]」』】）》*_~`]*"
_MARKS = r"(?:\s?\[\^?\d{1,3}\])*"
_END = regex.compile(
    rf"(?P<wide>[{_WIDE}]+{_CLOSERS})|(?P<sure>[{_SURE}]+{_CLOSERS}{_MARKS})(?=\s|\Z)"
    rf"|(?P<dot>(?:\.{{1,4}}|…)+{_CLOSERS}{_MARKS})(?=\s|\Z)"
)
_BEFORE = regex.compile(r"[\p{L}\p{N}.]+\Z")
_NEXT = regex.compile(r"\s*([\"'“‘«(\[*_„]*)(\S)")
_INITIAL = regex.compile(r"(?:\A|[^\p{L}])\p{Lu}\Z|(?:\p{L}\.)+\p{L}\Z")
_ORDINAL = regex.compile(r"(?:\A|[^\d.,])\d{1,2}\Z")
# Not followed by a new sentence, whatever follows.
_SHORT = """
    dr mr mrs ms prof st mt sr jr rev gen col sgt capt lt hon messrs vs cf al approx ca
    fig figs eq eqs no nos nr vol vols ch sec pp pg ed eds p z b d h u a bzw vgl abs art
    abb bd hrsg inkl zzgl ggf evtl sog mio mrd max min str m mm mme mlle env chap sra
    srta dra ud uds pág núm tel dott sig ing avv blz bijv o.a t.w.z np tj tzn ul św
    им гг т п рис стр см тыс млн млрд
    jan feb mar apr jun jul aug sep sept oct nov dec okt dez
"""
_ABBREVIATIONS = frozenset(_SHORT.split())
# They can end a sentence as well: then a capital follows.
_EITHER_WORDS = "etc usw inc ltd co corp u.s ph.d др г"
_EITHER = frozenset(_EITHER_WORDS.split())


class Span(NamedTuple):
    """A part of a text, in Unicode code points."""

    start: int
    end: int


def sentences(text: str, start: int, end: int, *, is_final: bool) -> Iterator[Span]:
    """Yields the sentences of a piece of running text.

    Args:
        is_final: Whether nothing follows `end`; otherwise the last sentence is yielded
            only when it is certain that it has ended.
    """
    begin = start
    for match in _END.finditer(text, start, end):
        stop = match.end()
        is_wide = match.lastgroup == "wide"
        following = _NEXT.match(text, stop, end)
        if following is None and not is_final and not is_wide:
            return
        is_dot = match.lastgroup == "dot" and following is not None
        if is_dot and not _ends(text[begin : match.start()], match.group(), following):
            continue
        yield from _span(text, begin, stop)
        begin = stop
    if is_final:
        yield from _span(text, begin, end)


def _ends(before: str, dots: str, following: regex.Match[str]) -> bool:
    """Says whether a full stop ends a sentence."""
    next_ = following.group(2)
    if next_.islower():
        return False
    if len(dots.strip()) > 1 and dots.startswith(".") and not dots.startswith(".."):
        return True  # A closing quotation mark or bracket follows.
    if dots.startswith(("..", "…")):
        return True
    word = _BEFORE.search(before)
    last = word.group().rstrip(".").casefold() if word else ""
    if last in _EITHER:
        return bool(next_.isupper())
    if last in _ABBREVIATIONS or _INITIAL.search(before):
        return False
    # "1. First", "am 3. Mai": a number of two digits is rarely the end.
    return _ORDINAL.search(before) is None


def _span(text: str, start: int, end: int) -> Iterator[Span]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start < end:
        yield Span(start, end)
