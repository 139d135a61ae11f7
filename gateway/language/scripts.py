"""Guesses the language of a short text: by its script, then by its grammar."""

from __future__ import annotations

import regex

from gateway.language.grammar import GRAMMAR, grammar

UNKNOWN = ""
# One sign of these is enough; Japanese before Chinese, whose characters it shares.
_SCRIPTS = (
    ("ja", regex.compile(r"[\p{Hiragana}\p{Katakana}]")),
    ("ko", regex.compile(r"\p{Hangul}")),
    ("zh", regex.compile(r"\p{Han}")),
    ("th", regex.compile(r"\p{Thai}")),
    ("hi", regex.compile(r"\p{Devanagari}")),
    ("ar", regex.compile(r"\p{Arabic}")),
    ("he", regex.compile(r"\p{Hebrew}")),
    ("el", regex.compile(r"\p{Greek}")),
    ("ru", regex.compile(r"\p{Cyrillic}")),
)
_LATIN = ("en", "de", "fr", "es", "it", "pt", "nl", "pl", "sv", "tr")
_WORD = regex.compile(r"\p{L}+")
TOLD = frozenset({code for code, _ in _SCRIPTS} | set(_LATIN))
"""What `language_of` can return."""

# Of the letters, so much makes a text one of the script.
_SHARE = 0.3
# Letters that one language of the Latin script alone has.
_LETTERS = (
    ("de", regex.compile("[ßäöü]")),
    ("es", regex.compile("[¿¡ñ]")),
    ("pt", regex.compile("[ãõ]")),
    ("pl", regex.compile("[ąęłńśźż]")),
    ("tr", regex.compile("[ğış]")),
    ("sv", regex.compile("å")),
    ("fr", regex.compile("[èêëîïœùûç]")),
)


def language_of(text: str) -> str:
    """Returns a BCP 47 code, or empty when it cannot be told."""
    letters = len(regex.findall(r"\p{L}", text))
    for language, pattern in _SCRIPTS:
        if letters and len(pattern.findall(text)) >= _SHARE * letters:
            return language
    words = [word.casefold() for word in _WORD.findall(text)]
    counts = {
        language: sum(word in grammar(language) for word in words)
        for language in _LATIN
        if language in GRAMMAR
    }
    lowered = text.casefold()
    for language, pattern in _LETTERS:
        counts[language] += bool(pattern.search(lowered))
    best = max(counts, key=lambda language: counts[language])
    return best if counts[best] else UNKNOWN
