"""Names the language of a question, among those that documents are in.

Too short for statistics of letters, but questions begin with words of grammar. No model
is loaded: this runs where searches run.
"""

from __future__ import annotations

from collections.abc import Iterable

import regex

from persistence.documents.keywords.analysis import lowered
from persistence.documents.keywords.atoms import Kind, atoms
from persistence.documents.keywords.languages import UNKNOWN, base_language, by_script
from persistence.documents.keywords.stopwords import stopwords

# Letters of Vietnamese alone, whose short words are words of grammar elsewhere ("do",
# "in").
_VIETNAMESE = regex.compile("[\u1ea0-\u1ef9\u01a0\u01a1\u01af\u01b0]")


def question_language(text: str, languages: Iterable[str]) -> str:
    """Returns which of the languages a question is in; "und" if unsure.

    Args:
        text: The question.
        languages: BCP 47, as documents have them; the result is one of them.
    """
    choice = {base_language(language): language for language in languages}
    written = by_script(text) or ("vi" if _VIETNAMESE.search(text) else "")
    if written:
        return choice.get(written, UNKNOWN)
    words = [atom.text for atom in atoms(text) if atom.kind is not Kind.EXACT]
    votes = sorted(
        (
            (sum(lowered(word, base) in stopwords(base) for word in words), language)
            for base, language in choice.items()
        ),
        reverse=True,
    )
    if not votes or not votes[0][0]:
        return UNKNOWN
    is_tied = len(votes) > 1 and votes[0][0] == votes[1][0]
    return UNKNOWN if is_tied else votes[0][1]
