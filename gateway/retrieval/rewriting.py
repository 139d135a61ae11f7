"""The question as it reads with the conversation before it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import regex

from gateway.domain import HistoryMessage, Role
from gateway.language.grammar import grammar, joining, pointing
from gateway.language.scripts import language_of
from gateway.language.terms import keys_of, words_of

# So many words of content make a question stand for itself.
ENOUGH_WORDS = 3
# In scripts without spaces these are pairs of characters.
ENOUGH_PAIRS = 6
# Longer questions say what they are about even if they point back.
MANY_WORDS = 14
LONG_CHARACTERS = 300
CARRIED_CHARACTERS = 400
# What of an answer is worth carrying: names, numbers, long words.
NAMES = 8
NAME_LETTERS = 4
# How far back the question may lie that the conversation is about.
QUESTIONS_BACK = 4
_NAME = regex.compile(
    r"(?<![.!?…:]\s)(?<=\s)\p{Lu}[\p{L}\p{N}-]{2,}|\b\p{N}[\p{N}.,]+\b"
)
_UNSPACED = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}]")


class Rewriter(Protocol):
    """Says what to search for when a question does not say it all by itself."""

    async def rewrite(self, history: Sequence[HistoryMessage]) -> str:
        """Returns the question of `history`, its last message, in a form that stands
        for itself; empty when it does already.
        """


class CarryOver:
    """Adds the words of the question before to one that goes on from it.

    Knows no language well: what a question is about it guesses by how much of it is not
    grammar, and a wrong guess costs a second search.
    """

    async def rewrite(self, history: Sequence[HistoryMessage]) -> str:
        """See `Rewriter.rewrite`."""
        *older, question = history
        if not older or not goes_on(question.text):
            return ""
        asked = [one.text for one in older if one.role is Role.USER][-QUESTIONS_BACK:]
        answers = [one.text for one in older if one.role is Role.ASSISTANT]
        carried: list[str] = []
        for text in reversed(asked):
            carried.insert(0, text[:CARRIED_CHARACTERS])
            if not goes_on(text):
                break
        names = _names(answers[-1], known=" ".join(carried)) if answers else []
        parts = [*carried, question.text, *([" ".join(names)] if names else [])]
        return "\n".join(part.strip() for part in parts if part.strip())


def goes_on(text: str) -> bool:
    """Says whether a question is likely to need the one before to be understood."""
    if len(text) > LONG_CHARACTERS:
        return False
    words = words_of(text, language_of(text))
    content = {word.key for word in words if word.key}
    if _UNSPACED.search(text):
        return len(content) < ENOUGH_PAIRS
    plain = [word.text.casefold() for word in words]
    if not plain:
        return True
    if len(plain) > MANY_WORDS:
        return False
    if plain[0] in joining():
        return True
    # "it" and "they", but not the "this" that a thing is named after.
    points = any(
        word in pointing() and (n + 1 == len(plain) or plain[n + 1] in grammar())
        for n, word in enumerate(plain)
    )
    return points or len(content) < ENOUGH_WORDS - _has_name(text)


def _has_name(text: str) -> int:
    """Returns 1 when a name or a long word says what a short question is about."""
    return int(
        any(len(word) >= 2 * NAME_LETTERS + 1 for word in text.split())
        or _NAME.search(text) is not None
    )


def _names(answer: str, *, known: str) -> list[str]:
    said = set(keys_of(known))
    found: dict[str, str] = {}
    for match in _NAME.finditer(f" {answer[: 4 * CARRIED_CHARACTERS]}"):
        name = match.group().strip(".,")
        if name.casefold() not in said and name.casefold() not in grammar():
            found.setdefault(name.casefold(), name)
    return list(found.values())[:NAMES]
