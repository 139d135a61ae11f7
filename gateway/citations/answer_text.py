"""Cuts an answer into sentences while it is being written: Markdown, line by line."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.citations import answer_lines as lines
from gateway.citations.sentences import Span, sentences


class AnswerText:
    """Yields each sentence once, as soon as it is certain that it has ended.

    What cannot state anything is left out: headings, labels, code, formulas, rules,
    lists of sources.
    """

    def __init__(self, start: int = 0) -> None:
        """Sentences that begin before `start` are not yielded."""
        self._done = start
        self._line = 0  # Where the first line begins that is not done.
        self._fence = ""
        self._in_formula = False
        self._in_table = False  # Below the line under a table's head.
        self._in_list = False
        self._in_sources = False

    def cut(self, length: int) -> None:
        """Begins again, as the text was cut; what is left is not yielded twice."""
        self.__dict__.update(vars(AnswerText(min(self._done, length))))

    def next(self, text: str, *, is_final: bool) -> Iterator[Span]:
        """Yields what is new of the text so far."""
        while self._line < len(text):
            newline = text.find("\n", self._line)
            is_whole = newline >= 0 or is_final
            end = len(text) if newline < 0 else newline
            line = text[self._line : end]
            if is_whole and self._is_open and lines.may_be_label(line):
                following = _first_line(text, end)
                if not following and not is_final:
                    return  # What it is, the next line says.
                is_label = bool(following) and lines.is_label(line, following)
            else:
                is_label = False
            if not is_label:
                yield from self._read(text, self._line, end, is_whole=is_whole)
            if newline < 0:
                return
            self._leave(line)
            self._line = newline + 1

    @property
    def _is_open(self) -> bool:
        return not (self._fence or self._in_formula)

    def _read(
        self, text: str, start: int, end: int, *, is_whole: bool
    ) -> Iterator[Span]:
        line = text[start:end]
        if not self._is_open or lines.is_silent(line, is_whole=is_whole):
            return
        if lines.is_code(line) and not self._in_list:
            return
        if lines.is_item(line) and self._in_sources:
            return
        if line.lstrip().startswith("|"):
            if is_whole and self._in_table and lines.is_row(line):
                yield from self._new(_stripped(text, start, end))
            return
        marker = lines.MARKER.match(line)
        begin = start + (marker.end() if marker else 0)
        for span in sentences(text, begin, end, is_final=is_whole):
            yield from self._new(span)

    def _leave(self, line: str) -> None:
        fence = lines.fence(line)
        if fence and not self._fence:
            self._fence = fence
        elif fence and fence.startswith(self._fence):
            self._fence = ""
        if not self._fence and lines.turns_formula(line):
            self._in_formula = not self._in_formula
        if lines.ends_head(line):
            self._in_table = True
        elif not lines.is_row(line):
            self._in_table = False
        if line.strip():
            is_item = lines.is_item(line)
            self._in_list = is_item or (self._in_list and line[0].isspace())
            self._in_sources = lines.names_sources(line) or (
                self._in_sources and is_item
            )

    def _new(self, span: Span) -> Iterator[Span]:
        if span.start >= self._done:
            self._done = span.end
            yield span


def _first_line(text: str, start: int) -> str:
    """Returns the next line that is not empty, as far as it is there."""
    for line in text[start:].split("\n"):
        if line.strip():
            return line
    return ""


def _stripped(text: str, start: int, end: int) -> Span:
    while start < end and text[start] in " \t|":
        start += 1
    while end > start and text[end - 1] in " \t|":
        end -= 1
    return Span(start, end)
