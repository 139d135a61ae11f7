"""The keys that a chunk is stored under, and those that a question looks for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from persistence.documents.keywords.analysis import is_grammar, names
from persistence.documents.keywords.atoms import Atom, atoms
from persistence.documents.keywords.languages import UNKNOWN, base_language
from persistence.documents.keywords.questions import question_language

GRAMMAR_WEIGHT = 0.3
"""What a word of grammar counts for beside others, measured by bench/retrieval.py."""


class QueryTerm(NamedTuple):
    """One word of a question as documents of one language have it.

    Attributes:
        token: The word's number in the question: its terms in several languages are
            one word, whose rarity is counted once.
        language: As given, so that it compares with what documents are stored under.
        text: As `terms` gives it for a text of that language.
        weight: What to multiply its BM25 with, range (0, 1].
    """

    token: int
    language: str
    text: str
    weight: float = 1.0


def terms(text: str, language: str) -> list[str]:
    """Returns the terms of a text in a language, in order, with repetitions.

    Words of grammar are among them: a question may consist of nothing else ("to be or
    not to be").

    Args:
        text: Of any length.
        language: BCP 47; "und" and languages without a stemmer give words as they are.
    """
    return names(list(atoms(text)), base_language(language))


def query_terms(
    text: str, languages: Iterable[str], *, with_grammar: bool = False
) -> list[QueryTerm]:
    """Returns the terms of a question under each language that documents are in.

    A repeated word is one token.

    Args:
        text: The question.
        languages: BCP 47, as documents have them.
        with_grammar: Whether words of grammar of the question's language are there,
            with a low weight: good in some thousand chunks, dear in many more. A
            question of nothing else has them in any case, and as words like others.
    """
    choice = sorted(set(languages))
    asked_in = question_language(text, choice)
    found = list(dict.fromkeys(atoms(text)))
    result: list[QueryTerm] = []
    for language in choice:
        base = base_language(language)
        weights = _weights(found, base if asked_in == UNKNOWN else asked_in)
        if any(weight == 1 for weight in weights) and not with_grammar:
            weights = [weight if weight == 1 else 0 for weight in weights]
        seen: set[str] = set()
        for token, (name, weight) in enumerate(
            zip(names(found, base), weights, strict=True)
        ):
            if weight and name not in seen:
                seen.add(name)
                result.append(QueryTerm(token, language, name, weight))
    return result


def _weights(found: list[Atom], language: str) -> list[float]:
    weights = [
        GRAMMAR_WEIGHT if is_grammar(atom, base_language(language)) else 1.0
        for atom in found
    ]
    return weights if 1.0 in weights else [1.0] * len(weights)
