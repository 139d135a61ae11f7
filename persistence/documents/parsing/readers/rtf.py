"""Rich Text Format, also as mail programs keep it.

Format: Rich Text Format Specification 1.9.1.
"""

from collections.abc import Iterator
from itertools import count

from persistence.documents.parsing import media_types
from persistence.documents.parsing.domain import (
    Block,
    Event,
    FailureReason,
    Opened,
    ParseError,
    Source,
)
from persistence.documents.parsing.readers.rtf_text import RtfText
from persistence.documents.parsing.readers.rtf_tokens import tokens
from persistence.documents.parsing.readers.slicing import slice_characters, sliced


class RtfReader:
    """Reads .rtf."""

    media_types = frozenset({media_types.RTF})

    def read(self, source: Source) -> Iterator[Event]:
        """See `Reader.read`."""
        yield Opened()
        blocks = rtf_blocks(source.path.read_bytes())
        yield from sliced(blocks, slice_characters(source), count(1))


def rtf_blocks(data: bytes) -> Iterator[Block]:
    """The blocks of a whole text.

    Raises:
        ParseError: DAMAGED, when it is cut off.
    """
    text = RtfText()
    for token in tokens(data):
        yield from text.take(token)
    yield from text.finish()
    if text.depth > 0 and not data.rstrip(b"\0\r\n\t ").endswith(b"}"):
        raise ParseError(FailureReason.DAMAGED, "cut off")


READER = RtfReader()
