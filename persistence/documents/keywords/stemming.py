"""Stems by Snowball: https://snowballstem.org/algorithms/. For Hebrew, its prefixes."""

from __future__ import annotations

import threading
from functools import cache

import Stemmer

ALGORITHMS = {
    "ar": "arabic",
    "bs": "serbian",
    "ca": "catalan",
    "cs": "czech",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": "english",
    "eo": "esperanto",
    "es": "spanish",
    "et": "estonian",
    "eu": "basque",
    "fa": "persian",
    "fi": "finnish",
    "fr": "french",
    "ga": "irish",
    "hi": "hindi",
    "hr": "serbian",
    "hu": "hungarian",
    "hy": "armenian",
    "id": "indonesian",
    "it": "italian",
    "lt": "lithuanian",
    "ne": "nepali",
    "nl": "dutch",
    "no": "norwegian",
    "pl": "polish",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sr": "serbian",
    "sv": "swedish",
    "ta": "tamil",
    "tr": "turkish",
    "yi": "yiddish",
}
"""Snowball's name for each language that it stems."""

# Most Hebrew words grow out of three letters.
_HEBREW_ROOT = 3
_AND, _ARTICLE = "\u05d5", "\u05d4"
_PREPOSITIONS = f"{_ARTICLE}בלמשכ"

_local = threading.local()


@cache
def _known() -> frozenset[str]:
    return frozenset(Stemmer.algorithms())


def stems(words: list[str], language: str) -> list[str]:
    """Returns the stem of each word; the words themselves in other languages."""
    if language == "he":
        return [_without_prefixes(word) for word in words]
    algorithm = ALGORITHMS.get(language)
    if algorithm is None or algorithm not in _known():
        return words
    # A stemmer is not safe between threads.
    made: dict[str, Stemmer.Stemmer] = _local.__dict__.setdefault("made", {})
    if algorithm not in made:
        made[algorithm] = Stemmer.Stemmer(algorithm)
    return list(made[algorithm].stemWords(words))


def _without_prefixes(word: str) -> str:
    """Removes "and", a preposition and the article, which are written as one word.

    What is a letter of the word itself may go, too: in texts and questions alike.
    """
    for letters in (_AND, _PREPOSITIONS, _ARTICLE):
        if len(word) > _HEBREW_ROOT and word[0] in letters:
            word = word[1:]
    return word
