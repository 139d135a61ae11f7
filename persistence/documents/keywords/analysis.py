"""What an atom is called in one language."""

from __future__ import annotations

from collections.abc import Sequence

from persistence.documents.keywords.atoms import Atom, Kind
from persistence.documents.keywords.scripts import alike, unaccented
from persistence.documents.keywords.stemming import stems
from persistence.documents.keywords.stopwords import stopwords

MOST_CODE_POINTS = 64
"""A longer term is cut: a row of base64 is one word."""

_DOTTED = str.maketrans({"I": "ı", "İ": "i"})
_TURKIC = frozenset({"tr", "az"})
# Where letters with marks are letters of their own.
_ACCENTED = frozenset(
    {"cs", "da", "et", "fi", "hu", "lt", "lv", "no", "pl", "sk", "sv", "tr", "az", "vi"}
)


def lowered(word: str, language: str) -> str:
    """Returns a word without case, as the language's users write it."""
    if language in _TURKIC:
        word = word.translate(_DOTTED)
    return word.casefold().replace("i̇", "i")


def named(found: Sequence[Atom], language: str) -> list[str | None]:
    """Returns the term of each atom in a language; None for a word of grammar."""
    words = [
        atom.text if atom.kind is Kind.EXACT else lowered(atom.text, language)
        for atom in found
    ]
    grammar = stopwords(language)
    result: list[str | None] = []
    for atom, word, stem in zip(found, words, stems(words, language), strict=True):
        if atom.kind is Kind.EXACT:
            result.append(word[:MOST_CODE_POINTS])
        elif (word in grammar and atom.kind is not Kind.NAME) or (
            atom.kind is Kind.ENDING and language in _TURKIC
        ):
            result.append(None)
        else:
            result.append(_folded(stem, language)[:MOST_CODE_POINTS])
    return result


def _folded(stem: str, language: str) -> str:
    if language == "es":
        return stem if "ñ" in stem else unaccented(stem)
    return alike(stem if language in _ACCENTED else unaccented(stem))
