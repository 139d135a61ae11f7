"""What of a sentence must be in its evidence exactly: numbers, units, codes, names; and
whether it says yes or no.
"""

# ruff: noqa: RUF001 - Letters and marks of many scripts are meant.
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import regex

from gateway.citations.negation import negations_of
from gateway.citations.numbers import numbers_in
from gateway.citations.units import measure_of, measures_in
from gateway.language.grammar import grammar
from gateway.language.terms import Word, words_of

_CODE = regex.compile(
    r"(?<![\p{L}\p{N}])(?=[\p{L}\p{N}_./-]*\p{N})(?=[\p{L}\p{N}_./-]*\p{Latin})"
    r"[\p{Latin}\p{N}][\p{Latin}\p{N}_./-]*[\p{Latin}\p{N}]"
)
_NAME = regex.compile(r"(?<![\p{L}\p{N}])\p{Lu}[\p{L}\p{M}\p{N}’'-]*")
_SYMBOL = regex.compile(r"\s{0,2}(%|‰|°\s?[CF]?|€|\$|£|¥|₽)")
# Without spaces, what is counted is the next character, or two after a classifier.
_COUNTED = regex.compile(
    r"[个個ヶケか]?[\p{Han}\p{Hangul}]|[\p{Katakana}ー]+|\p{Hangul}"
)
_SYMBOL_BEFORE = regex.compile(r"([€$£¥])\s?\Z")
_YEAR = regex.compile(r"(?:1\d|20)\d\d")
# So near to a number stands what it counts.
CLOSE = 2
# Nouns begin with a capital there.
_CAPITAL_NOUNS = frozenset({"de", "lb"})


@dataclass(frozen=True, slots=True)
class Number:
    """A number, and what is counted by it, if that can be told.

    Attributes:
        measure: What the unit measures, in any language; empty when that is not known.
    """

    value: str
    unit: str
    measure: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """What must be the same in a sentence and its evidence.

    Attributes:
        measures: All measures that are named, with a number or without.
        names: Keys of words with a capital, where that makes a name.
        negations: How often it says no.
    """

    numbers: tuple[Number, ...]
    measures: frozenset[str]
    codes: frozenset[str]
    names: frozenset[str]
    negations: int


def facts_of(text: str, language: str, words: Sequence[Word] | None = None) -> Facts:
    """Returns the facts of a sentence."""
    words = words_of(text, language) if words is None else words
    codes = frozenset(match.group().casefold() for match in _CODE.finditer(text))
    numbers = tuple(
        Number(value, *_unit(text, start, end, words, language))
        for start, end, value in numbers_in(text, words)
    )
    measures = measures_in(text, language)
    if any(_YEAR.fullmatch(number.value) for number in numbers):
        measures -= {"year"}  # "In the year 1928" is "in 1928".
    return Facts(
        numbers=numbers,
        measures=measures,
        codes=codes,
        names=_names(text, language, words),
        negations=negations_of(text, language),
    )


def _unit(
    text: str, start: int, end: int, words: Sequence[Word], language: str
) -> tuple[str, str]:
    symbol = _SYMBOL.match(text, end) or _SYMBOL_BEFORE.search(text[:start])
    if symbol is not None:
        return str(symbol.group(1)).replace(" ", ""), ""
    if (counted := _COUNTED.match(text, end)) is not None:
        return str(counted.group()), ""
    for word in words:
        if word.start >= end:
            gap = text[end : word.start]
            is_next = len(gap) <= CLOSE and not gap.strip(" -\u00a0")
            if not is_next or word.key[:1].isdigit():
                return "", ""
            return word.key, measure_of(word.text, language)
    return "", ""


def _names(text: str, language: str, words: Sequence[Word]) -> frozenset[str]:
    if language in _CAPITAL_NOUNS:
        return frozenset()
    keys = {word.start: word.key for word in words}
    ignored = grammar(language)
    first = next((word.start for word in words), 0)
    return frozenset(
        keys[match.start()]
        for match in _NAME.finditer(text)
        if keys.get(match.start())
        and match.start() != first
        and match.group().casefold() not in ignored
    )
