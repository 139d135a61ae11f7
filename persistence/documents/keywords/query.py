"""The keys that a question looks for in documents of several languages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from persistence.documents.keywords.analysis import named
from persistence.documents.keywords.atoms import atoms
from persistence.documents.keywords.languages import base_language


class QueryTerm(NamedTuple):
    """One word of a question as documents of one language have it.

    Attributes:
        token: The word's number in the question: its terms in several languages are
            one word, whose rarity is counted once.
        language: As given, so that it compares with what documents are stored under.
        term: As `terms` gives it for a text of that language.
    """

    token: int
    language: str
    term: str


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
            names = [atom.text.casefold() for atom in found]
        seen: set[str] = set()
        for token, name in enumerate(names):
            if name is not None and name not in seen:
                seen.add(name)
                result.append(QueryTerm(token, language, name))
    return result
