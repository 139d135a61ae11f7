"""Web pages: everything that a visitor sees, in the page's order."""

from collections.abc import Iterator
from itertools import chain, count, islice

from persistence.documents.parsing import media_types
from persistence.documents.parsing.domain import (
    Block,
    Event,
    FailureReason,
    Opened,
    ParseError,
    Source,
)
from persistence.documents.parsing.readers.blocks import heading
from persistence.documents.parsing.readers.decoding import (
    declared_encoding,
    encoding_of,
)
from persistence.documents.parsing.readers.html_blocks import HtmlDocument, html_page
from persistence.documents.parsing.readers.slicing import slice_characters, sliced

_START = 1 << 12
_STEP = 1 << 16
_WHOLE = 1 << 22
"""Bytes of a page that is read twice where it must be; longer ones stream."""
_FIRST_BLOCKS = 5


class HtmlReader:
    """Reads .html and .xhtml; the encoding by mark, declaration or letters."""

    media_types = frozenset({media_types.HTML})

    def read(self, source: Source) -> Iterator[Event]:
        """See `Reader.read`."""
        with source.path.open("rb") as file:
            declared = declared_encoding(file.read(_START))
        encoding = encoding_of(source.path, declared=declared)
        with source.path.open(encoding=encoding, errors="replace") as text:
            if source.path.stat().st_size <= _WHOLE:
                document, found = html_page(text.read())
                blocks = iter(found)
            else:
                document = HtmlDocument()
                blocks = document.blocks(iter(lambda: text.read(_STEP), ""))
            first = list(islice(blocks, _FIRST_BLOCKS))
            if not first and not document.title:
                raise ParseError(FailureReason.EMPTY)
            yield Opened(title=document.title, language=document.language)
            blocks = chain(with_title(document.title, first), blocks)
            yield from sliced(blocks, slice_characters(source), count(1))


def with_title(title: str, first: list[Block]) -> list[Block]:
    """Blocks under the page's title, unless they begin with it."""
    said = " ".join(block.text for block in first)
    if not title or title in said or (first and first[0].text in title):
        return first
    return [*heading(title, 1), *first]


READER = HtmlReader()
