"""PDF: pdfium reads it; what pdfium cannot open, pypdf may."""

from collections.abc import Iterator

from persistence.documents.parsing import media_types
from persistence.documents.parsing.domain import (
    Event,
    FailureReason,
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
            first = next(events)
        except ParseError as error:
            if error.reason in _FINAL:
                raise
            # Imported for damaged files only: it takes a quarter of a second.
            from persistence.documents.parsing.readers.pdf_pypdf import (  # noqa: PLC0415
                PypdfReader,
            )

            yield from PypdfReader().read(source)
            return
        yield first
        yield from events


READER = PdfReader()
