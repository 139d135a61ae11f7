"""The keys that a chunk is stored under for the keyword leg."""

from __future__ import annotations

from persistence.documents.keywords.analysis import named
from persistence.documents.keywords.atoms import atoms
from persistence.documents.keywords.languages import base_language

FEWEST = 3
"""A text with fewer terms keeps its words of grammar: it may be a title ("The Who")."""


def terms(text: str, language: str) -> list[str]:
    """Returns the terms of a text in a language, in order, with repetitions.

    Args:
        text: Of any length.
        language: BCP 47; "und" and languages without a stemmer give words as they are.
    """
    found = list(atoms(text))
    names = named(found, base_language(language))
    result = [name for name in names if name is not None]
    if len(result) >= FEWEST:
        return result
    return [
        name or atom.text.casefold() for name, atom in zip(names, found, strict=True)
    ]
