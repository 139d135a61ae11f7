"""Plain text, source code and subtitles: whatever is text and needs no parser."""

from collections.abc import Iterator
from itertools import chain, count, islice
from pathlib import PurePath

from persistence.documents.parsing import media_types
from persistence.documents.parsing.domain import Block, Event, Opened, Source
from persistence.documents.parsing.readers.blocks import code, paragraph
from persistence.documents.parsing.readers.decoding import lines_of, open_text
from persistence.documents.parsing.readers.slicing import slice_characters, sliced
from persistence.documents.parsing.readers.subtitles import (
    are_subtitles,
    subtitle_blocks,
)

_CODE_SUFFIXES = """
.asm .bash .bat .c .cc .cfg .clj .cmake .conf .cpp .cs .css .cxx .dart .diff .env .erl
.ex .f90 .fs .go .gradle .groovy .h .hpp .hs .ini .java .jl .js .jsx .kt .less .lisp
.log .lua .m .mjs .ml .mm .pas .patch .php .pl .pm .properties .proto .ps1 .py .pyi .r
.rb .rs .s .sass .scala .scm .scss .sh .sql .swift .tcl .tf .toml .ts .tsx .v .vb .vhd
.vim .vue .yaml .yml .zig .zsh
"""
_CODE = frozenset(_CODE_SUFFIXES.split())
_FIRST_LINES = 40


class PlainReader:
    """Reads text in any encoding, in slices."""

    media_types = frozenset({media_types.PLAIN})

    def read(self, source: Source) -> Iterator[Event]:
        """See `Reader.read`."""
        limit = slice_characters(source)
        with open_text(source.path) as text:
            yield Opened()
            lines = lines_of(text)
            first = list(islice(lines, _FIRST_LINES))
            lines = chain(first, lines)
            if are_subtitles(first):
                blocks = subtitle_blocks(lines)
            elif PurePath(source.name).suffix.lower() in _CODE:
                blocks = code_blocks(lines, limit)
            else:
                blocks = prose_blocks(lines, limit)
            yield from sliced(blocks, limit, count(1))


def prose_blocks(lines: Iterator[str], limit: int) -> Iterator[Block]:
    """Paragraphs between empty lines; lists without any end somewhere, too."""
    for lines_held in _groups(lines, limit):
        yield from paragraph("".join(lines_held))


def code_blocks(lines: Iterator[str], limit: int) -> Iterator[Block]:
    """The same with indentation kept."""
    for lines_held in _groups(lines, limit):
        yield from code("".join(lines_held))


def _groups(lines: Iterator[str], limit: int) -> Iterator[list[str]]:
    held: list[str] = []
    length = 0
    for line in lines:
        if held and (not line.strip() or length + len(line) > limit):
            yield held
            held, length = [], 0
        if line.strip():
            held.append(line)
            length += len(line)
    if held:
        yield held


READER = PlainReader()
