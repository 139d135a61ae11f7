"""What makes documents of streams. One function per use case, one transaction each."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import UUID

from persistence.chat.owners import owner_exists
from persistence.documents.collections.selectors import collections_check
from persistence.documents.models import Document
from persistence.documents.quotas import Quotas
from persistence.documents.uploads.documents import document_reuse
from persistence.documents.uploads.domain import Arrived, Digest, NewFile, Taken
from persistence.documents.uploads.rows import body_hash_of, upload_insert, upload_known
from persistence.documents.uploads.services import upload_finish, upload_made

# Small pieces are written together.
PIECE_BYTES = 512 * 1024


@dataclass(frozen=True)
class StreamRequest:
    """One UploadDocument: its request id, and what its header asks for."""

    request_id: UUID
    file: NewFile

    @property
    def body_hash(self) -> bytes:
        """What tells it from another request."""
        return body_hash_of("stream", self.file, 0)


def stream_begin(
    *, owner_id: UUID, request: StreamRequest, quotas: Quotas
) -> Taken | None:
    """Looks whether a stream is needed at all.

    Returns:
        The document that it would lead to, if there is one.

    Raises:
        ServiceError: `COLLECTION_NOT_FOUND`, `REQUEST_ID_REUSED`; `QUOTA_EXCEEDED`
            when not even an empty file would fit.
    """
    known = upload_known(owner_id, request.request_id, request.body_hash)
    if known is not None and known.document_id is not None:
        return upload_made(known, known.document_id)
    collections_check(owner_id=owner_id, ids=request.file.collection_ids)
    existing = document_reuse(
        owner_id=owner_id, file=request.file, sha256=request.file.content_sha256
    )
    if existing is not None:
        return Taken(existing, already_existed=True)
    quotas.check_bytes(owner_id, 1)
    return None


def stream_check(*, owner_id: UUID, digest: Digest, quotas: Quotas) -> None:
    """Lets a file be stored that has arrived, unless it is one too many.

    Raises:
        ServiceError: `QUOTA_EXCEEDED`.
    """
    same = Document.objects.filter(owner_id=owner_id, content_sha256=digest.sha256)
    if not same.exists():
        quotas.check_bytes(owner_id, digest.size_bytes)


def stream_finish(
    *, owner_id: UUID, upload_id: UUID, request: StreamRequest, arrived: Arrived
) -> Taken:
    """Makes a document of a stream; the same request again returns the same one.

    Raises:
        ServiceError: `REQUEST_ID_REUSED`.
    """
    with owner_exists():
        upload = upload_insert(
            owner_id,
            request.request_id,
            request.body_hash,
            arrived.file,
            size_bytes=arrived.digest.size_bytes,
            upload_id=upload_id,
        )
    return upload_finish(owner_id=owner_id, upload_id=upload.id, arrived=arrived)


async def gathered(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Yields the same bytes in fewer pieces."""
    gathered = bytearray()
    async for piece in pieces:
        gathered += piece
        if len(gathered) >= PIECE_BYTES:
            yield bytes(gathered)
            gathered.clear()
    if gathered:
        yield bytes(gathered)
