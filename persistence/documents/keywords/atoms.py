"""Cuts text into what can be looked for: words, numbers, codes, n-grams.

The same for every language, so that a word of a question has one number whatever the
languages it is looked for in.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import NamedTuple

import regex

from persistence.documents.keywords.scripts import HANGUL, UNSPACED, normalised

_LETTER = rf"[[\p{{L}}\p{{M}}\p{{N}}]--[{UNSPACED}{HANGUL}]]"
_APOSTROPHES = "'\u2019\u02bc"
# Hyphens that break and that do not, and the Hebrew marks of abbreviations.
_MARKS = r"\-\u2010\u2011./_@+\u05f3\u05f4\""
_TOKEN = regex.compile(
    rf"(?V1)(?P<unspaced>[[{UNSPACED}]&&[\p{{L}}\p{{M}}]]+)"
    rf"|(?P<hangul>[{HANGUL}]+)"
    rf"|(?P<word>{_LETTER}++(?:[{_MARKS}{_APOSTROPHES},]{_LETTER}++)*+)"
)
_SPLIT = regex.compile(rf"[{_MARKS}{_APOSTROPHES},]")
# "1.234.567", "1,234.5", "1'234": marks between thousands.
_GROUPED = regex.compile(
    rf"([1-9]\d{{0,2}}(?:[.,{_APOSTROPHES}]\d{{3}})+)(?:[.,](\d{{1,2}}))?"
)
_DECIMAL = regex.compile(r"\d+[.,]\d+")
# "2 000" with a space that does not break, as French and Russian write it.
_SPACED = regex.compile(r"(?<=\d)[\u00a0\u2009\u202f](?=\d{3}(?!\d))")
_DIGIT = regex.compile(r"\d")
# Hebrew marks initials before their last letter, with a typewriter's quote, too.
_HEBREW_INITIALS = regex.compile(r"\p{Hebrew}[\u05f4\"]\p{Hebrew}")
# One visible character of a script whose vowels are marks.
_CLUSTER = regex.compile(r"\X")
_MARK = regex.compile(r"\p{M}")


class Kind(Enum):
    """How an atom becomes a term."""

    WORD = "word"
    """Stemmed, unless it is a word of grammar."""
    NAME = "name"
    """In capitals amid a text: stemmed, and never a word of grammar ("WHO", "US")."""
    ENDING = "ending"
    """A word after an apostrophe, which is an ending in some languages."""
    EXACT = "exact"
    """Kept as it is: numbers, codes, n-grams."""


class Atom(NamedTuple):
    """What can be looked for."""

    text: str
    kind: Kind


def atoms(text: str) -> Iterator[Atom]:
    """Yields what a text consists of, in order."""
    text = normalised(_SPACED.sub("", text))
    for match in _TOKEN.finditer(text):
        token = match.group()
        if match.lastgroup == "word":
            if _SPLIT.search(token):
                yield from _joined(token)
            elif token.isdecimal():
                yield Atom(token, Kind.EXACT)
            else:
                yield Atom(token, _kind(token, text, match.start()))
        else:
            yield from _ngrams(token)


def _kind(word: str, text: str, start: int) -> Kind:
    if not word.isupper() or not word.isascii():
        return Kind.WORD
    if len(word) > 1:
        return Kind.NAME
    # "vitamin A", but not the article that begins a sentence, nor the pronoun "I".
    is_amid = start > 1 and text[start - 1] == " " and text[start - 2].isalnum()
    return Kind.NAME if is_amid and word != "I" else Kind.WORD


def _joined(token: str) -> Iterator[Atom]:
    number = _number(token)
    if number:
        yield Atom(number, Kind.EXACT)
        return
    is_ending = False
    parts = _SPLIT.split(token)
    position = 0
    for part in parts:
        if part.isdecimal():
            yield Atom(part, Kind.EXACT)
        elif is_ending:
            yield Atom(part, Kind.ENDING)
        else:
            is_name = part.isupper() and part.isascii() and len(part) > 1
            yield Atom(part, Kind.NAME if is_name else Kind.WORD)
        position += len(part) + 1
        is_ending = position <= len(token) and token[position - 1] in _APOSTROPHES
    if any(mark in token for mark in _APOSTROPHES + ","):
        return
    if "@" in token:
        yield Atom(token.casefold(), Kind.EXACT)
    elif _DIGIT.search(token) or _HEBREW_INITIALS.search(token):
        yield Atom("".join(parts).casefold(), Kind.EXACT)
    elif "." not in token and "/" not in token:
        yield Atom("".join(parts), Kind.WORD)


def _number(token: str) -> str:
    """Returns a number with marks as Python writes it; "" for anything else."""
    found = _GROUPED.fullmatch(token)
    if found:
        whole = "".join(filter(str.isdecimal, found[1]))
        return f"{whole}.{found[2]}" if found[2] else whole
    return token.replace(",", ".") if _DECIMAL.fullmatch(token) else ""


def _ngrams(run: str) -> Iterator[Atom]:
    """Yields each character and each pair: how BM25 reads scripts without spaces."""
    units = _CLUSTER.findall(run) if _MARK.search(run) else list(run)
    for index, unit in enumerate(units):
        yield Atom(unit, Kind.EXACT)
        if index:
            yield Atom(units[index - 1] + unit, Kind.EXACT)
