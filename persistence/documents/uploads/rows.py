"""The row of an upload: one for each request, in parts or as a stream."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from mesh.ids import uuid7
from persistence.chat.clock import Clock
from persistence.chat.errors import request_id_reused
from persistence.claims import body_hashed
from persistence.documents.models import Upload
from persistence.documents.uploads.domain import NewFile
from persistence.orm import RepeatError

# How long an upload waits for its next part, and is remembered after its last.
KEPT = timedelta(hours=24)


def upload_known(owner_id: UUID, request_id: UUID, body_hash: bytes) -> Upload | None:
    """Finds the upload that a request has begun before.

    Raises:
        ServiceError: `REQUEST_ID_REUSED` when it had another body.
    """
    row = Upload.objects.filter(owner_id=owner_id, request_id=request_id).first()
    if row is not None and bytes(row.body_hash) != body_hash:
        raise request_id_reused(request_id)
    return row


def upload_insert(  # noqa: PLR0913 - A row's columns.
    owner_id: UUID,
    request_id: UUID,
    body_hash: bytes,
    file: NewFile,
    *,
    size_bytes: int,
    upload_id: UUID | None = None,
) -> Upload:
    """Stores an upload, or finds the one that the same request has just made.

    Raises:
        ServiceError: `REQUEST_ID_REUSED`.
    """
    row = Upload(
        id=upload_id or uuid7(),
        owner_id=owner_id,
        request_id=request_id,
        body_hash=body_hash,
        file_name=file.file_name,
        title=file.title,
        collection_ids=list(file.collection_ids),
        content_sha256=file.content_sha256,
        size_bytes=size_bytes,
        expire_time=Clock() + KEPT,
    )
    Upload.objects.bulk_create([row], ignore_conflicts=True)
    stored = upload_known(owner_id, request_id, body_hash)
    if stored is None:
        raise RepeatError  # The one in its way has just gone.
    return stored


def body_hash_of(kind: str, file: NewFile, size_bytes: int) -> bytes:
    """Returns what tells a request of this kind from another one.

    Args:
        size_bytes: 0 for a stream, which does not announce it.
    """
    sha256 = (file.content_sha256 or b"").hex()
    names = (file.file_name, file.title, sha256)
    return body_hashed((kind, size_bytes, *names, *map(str, file.collection_ids)))
