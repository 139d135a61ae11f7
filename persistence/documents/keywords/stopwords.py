"""Words that are in every text of a language, and so find nothing in it.

Grammar only: articles, pronouns, prepositions, conjunctions, auxiliaries, and what
questions begin with. A word that can be a subject ("computer", "system", "home") is
never in `stopwords.txt`. Lower case; compared before stemming.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from persistence.documents.keywords.scripts import unaccented


@cache
def stopwords(language: str) -> frozenset[str]:
    """Returns the words of grammar of a language, in lower case; empty if unknown.

    Those of many languages are also there without accents, as people type them.
    """
    return _all().get(language, frozenset())


@cache
def _all() -> dict[str, frozenset[str]]:
    text = files(__package__).joinpath("stopwords.txt").read_text(encoding="utf-8")
    result: dict[str, frozenset[str]] = {}
    for section in text.split("[")[1:]:
        language, _, words = section.partition("]")
        grammar = {word.casefold() for word in words.split()}
        if language not in _ACCENTED:
            grammar |= {unaccented(word) for word in grammar}
        result[language] = frozenset(grammar)
    return result


# Where a letter without its mark is another word.
_ACCENTED = frozenset({"vi"})
