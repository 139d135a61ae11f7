"""PDF through pypdf: slower, plainer, and it opens some files that pdfium does not."""

import logging
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
from persistence.documents.parsing.readability import looks_garbled, looks_like_text

# What a damaged file makes a library raise; each is the file's fault.
_ITS_FAULT = (
    *(PyPdfError, ValueError, KeyError, IndexError, TypeError, AttributeError),
    *(AssertionError, NotImplementedError, RecursionError, ZeroDivisionError),
    *(OSError, UnicodeError, OverflowError),
)


class PypdfReader:
    """Reads with the library written in Python."""

    media_types = frozenset({media_types.PDF})

    def read(self, source: Source) -> Iterator[Event]:
        """See `Reader.read`."""
        logging.getLogger("pypdf").setLevel(logging.CRITICAL)
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
        text = normalise(join_broken_words(page.extract_text()))
        has_pictures = not text and bool(page.images.keys())
    except FileNotDecryptedError as error:
        raise ParseError(FailureReason.ENCRYPTED, "pypdf") from error
    except _ITS_FAULT:
        return PageFailed(number, FailureReason.DAMAGED, label)
    if has_pictures:
        return PageFailed(number, FailureReason.NO_TEXT_LAYER, label)
    if not looks_like_text(text) or looks_garbled(text):
        return PageFailed(number, FailureReason.UNREADABLE_TEXT, label)
    paragraphs = filter(None, text.split("\n\n"))
    blocks = tuple(Block(BlockKind.PARAGRAPH, part) for part in paragraphs)
    return Page(number, blocks, label)
