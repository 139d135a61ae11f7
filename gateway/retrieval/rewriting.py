"""The question as it reads with the conversation before it."""

# ruff: noqa: RUF001 - Letters and marks of many scripts are meant.
from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Protocol

import regex

from gateway.domain import HistoryMessage, Role
from gateway.language.grammar import (
    grammar,
    joining,
    pointing,
    rephrasing,
    singular,
)
from gateway.language.scripts import language_of
from gateway.language.terms import Word, keys_of, words_of

# Of so many words of content one that points back may still be "this" thing.
ENOUGH_WORDS = 3
# In scripts without spaces: characters that are neither kana nor of a question.
ENOUGH_CHARACTERS = 3
ENOUGH_KOREAN_WORDS = 3
ENOUGH_THAI_LETTERS = 16
# Longer questions say what they are about even if they point back.
MANY_WORDS = 14
LONG_CHARACTERS = 300
CARRIED_CHARACTERS = 400
# What of an answer is worth carrying: names, numbers, long words.
NAMES = 8
# How far back the question may lie that the conversation is about.
QUESTIONS_BACK = 4
_NAME = regex.compile(
    r"(?<![.!?…:]\s)(?<=\s)\p{Lu}[\p{L}\p{N}-]{2,}|\b\p{N}[\p{N}.,]+\b"
)
_UNSPACED = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Thai}]")
_CHARACTER = regex.compile(r"[\p{Han}\p{Katakana}\p{Latin}\p{N}]")
_ASKING = regex.compile(
    "什么时候|什么|为什么|怎么样|怎么|如何|多少|多久|哪里|哪个|哪些|一点|一些|"
    "[谁几吗呢的是了有再也还和何]"
)
# "How high is …" is asked of what has been named.
_DEGREE = {"how", "wie", "quanto", "cuánto", "cuánta", "combien", "hoe", "hur", "jak"}
_KOREAN_WHAT = regex.compile("무엇|누구")
# "And …", "then …", "it …", "what about …", wherever a language has them; in Arabic
# "and" is a part of the next word, and "its" of the one before.
_HANGING = regex.compile(
    r"^(?:那|还有|它|他们?|她们?|这|其|所以|但是|"
    r"では|じゃあ|それ|その|そして|でも|もっと|"
    r"그럼|그러면|그리고|그것|그건|그게|이것|"
    r"แล้ว|และ|มัน|ทำไม|(?:what|how) about |و(?:ماذا|من|ما|هل|كم|كيف|متى|أين)\b)"
    r"|\p{Arabic}{2,}(?:ها|هما|هم)\b"
    r"|^.{1,10}(?:呢|は|은요|는요|ล่ะ)[?？。\s]*$",
    regex.IGNORECASE,
)


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
        asked = [one.text for one in older if one.role is Role.USER][-QUESTIONS_BACK:]
        if not older or not goes_on(question.text, asked[-1] if asked else ""):
            return ""
        answers = [one.text for one in older if one.role is Role.ASSISTANT]
        carried: list[str] = []
        for text in reversed(asked):
            carried.insert(0, text[:CARRIED_CHARACTERS])
            if not goes_on(text):
                break
        names = _names(answers[-1], known=" ".join(carried)) if answers else []
        parts = [*carried, question.text, *([" ".join(names)] if names else [])]
        return "\n".join(part.strip() for part in parts if part.strip())


def goes_on(text: str, before: str = "") -> bool:
    """Says whether a question is likely to need the one before to be understood.

    Args:
        text: The question.
        before: The one before; in another language it is hardly gone on from.
    """
    if len(text) > LONG_CHARACTERS:
        return False
    if _UNSPACED.search(text):
        return _hangs(text.strip())
    language = language_of(text)
    words = words_of(text, language)
    plain = [word.text.casefold() for word in words]
    content = {word.key for word in words if word.key}
    if len(plain) > MANY_WORDS:
        return False
    if not content or plain[0] in joining(language) or _HANGING.search(text):
        return True
    is_short = len(content) < ENOUGH_WORDS
    if is_short and not rephrasing().isdisjoint(plain):
        return True
    asked_in = language_of(before)
    is_other = bool(language and asked_in) and language != asked_in
    names_nothing = len(content) == 1 and not is_other and not _defines(words)
    return names_nothing or _points(words, language, is_short=is_short)


def _points(words: Sequence[Word], language: str, *, is_short: bool) -> bool:
    """Says whether "it" or "they" is there.

    Not the "this" that a thing is named after, unless nothing else says what it is
    about; never the word before a noun in German ("das Haus").
    """
    for word, following in pairwise((*words, None)):
        if word is None or word.text.casefold() not in pointing(language):
            continue
        if following is None or following.text.casefold() in grammar():
            return True
        if is_short and following.text.islower():
            return True
    return False


def _defines(words: Sequence[Word]) -> bool:
    """Says whether a question asks what, who or where one thing is."""
    plain = [word.text.casefold() for word in words]
    is_named = bool(words[-1].key) and not singular().isdisjoint(plain[1:3])
    return is_named and plain[0] not in _DEGREE


def _hangs(text: str) -> bool:
    """Says the same of a question in a script without spaces, or Korean."""
    if _HANGING.search(text):
        return True
    if language_of(text) == "ko":
        enough = ENOUGH_KOREAN_WORDS - bool(_KOREAN_WHAT.search(text))
        return len(text.split()) < enough
    if language_of(text) == "th":
        return len(text) < ENOUGH_THAI_LETTERS
    return len(_CHARACTER.findall(_ASKING.sub("", text))) < ENOUGH_CHARACTERS


def _names(answer: str, *, known: str) -> list[str]:
    said = set(keys_of(known))
    found: dict[str, str] = {}
    for match in _NAME.finditer(f" {answer[: 4 * CARRIED_CHARACTERS]}"):
        name = match.group().strip(".,")
        if name.casefold() not in said and name.casefold() not in grammar():
            found.setdefault(name.casefold(), name)
    return list(found.values())[:NAMES]
