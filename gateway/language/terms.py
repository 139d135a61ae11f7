"""What of a text can be compared: stems of words of content, pairs of characters."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import NamedTuple

import regex
import Stemmer

from gateway.language.grammar import grammar

_ALGORITHMS = {
    "ar": "arabic",
    "de": "german",
    "el": "greek",
    "en": "english",
    "es": "spanish",
    "fi": "finnish",
    "fr": "french",
    "hi": "hindi",
    "hu": "hungarian",
    "it": "italian",
    "nl": "dutch",
    "no": "norwegian",
    "pl": "polish",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sv": "swedish",
    "da": "danish",
    "tr": "turkish",
}
# Scripts without spaces between words, and Korean, whose particles hang on its words.
_UNSPACED = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Thai}\p{Lao}\p{Khmer}ー々"
_TOKEN = regex.compile(
    rf"(?V1)[{_UNSPACED}]+|[[\p{{L}}\p{{M}}\p{{N}}]--[{_UNSPACED}]]+"
)
_PAIRED = regex.compile(rf"(?V1)[{_UNSPACED}]")
# Japanese endings and particles are written in these, words of content rarely.
_KANA_ONLY = regex.compile(r"\p{Hiragana}+")


class Word(NamedTuple):
    """One word as it stands, and what it is compared by; `key` is empty for grammar."""

    start: int
    end: int
    text: str
    key: str


def words_of(text: str, language: str = "") -> list[Word]:
    """Cuts a text into words; runs of unspaced scripts into pairs of characters."""
    found: list[Word] = []
    ignored = grammar(language)
    for match in _TOKEN.finditer(text):
        token, start = match.group(), match.start()
        if _PAIRED.match(token):
            found.extend(_pairs(token, start))
            continue
        folded = _folded(token)
        is_grammar = token.casefold() in ignored or folded in ignored
        key = "" if is_grammar else _stem(folded, language)
        found.append(Word(start, match.end(), token, key))
    return found


def keys_of(text: str, language: str = "") -> list[str]:
    """Returns the keys of the words of content, in order."""
    return [word.key for word in words_of(text, language) if word.key]


def _pairs(run: str, start: int) -> list[Word]:
    if len(run) == 1:
        key = "" if _KANA_ONLY.fullmatch(run) else run
        return [Word(start, start + 1, run, key)]
    pairs = []
    for n in range(len(run) - 1):
        pair = run[n : n + 2]
        key = "" if _KANA_ONLY.fullmatch(pair) else pair
        pairs.append(Word(start + n, start + n + 2, pair, key))
    return pairs


@lru_cache(maxsize=20_000)
def _folded(token: str) -> str:
    if token.isascii():
        return token.lower()
    text = unicodedata.normalize("NFKD", token.casefold())
    return "".join(c for c in text if not unicodedata.combining(c)) or token


@lru_cache(maxsize=20_000)
def _stem(word: str, language: str) -> str:
    algorithm = _ALGORITHMS.get(language.partition("-")[0])
    if algorithm is None or not word.isalpha():
        return word
    return str(_stemmer(algorithm).stemWord(word))


@lru_cache(maxsize=len(_ALGORITHMS))
def _stemmer(algorithm: str) -> Stemmer.Stemmer:
    # Used on the event loop alone: a stemmer is not safe between threads.
    return Stemmer.Stemmer(algorithm)
