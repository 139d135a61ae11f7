"""Markdown as it is shown: headings, lists, tables and code without their marks."""

import re
from collections.abc import Iterable, Iterator
from itertools import count

from markdown_it import MarkdownIt
from markdown_it.token import Token

from persistence.documents.parsing import media_types
from persistence.documents.parsing.domain import Block, Event, Opened, Source
from persistence.documents.parsing.readers.blocks import (
    code,
    heading,
    list_item,
    paragraph,
    table,
)
from persistence.documents.parsing.readers.decoding import lines_of, open_text
from persistence.documents.parsing.readers.html_blocks import html_blocks
from persistence.documents.parsing.readers.slicing import slice_characters, sliced

_SEGMENT = 1 << 16
"""Characters parsed together; a longer text is cut before a heading or a paragraph."""
_FENCE = re.compile(r" {0,3}(```|~~~)")
_FRONT_MATTER = re.compile(r"---\s*$")
_parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])


class MarkdownReader:
    """Reads .md."""

    media_types = frozenset({media_types.MARKDOWN})

    def read(self, source: Source) -> Iterator[Event]:
        """See `Reader.read`."""
        with open_text(source.path) as text:
            yield Opened()
            blocks = (
                block
                for segment in _segments(lines_of(text))
                for block in markdown_blocks(segment)
            )
            yield from sliced(blocks, slice_characters(source), count(1))


def markdown_blocks(text: str) -> Iterator[Block]:
    """The blocks of a whole text."""
    front, text = _front_matter(text)
    yield from paragraph(front)
    walk = _Walk()
    for token in _parser.parse(text):
        yield from walk.take(token)


class _Walk:
    """Where in the text the parser's tokens are."""

    def __init__(self) -> None:
        self._heading = 0
        self._items: list[str] = []
        self._numbers: list[int | None] = []
        self._rows: list[list[str]] = []

    def take(self, token: Token) -> Iterator[Block]:
        match token.type:
            case "inline":
                yield from self._inline(_shown(token))
            case "fence" | "code_block":
                yield from code(token.content)
            case "html_block":
                yield from html_blocks(token.content)
            case "table_close":
                yield from table(self._rows)
                self._rows = []
            case _:
                self._go(token)

    def _inline(self, text: str) -> Iterator[Block]:
        if self._rows:
            self._rows[-1].append(text)
        elif self._heading:
            yield from heading(text, self._heading)
        elif self._items:
            yield from list_item(self._items[-1] + text)
            self._items[-1] = ""
        else:
            yield from paragraph(text)

    def _go(self, token: Token) -> None:
        match token.type:
            case "heading_open":
                self._heading = int(token.tag[1])
            case "heading_close":
                self._heading = 0
            case "bullet_list_open":
                self._numbers.append(None)
            case "ordered_list_open":
                self._numbers.append(int(token.attrGet("start") or 1))
            case "bullet_list_close" | "ordered_list_close":
                self._numbers.pop()
            case "list_item_open":
                number = self._numbers[-1]
                self._items.append("" if number is None else f"{number}. ")
                self._numbers[-1] = None if number is None else number + 1
            case "list_item_close":
                self._items.pop()
            case "tr_open":
                self._rows.append([])


def _shown(token: Token) -> str:
    return "".join(_pieces(token.children or ()))


def _pieces(tokens: Iterable[Token]) -> Iterator[str]:
    for token in tokens:
        match token.type:
            case "softbreak" | "hardbreak":
                yield "\n"
            case "image":
                yield _shown(token)
            case "html_inline":
                yield "\n" if token.content.startswith("<br") else ""
            case _:
                yield token.content


def _front_matter(text: str) -> tuple[str, str]:
    """The fields that site generators put above a text."""
    text = text.removeprefix("\ufeff")
    first, _, rest = text.partition("\n")
    if not _FRONT_MATTER.match(first):
        return "", text
    fields, end, body = rest.partition("\n---")
    return (fields, body.partition("\n")[2]) if end else ("", text)


def _segments(lines: Iterator[str]) -> Iterator[str]:
    held: list[str] = []
    length = 0
    fence = ""
    blank = False
    for line in lines:
        apart = line.startswith("#") or (blank and not line.startswith((" ", "\t")))
        if length > _SEGMENT and apart and not fence:
            yield "".join(held)
            held, length = [], 0
        if match := _FENCE.match(line):
            fence = "" if fence == match[1] else fence or match[1]
        blank = not line.strip()
        held.append(line)
        length += len(line)
    yield "".join(held)


READER = MarkdownReader()
