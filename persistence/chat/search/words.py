"""Words: what of a text can be searched for.

PostgreSQL's parser cannot part Chinese, Japanese or Thai, and takes a contrib module to
fold accents. So words are made here, and PostgreSQL gets them as its configuration
`simple` would: without stemming and stop words. Scripts that write no spaces become
overlapping pairs of characters, which makes any part of a text findable.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

# What of a message is searched: longer ones come from imports only.
SEARCHED_CHARACTERS = 200_000
# Characters of a word that count; PostgreSQL allows 2,046 bytes.
KEY_CHARACTERS = 64
# PostgreSQL's bounds: https://www.postgresql.org/docs/current/textsearch-limitations.html
MOST_POSITIONS = 255
LAST_POSITION = 16_383
VECTOR_BYTES = 900_000
_POSITION_BYTES = 8

# Scripts without spaces, and Hangul, whose endings stick to the word.
_UNSPACED = (
    "\u0e01-\u0e3a\u0e40-\u0e4e\u0e81-\u0ece\u1000-\u103f\u1780-\u17d3"
    "\u3005-\u3007\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff"
)
# Combining marks above are variation selectors, which no word needs.
_LAST_MARK = 0x1E950
_ASCII_WORDS = re.compile(r"[a-z0-9]+")
# Accents of European scripts, Hebrew and Arabic; elsewhere marks are letters.
_ACCENTS = re.compile("[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670]")
_NO_DECOMPOSITION = {
    "æ": "ae", "Æ": "ae", "œ": "oe", "Œ": "oe", "ø": "o", "Ø": "o", "đ": "d",
    "Đ": "d", "ð": "d", "Ð": "d", "ł": "l", "Ł": "l", "þ": "th", "Þ": "th",
    "ħ": "h", "Ħ": "h", "\u0131": "i",
}  # fmt: skip
_INVISIBLE = {"\u00ad", "\u200b", "\u200c", "\u200d", "\u2060", "\ufeff"}


class _Folds(dict[int, str]):
    """What each character is compared as; filled as characters are met."""

    def __missing__(self, code: int) -> str:
        folded = self[code] = _fold_character(chr(code))
        return folded


FOLDS = _Folds()


@dataclass(frozen=True)
class Term:
    """One word of a query, folded.

    Attributes:
        is_prefix: Whether words that only begin with it match too.
        is_part: Whether it matches anywhere: of a script without spaces.
    """

    text: str
    is_prefix: bool = False
    is_part: bool = False


def text_folded(text: str) -> str:
    """Returns `text` without case and accents; some characters become several."""
    return text.lower() if text.isascii() else text.translate(FOLDS)


def words_of(folded: str) -> Iterator[tuple[str, int, bool]]:
    """Yields the words of a folded text: word, place, whether it is unspaced."""
    if folded.isascii():
        for match in _ASCII_WORDS.finditer(folded):
            yield match.group(), match.start(), False
        return
    for match in _words().finditer(folded):
        yield match.group(), match.start(), match.lastgroup == "unspaced"


def terms_of(query: str) -> list[Term]:
    """Returns the words of a query, each once; the last may be the begin of one."""
    words = list(words_of(text_folded(query)))
    last = len(words) - 1
    terms = [
        Term(word, is_prefix=place == last and not unspaced, is_part=unspaced)
        for place, (word, _, unspaced) in enumerate(words)
    ]
    return list(dict.fromkeys(terms))


def vector_of(text: str, *, weight: str = "D") -> str:
    """Returns the words of `text` as PostgreSQL reads a `tsvector`.

    Args:
        weight: `A` for titles, which count for more, to `D`.
    """
    positions: dict[str, list[int]] = {}
    left = VECTOR_BYTES
    for count, key in enumerate(_keys(text_folded(text[:SEARCHED_CHARACTERS]))):
        places = positions.get(key)
        if places is None:
            left -= len(key.encode()) + _POSITION_BYTES
            places = positions[key] = []
        if len(places) < MOST_POSITIONS:
            places.append(count % LAST_POSITION + 1)
            left -= _POSITION_BYTES
        if left < 0:
            break
    return " ".join(
        f"'{key}':{','.join(f'{place}{weight}' for place in places)}"
        for key, places in positions.items()
    )


def query_of(terms: list[Term]) -> str:
    """Returns `terms` as PostgreSQL reads a `tsquery`: all of them must occur.

    Words hold letters, digits and marks only, so nothing in them is an operator.
    """
    return " & ".join(map(_asked, terms))


def _asked(term: Term) -> str:
    if not term.is_part:
        return f"'{term.text[:KEY_CHARACTERS]}'" + (":*" if term.is_prefix else "")
    if len(term.text) == 1:
        return f"'{term.text}':*"
    pairs = (term.text[i : i + 2] for i in range(len(term.text) - 1))
    return "(" + " <-> ".join(f"'{pair}'" for pair in pairs) + ")"


def _keys(folded: str) -> Iterator[str]:
    for word, _, unspaced in words_of(folded):
        if unspaced:
            # The last character stands alone, so that each one begins a key.
            yield from (word[i : i + 2] for i in range(len(word)))
        else:
            yield word[:KEY_CHARACTERS]


def _fold_character(character: str) -> str:
    if character in _INVISIBLE:
        return ""
    plain = _NO_DECOMPOSITION.get(character)
    if plain is not None:
        return plain
    bare = _ACCENTS.sub("", unicodedata.normalize("NFKD", character))
    return unicodedata.normalize("NFKC", bare).casefold()


@cache
def _words() -> re.Pattern[str]:
    marks = "".join(
        chr(code)
        for code in range(0x300, _LAST_MARK)
        if unicodedata.category(chr(code)).startswith("M")
    )
    marks = re.sub(f"[{_UNSPACED}]", "", marks)
    return re.compile(
        f"(?P<unspaced>[{_UNSPACED}]+)|(?P<word>(?:[^\\W_{_UNSPACED}]|[{marks}])+)"
    )
