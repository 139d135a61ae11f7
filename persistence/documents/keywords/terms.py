"""The keys that a chunk is stored under, and those that a question looks for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from persistence.documents.keywords.analysis import named
from persistence.documents.keywords.atoms import Atom, atoms
from persistence.documents.keywords.languages import base_language

FEWEST = 3
"""A text with fewer terms keeps its words of grammar: it may be a title ("The Who")."""


class QueryTerm(NamedTuple):
    """One word of a question as documents of one language have it.

    Attributes:
        token: The word's number in the question: its terms in several languages are
            one word, whose rarity is counted once.
        language: As given, so that it compares with what documents are stored under.
        text: As `terms` gives it for a text of that language.
    """

    token: int
    language: str
    text: str


def terms(text: str, language: str) -> list[str]:
    """Returns the terms of a text in a language, in order, with repetitions.

    Args:
        text: Of any length.
        language: BCP 47; "und" and languages without a stemmer give words as they are.
    """
    found = list(atoms(text))
    names = named(found, base_language(language))
    result = [name for name in names if name is not None]
    return result if len(result) >= FEWEST else _all(found, names)


def query_terms(text: str, languages: Iterable[str]) -> list[QueryTerm]:
    """Returns the terms of a question under each language that documents are in.

    A repeated word is one token. A question of nothing but words of grammar gives
    those.
    """
    found = list(dict.fromkeys(atoms(text)))
    result: list[QueryTerm] = []
    for language in sorted(set(languages)):
        names = named(found, base_language(language))
        if all(name is None for name in names):
            names = list(_all(found, names))
        seen: set[str] = set()
        for token, name in enumerate(names):
            if name is not None and name not in seen:
                seen.add(name)
                result.append(QueryTerm(token, language, name))
    return result


def _all(found: list[Atom], names: list[str | None]) -> list[str]:
    return [
        atom.text.casefold() if name is None else name
        for name, atom in zip(names, found, strict=True)
    ]
