"""Takes out of an answer the marks of passages that a model wrote by itself: `[1]`.

Passages are numbered for the model, and it refers to them although it was told not to.
Nobody else knows these numbers; what is cited is found by comparing sentences, and has
chips of its own. Left alone is what may mean something else: code, formulas, links,
footnotes, lists of sources, numbers of no passage, and all of it where the passages or
the question write such marks themselves.
"""

# ruff: noqa: RUF001 - Letters and marks of many scripts are meant.
from __future__ import annotations

from collections.abc import Iterable

import regex

from gateway.citations import answer_lines as lines

_NUMBERS = r"\d{1,2}(?: ?[,;–-] ?\d{1,2}){0,7}"
_WORD = r"(?:passages?|sources?|documents?|doc) "
_WIDE = rf"【(?i:{_WORD})?{_NUMBERS}(?:†[^】\n]{{0,20}})?】"
_MARK = rf"(?:\[(?i:{_WORD})?{_NUMBERS}\]|{_WIDE})"
_SPACES = r"[ \t\u00a0]{0,3}"
_MARKS = regex.compile(rf"{_SPACES}{_MARK}(?: ?{_MARK}){{0,7}}")
# What could still become one, and how much of it there can be.
_OPEN = regex.compile(
    rf"{_SPACES}(?:{_MARK} ?){{0,7}}(?:\[[\w ,;–-]{{0,40}}|【[^】\n]{{0,60}})?\Z"
)
_LONGEST = 400
_OWN = regex.compile(r"\[\d{1,3}(?:[,;–-]\s?\d{1,3})*\]|【\d")
_DIGITS = regex.compile(r"\d+")
_LAST_WORD = regex.compile(r"[\p{L}\p{M}]+\Z")
_ENDS = frozenset(".,;:!?…)»”’\"'*_。，；：！？、）」』|")
# Behind them a mark is a part of the sentence: "according to [1]".
_LEADING_WORDS = """
    to in of by from per see with under as at on for passage passages source sources
    document documents figure table equation step item chapter section
    laut gemäß nach von aus siehe vgl mit zu quelle quellen passagen dokument
    selon dans de par voir según en por ver véase fuente secondo di da vedi fonte
    segundo em volgens van uit zie bron według w z zob enligt i av från se källa göre
    согласно в из по см источник حسب وفقا في من
"""
_LEADING = frozenset(_LEADING_WORDS.split())
# Where a mark stands directly behind a word, shorter ones may be names of variables.
_SHORTEST_WORD = 3
_TICK = "`"


def are_ambiguous(texts: Iterable[str]) -> bool:
    """Says whether such marks stand in any of the texts, and so may be quoted."""
    return any(_OWN.search(text) for text in texts)


class PassageMarks:
    """Passes an answer on without them, piece by piece as it comes."""

    def __init__(self, passages: int, before: str = "") -> None:
        """Takes out the numbers from 1 to `passages`.

        Args:
            before: What the answer begins with; it is not passed on again.
        """
        self._passages = passages
        self._before = before
        self._pieces: list[str] = []
        self._rest = ""  # Not passed on yet.
        self._line = ""  # What is passed on of the line that is being written.
        self._fence = ""
        self._pass_on(before)

    def feed(self, text: str) -> str:
        """Returns what of the text so far can be passed on."""
        self._pieces.append(text)
        return self._work(self._rest + text, is_final=False)

    def end(self) -> str:
        """Returns what is left."""
        return self._work(self._rest, is_final=True)

    def cut(self, length: int) -> int:
        """Begins again after `length` of what was fed; returns how much of what was
        passed on stays.
        """
        kept = "".join(self._pieces)[:length]
        self.__dict__.update(vars(PassageMarks(self._passages, self._before)))
        return len(self.feed(kept))

    def _work(self, text: str, *, is_final: bool) -> str:
        end = len(text)
        if not is_final:
            opened = _OPEN.search(text, max(0, end - _LONGEST))
            end = opened.start() if opened else end
        passed, position = [], 0
        for match in _MARKS.finditer(text, 0, end):
            following = text[match.end() : match.end() + 1]
            passed.append(self._pass_on(text[position : match.start()]))
            if not self._is_reference(match.group(), following):
                passed.append(self._pass_on(match.group()))
            position = match.end()
        passed.append(self._pass_on(text[position:end]))
        self._rest = text[end:]
        return "".join(passed)

    def _pass_on(self, text: str) -> str:
        *whole, last = text.split("\n")
        for line in whole:
            self._line += line
            fence = lines.fence(self._line)
            if fence and not self._fence:
                self._fence = fence
            elif fence.startswith(self._fence):
                self._fence = ""
            self._line = ""
        self._line += last
        return text

    def _is_reference(self, mark: str, following: str) -> bool:
        numbers = [int(number) for number in _DIGITS.findall(mark)]
        line = self._line
        marker = lines.MARKER.match(line)
        said = line[marker.end() if marker else 0 :].strip("*_ |")
        if self._fence or line.count(_TICK) % 2 or line.count("$") % 2 or not said:
            return False
        if not all(1 <= number <= self._passages for number in numbers):
            return False
        if following and following in "([:{=":
            return False
        word = _LAST_WORD.search(line, max(0, len(line) - _LONGEST))
        if mark[0] == "[":
            return _may_follow(line[-1:], word, following)
        return word is None or word.group().casefold() not in _LEADING


def _may_follow(last: str, word: regex.Match[str] | None, following: str) -> bool:
    """Says whether a mark directly behind a character refers: `x[1]` does not."""
    if word is None:
        return last in _ENDS
    is_end = not following or following.isspace() or following in _ENDS
    is_spaced = word.group()[-1] < "\u2e80"
    return is_end and (len(word.group()) >= _SHORTEST_WORD or not is_spaced)
