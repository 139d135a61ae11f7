"""PDF: pdfium reads it; what pdfium cannot open, or not decode, pypdf may."""

from collections.abc import Iterator
from types import ModuleType

from persistence.documents.parsing import media_types
from persistence.documents.parsing.domain import (
    Event,
    FailureReason,
    PageFailed,
    ParseError,
    Source,
)
from persistence.documents.parsing.readers.pdf_pdfium import PdfiumReader

_FINAL = frozenset((FailureReason.ENCRYPTED, FailureReason.TOO_LARGE))


class PdfReader:
    """Reads with the first of two libraries that can open the file."""

    media_types = frozenset({media_types.PDF})

    def read(self, source: Source) -> Iterator[Event]:
        """See `Reader.read`."""
        events = PdfiumReader().read(source)
        try:
            yield next(events)
        except ParseError as error:
            if error.reason in _FINAL:
                raise
            yield from _pypdf().PypdfReader().read(source)
            return
        second = None
        for event in events:
            if (
                isinstance(event, PageFailed)
                and event.reason is FailureReason.UNREADABLE_TEXT
            ):
                second = second or _pypdf().SecondOpinion(source)
                yield second.of(event)
            else:
                yield event


def _pypdf() -> ModuleType:
    """Imported for files that need it only: it takes a quarter of a second."""
    from persistence.documents.parsing.readers import pdf_pypdf  # noqa: PLC0415

    return pdf_pypdf


READER = PdfReader()
