"""What ingestion is about: a document that was claimed, and how far it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from persistence.documents.models import Phase


@dataclass(frozen=True, slots=True)
class Claim:
    """A document that this process works on.

    Attributes:
        attempt: Of the document when it was claimed. Once it is another, or the
            document is not PROCESSING any more, this work must stop.
        storage_name: Of the original; empty while it is not fetched yet.
        has_staged: Whether vectors are left of a run that was cut off.
    """

    document_id: UUID
    owner_id: UUID
    attempt: int
    title: str
    file_name: str
    storage_name: str
    source_url: str
    has_staged: bool = False


@dataclass(slots=True)
class Progress:
    """How far a document is, as its user sees it. Changed in place.

    Attributes:
        waits_for: A serialized `google.rpc.Status`: what keeps it from going on.
    """

    phase: Phase = Phase.READING
    pages_read: int = 0
    page_count: int = 0
    chunks_embedded: int = 0
    chunk_count: int = 0
    media_type: str = ""
    waits_for: bytes = b""

    def as_row(self) -> tuple[int, int, int, int, int, str, bytes]:
        """Returns the columns in the order of the fields."""
        return (
            self.phase.value,
            self.pages_read,
            self.page_count,
            self.chunks_embedded,
            self.chunk_count,
            self.media_type,
            self.waits_for,
        )


@dataclass(frozen=True, slots=True)
class PageRow:
    """A page as it is stored; `failure` instead of text when it could not be read."""

    number: int
    label: str = ""
    text: str = ""
    from_image: bool = False
    failure: bytes | None = None


@dataclass(slots=True)
class Reading:
    """What became known of a file while it was read.

    Attributes:
        language: From the file's own metadata; then what its text says.
        sample: The begin of its text, to tell its language by.
    """

    media_type: str = ""
    language: str = ""
    page_count: int = 0
    failed_page_count: int = 0
    sample: list[str] = field(default_factory=list)
    sample_size: int = 0


class SupersededError(Exception):
    """The document was cancelled, deleted or begun anew: this work is void."""
