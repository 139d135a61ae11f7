"""What an atom is called in one language."""

from __future__ import annotations

from collections.abc import Sequence

from persistence.documents.keywords.atoms import Atom, Kind
from persistence.documents.keywords.scripts import alike, unaccented
from persistence.documents.keywords.stemming import stems
from persistence.documents.keywords.stopwords import stopwords

MOST_CODE_POINTS = 64
"""A longer term is cut: a row of base64 is one word."""

# The Turkish letters i with and without a dot.
_DOTTED = str.maketrans({"I": "\u0131", "\u0130": "i"})
_TURKIC = frozenset({"tr", "az"})
# Where letters with marks are letters of their own.
_ACCENTED = frozenset(
    {"az", "cs", "da", "et", "fi", "hu", "lt", "lv", "no", "pl", "sk", "sv", "tr", "vi"}
)


def lowered(word: str, language: str) -> str:
    """Returns a word without case, as the language's users write it."""
    if language in _TURKIC:
        word = word.translate(_DOTTED)
    return word.casefold().replace("i\u0307", "i")


def names(found: Sequence[Atom], language: str) -> list[str]:
    """Returns the term of each atom in a language.

    Args:
        found: The atoms.
        language: Without region or script.
    """
    words = [
        atom.text if atom.kind is Kind.EXACT else lowered(atom.text, language)
        for atom in found
    ]
    return [
        (word if atom.kind is Kind.EXACT else _folded(stem, language))[
            :MOST_CODE_POINTS
        ]
        for atom, word, stem in zip(found, words, stems(words, language), strict=True)
    ]


def is_grammar(atom: Atom, language: str) -> bool:
    """Says whether an atom finds nothing: a word of grammar, or an ending of one."""
    if atom.kind is Kind.ENDING and language in _TURKIC:
        return True
    return atom.kind in {Kind.WORD, Kind.ENDING} and lowered(
        atom.text, language
    ) in stopwords(language)


def _folded(stem: str, language: str) -> str:
    if language in _ACCENTED or (language == "es" and "ñ" in stem):
        return stem
    return alike(unaccented(stem))
