"""PDF through pypdf: slower, plainer, and it opens some files that pdfium does not."""

import logging
import re
from collections.abc import Iterator

import pypdf
from pypdf.errors import FileNotDecryptedError, PyPdfError

from persistence.documents.parsing import media_types
from persistence.documents.parsing.domain import (
    Block,
    BlockKind,
    Event,
    FailureReason,
    Opened,
    Page,
    PageFailed,
    ParseError,
    Source,
)
from persistence.documents.parsing.normalise import (
    join_broken_words,
    normalise,
    one_line,
)
from persistence.documents.parsing.readability import (
    are_numbers,
    looks_garbled,
    looks_like_text,
)

# What a damaged file makes a library raise; each is the file's fault.
_ITS_FAULT = (
    *(PyPdfError, ValueError, KeyError, IndexError, TypeError, AttributeError),
    *(AssertionError, NotImplementedError, RecursionError, ZeroDivisionError),
    *(OSError, UnicodeError, OverflowError),
)


_GLYPH_NAME = re.compile(r"/[A-Za-z]*[.\d]\w*")
"""What the library says for a glyph whose name it does not know."""

_NAMES_SHARE = 0.03
_MOST_IN_VAIN = 3


class SecondOpinion:
    """Reads single pages whose letters pdfium does not know; gives up after a few."""

    def __init__(self, source: Source) -> None:
        """Opens the file at the first page."""
        self._source = source
        self._reader: pypdf.PdfReader | None = None
        self._left = _MOST_IN_VAIN

    def of(self, failed: PageFailed) -> Event:
        """The page, or the failure as it was."""
        if self._left == 0:
            return failed
        try:
            self._reader = self._reader or _open(self._source)
            page = _page(self._reader, failed.number - 1, failed.label)
        except ParseError:
            self._left = 0
            return failed
        if isinstance(page, Page) and page.blocks:
            return page
        self._left -= 1
        return failed


class PypdfReader:
    """Reads with the library written in Python."""

    media_types = frozenset({media_types.PDF})

    def read(self, source: Source) -> Iterator[Event]:
        """See `Reader.read`."""
        reader = _open(source)
        try:
            count = len(reader.pages)
            title = str(reader.metadata.title or "") if reader.metadata else ""
            labels = reader.page_labels
        except _ITS_FAULT as error:
            raise ParseError(FailureReason.DAMAGED, type(error).__name__) from error
        if count == 0:
            raise ParseError(FailureReason.DAMAGED, "no pages")
        yield Opened(count, one_line(title))
        for index in range(count):
            label = labels[index] if index < len(labels) else ""
            label = "" if label == str(index + 1) else one_line(label)
            yield _page(reader, index, label)


def _open(source: Source) -> pypdf.PdfReader:
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        reader = pypdf.PdfReader(source.path, strict=False)
        # An empty password opens what is only protected against changes.
        locked = reader.is_encrypted and not reader.decrypt("")
    except _ITS_FAULT as error:
        raise ParseError(FailureReason.DAMAGED, type(error).__name__) from error
    if locked:
        raise ParseError(FailureReason.ENCRYPTED, "pypdf")
    return reader


def _page(reader: pypdf.PdfReader, index: int, label: str) -> Event:
    number = index + 1
    try:
        page = reader.pages[index]
        drawn = page.extract_text()
        text = normalise(join_broken_words(drawn))
        has_pictures = not text and bool(page.images.keys())
    except FileNotDecryptedError as error:
        raise ParseError(FailureReason.ENCRYPTED, "pypdf") from error
    except _ITS_FAULT:
        return PageFailed(number, FailureReason.DAMAGED, label)
    if has_pictures:
        return PageFailed(number, FailureReason.NO_TEXT_LAYER, label)
    if (
        are_numbers(drawn)
        or len(_GLYPH_NAME.findall(drawn)) > len(drawn) * _NAMES_SHARE
        or not looks_like_text(text)
        or looks_garbled(text)
    ):
        return PageFailed(number, FailureReason.UNREADABLE_TEXT, label)
    paragraphs = filter(None, text.split("\n\n"))
    blocks = tuple(Block(BlockKind.PARAGRAPH, part) for part in paragraphs)
    return Page(number, blocks, label)
