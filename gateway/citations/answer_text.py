"""Cuts an answer into sentences while it is being written: Markdown, line by line."""

# ruff: noqa: RUF001 - Letters and marks of many scripts are meant.
from __future__ import annotations

from collections.abc import Iterator

import regex

from gateway.citations.sentences import Span, sentences

_FENCE = regex.compile(r"\s{0,3}(`{3,}|~{3,})")
_FORMULA = regex.compile(r"\s*\$\$")
_HEADING = regex.compile(r"\s{0,3}#{1,6}(?:\s|\Z)")
_BOLD_LINE = regex.compile(r"\s*(?:\*\*|__)[^*_]+(?:\*\*|__):?\s*\Z")
_RULE = regex.compile(r"\s{0,3}(?:[-*_=]\s*){3,}\Z")
_MARKER = regex.compile(r"\s*(?:>\s*)*(?:[-*+•–]\s+|\(?\d{1,3}[.)]\s+)?")
_ROW = regex.compile(r"\s*\|.*\|\s*\Z")
_SEPARATOR = regex.compile(r"\s*\|?[\s:|-]*-[\s:|-]*\|?\s*\Z")


class AnswerText:
    """Yields each sentence once, as soon as it is certain that it has ended.

    What cannot state anything is left out: headings, code, formulas, rules.
    """

    def __init__(self, start: int = 0) -> None:
        """Sentences that begin before `start` are not yielded."""
        self._done = start
        self._line = 0  # Where the first line begins that is not done.
        self._fence = ""
        self._in_formula = False
        self._in_table = False  # Below the line under a table's head.

    def cut(self, length: int) -> None:
        """Begins again, as the text was cut; what is left is not yielded twice."""
        self.__dict__.update(vars(AnswerText(min(self._done, length))))

    def next(self, text: str, *, is_final: bool) -> Iterator[Span]:
        """Yields what is new of the text so far."""
        while self._line < len(text):
            newline = text.find("\n", self._line)
            is_whole = newline >= 0 or is_final
            end = len(text) if newline < 0 else newline
            yield from self._read(text, self._line, end, is_whole=is_whole)
            if newline < 0:
                return
            self._leave(text[self._line : end])
            self._line = newline + 1

    def _read(
        self, text: str, start: int, end: int, *, is_whole: bool
    ) -> Iterator[Span]:
        line = text[start:end]
        if self._fence or self._in_formula or _is_silent(line, is_whole=is_whole):
            return
        if line.lstrip().startswith("|"):
            if is_whole and self._in_table and _ROW.match(line):
                yield from self._new(_stripped(text, start, end))
            return
        marker = _MARKER.match(line)
        begin = start + (marker.end() if marker else 0)
        for span in sentences(text, begin, end, is_final=is_whole):
            yield from self._new(span)

    def _leave(self, line: str) -> None:
        fence = _FENCE.match(line)
        if fence and not self._fence:
            self._fence = fence.group(1)
        elif fence and fence.group(1).startswith(self._fence):
            self._fence = ""
        is_formula = _FORMULA.match(line) and line.count("$$") == 1
        if is_formula and not self._fence:
            self._in_formula = not self._in_formula
        if "|" in line and _SEPARATOR.match(line):
            self._in_table = True
        elif not _ROW.match(line):
            self._in_table = False

    def _new(self, span: Span) -> Iterator[Span]:
        if span.start >= self._done:
            self._done = span.end
            yield span


def _is_silent(line: str, *, is_whole: bool) -> bool:
    if _FENCE.match(line) or _FORMULA.match(line) or _HEADING.match(line):
        return True
    # A line that goes on could still become something else.
    return is_whole and bool(_BOLD_LINE.match(line) or _RULE.match(line))


def _stripped(text: str, start: int, end: int) -> Span:
    while start < end and text[start] in " \t|":
        start += 1
    while end > start and text[end - 1] in " \t|":
        end -= 1
    return Span(start, end)
