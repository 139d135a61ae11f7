"""What changes uploads. One function per use case, one transaction each."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from persistence.chat.clock import Clock
from persistence.chat.owners import owner_exists
from persistence.documents import errors
from persistence.documents.collections.selectors import collections_check
from persistence.documents.models import Upload
from persistence.documents.quotas import Quotas, uploads_alone
from persistence.documents.selectors import DocumentNow, document_get
from persistence.documents.storage import original_name
from persistence.documents.uploads.documents import document_make, document_reuse
from persistence.documents.uploads.domain import Arrived, NewFile, Part, Taken
from persistence.documents.uploads.rows import (
    KEPT,
    body_hash_of,
    upload_insert,
    upload_known,
)
from persistence.documents.uploads.spool import Spool

_RECEIVED = """
UPDATE documents_upload
SET received_bytes = %s, expire_time = clock_timestamp() + %s
WHERE id = %s AND owner_id = %s
RETURNING expire_time
"""


@dataclass(frozen=True)
class Begun:
    """An upload, or the document that makes it unnecessary."""

    upload: Upload | None = None
    existing: DocumentNow | None = None


def upload_create(
    *,
    owner_id: UUID,
    request_id: UUID,
    file: NewFile,
    size_bytes: int,
    quotas: Quotas,
) -> Begun:
    """Begins an upload; the same request again returns the same one.

    Raises:
        ServiceError: `COLLECTION_NOT_FOUND`, `REQUEST_ID_REUSED`, `QUOTA_EXCEEDED`.
    """
    uploads_alone(owner_id)
    body_hash = body_hash_of("parts", file, size_bytes)
    known = upload_known(owner_id, request_id, body_hash)
    if known is not None:
        _keep_alive(known)
        return Begun(upload=upload_get(owner_id=owner_id, upload_id=known.id))
    collections_check(owner_id=owner_id, ids=file.collection_ids)
    existing = document_reuse(owner_id=owner_id, file=file, sha256=file.content_sha256)
    if existing is not None:
        return Begun(existing=existing)
    quotas.check_upload(owner_id, size_bytes)
    with owner_exists():
        upload = upload_insert(
            owner_id, request_id, body_hash, file, size_bytes=size_bytes
        )
    return Begun(upload=upload)


def upload_get(*, owner_id: UUID, upload_id: UUID) -> Upload:
    """Returns an upload that has not expired.

    Raises:
        ServiceError: `UPLOAD_NOT_FOUND`.
    """
    rows = Upload.objects.filter(owner_id=owner_id, id=upload_id)
    row = rows.filter(expire_time__gt=Clock()).first()
    if row is None:
        raise errors.upload_not_found(upload_id)
    return row


def part_store(*, owner_id: UUID, upload_id: UUID, part: Part, spool: Spool) -> Upload:
    """Stores the next part, and says so only when the disk has it.

    Parts of one upload wait for each other. Besides the database it touches the
    upload's file: the same bytes at the same place, however often it is run.

    Raises:
        ServiceError: `UPLOAD_NOT_FOUND`, `UPLOAD_OFFSET_MISMATCH`,
            `CONTENT_HASH_MISMATCH`, `FILE_TOO_LARGE`.
        OSError: the disk does not take it.
    """
    if hashlib.sha256(part.data).digest() != part.sha256:
        raise errors.content_hash_mismatch()
    rows = Upload.objects.filter(owner_id=owner_id, id=upload_id)
    row = rows.filter(expire_time__gt=Clock()).select_for_update().first()
    if row is None:
        raise errors.upload_not_found(upload_id)
    received, end = row.received_bytes, part.offset + len(part.data)
    if row.document_id is None:
        # Less is there only when the disk was set back: then it is sent again.
        received = min(received, spool.size(upload_id))
    if part.offset > received:
        raise errors.upload_offset_mismatch(received)
    if end > row.size_bytes:
        raise errors.file_too_large(row.size_bytes)
    if end > received:
        new = part.data[received - part.offset :]
        spool.write(upload_id, offset=received, data=new)
    if row.document_id is None:
        row.received_bytes = max(received, end)
        row.expire_time = _received(row)
    return row


def upload_finish(*, owner_id: UUID, upload_id: UUID, arrived: Arrived) -> Taken:
    """Makes a document of a complete upload; a second time it is the same one.

    Raises:
        ServiceError: `UPLOAD_NOT_FOUND`.
    """
    rows = Upload.objects.filter(owner_id=owner_id, id=upload_id)
    row = rows.select_for_update().first()
    if row is None:
        raise errors.upload_not_found(upload_id)
    if row.document_id is not None:
        return upload_made(row, row.document_id)
    taken = document_make(owner_id=owner_id, arrived=arrived)
    rows.update(document_id=taken.document.row.id, expire_time=Clock() + KEPT)
    return taken


def upload_made(row: Upload, document_id: UUID) -> Taken:
    """Returns what an upload has become before.

    Raises:
        ServiceError: `DOCUMENT_NOT_FOUND` when it was deleted since.
    """
    document = document_get(owner_id=row.owner_id, document_id=document_id)
    is_its_own = document.row.storage_name == original_name(row.owner_id, row.id)
    return Taken(document, already_existed=not is_its_own)


def upload_delete(*, owner_id: UUID, upload_id: UUID) -> bool:
    """Gives an upload up; says whether there was one that has become no document."""
    rows = Upload.objects.filter(owner_id=owner_id, id=upload_id, document=None)
    count, _ = rows.delete()
    return count > 0


def _received(row: Upload) -> datetime:
    """Stores how much there is of an upload; says until when it is kept now."""
    parameters: list[Any] = [row.received_bytes, KEPT, row.id, row.owner_id]
    with connection.cursor() as cursor:
        cursor.execute(_RECEIVED, parameters)
        (expire_time,) = cursor.fetchone()
    kept_until: datetime = expire_time
    return kept_until


def _keep_alive(row: Upload) -> None:
    Upload.objects.filter(owner_id=row.owner_id, id=row.id).update(
        expire_time=Clock() + KEPT
    )
