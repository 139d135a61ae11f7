"""What changes documents. One function per use case, one transaction each."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import connection

from persistence.chat.clock import Clock
from persistence.chat.owners import owner_exists
from persistence.documents.ingestion.queue import ingestion_defer
from persistence.documents.models import Document, DocumentChunk
from persistence.documents.requests import request_claim
from persistence.documents.selectors import DocumentNow, document_get, documents_check

# An ingestion that runs has the attempt of before, and may write nothing any more.
_REQUEUE = """
UPDATE documents_document
SET state = 1, attempt = attempt + 1, phase = 0, pages_read = 0, page_count = 0,
    chunks_embedded = 0, chunk_count = 0, failed_page_count = 0, failure = NULL,
    update_time = clock_timestamp()
WHERE id = %(id)s AND owner_id = %(owner_id)s AND state IN (4, 5)
RETURNING attempt
"""
_CANCEL = """
UPDATE documents_document
SET state = 5, attempt = attempt + 1, phase = 0, update_time = clock_timestamp()
WHERE id = %(id)s AND owner_id = %(owner_id)s AND state IN (1, 2)
"""
_CHUNKS = """
DELETE FROM documents_documentchunk WHERE id IN (
    SELECT id FROM documents_documentchunk
    WHERE document_id = %(id)s AND owner_id = %(owner_id)s
    LIMIT %(most)s
)
"""
# About a second's work on a machine that has other things to do.
PIECE_CHUNKS = 20_000


def document_update(*, owner_id: UUID, document_id: UUID, title: str) -> DocumentNow:
    """Renames a document.

    Raises:
        ServiceError: `DOCUMENT_NOT_FOUND`.
    """
    rows = Document.objects.filter(owner_id=owner_id, id=document_id)
    rows.exclude(title=title).update(title=title, update_time=Clock())
    return document_get(owner_id=owner_id, document_id=document_id)


def deletion_begin(*, owner_id: UUID, request_id: UUID, document_id: UUID) -> bool:
    """Stops the ingestion of a document that is about to be deleted.

    In a transaction of its own: chunks that are being stored refer to the row, which
    therefore could not be deleted before all of them are there. From then on the
    request is known, and goes on with what is left when it comes again.

    Returns:
        Whether it is so large that `chunks_delete` is to come first.

    Raises:
        ServiceError: `REQUEST_ID_REUSED`, `DOCUMENT_NOT_FOUND`.
    """
    with owner_exists():
        made_id = request_claim(
            owner_id=owner_id,
            request_id=request_id,
            body=("delete", document_id),
            subject_id=document_id,
        )
    if made_id is None:
        documents_check(owner_id=owner_id, ids=[document_id])
    _stop(owner_id, document_id)
    chunks = DocumentChunk.objects.filter(owner_id=owner_id, document_id=document_id)
    return chunks.filter(ordinal__gte=PIECE_CHUNKS).exists()


def chunks_delete(*, owner_id: UUID, document_id: UUID) -> bool:
    """Deletes some chunks, with what finds and cites them; says whether some are left.

    Those of a large document take longer than a caller waits.
    """
    which: dict[str, Any] = {
        "id": document_id,
        "owner_id": owner_id,
        "most": PIECE_CHUNKS,
    }
    with connection.cursor() as cursor:
        cursor.execute(_CHUNKS, which)
        count: int = cursor.rowcount
    return count == PIECE_CHUNKS


def document_delete(*, owner_id: UUID, document_id: UUID) -> str | None:
    """Deletes a document with all that is made of it.

    Returns:
        What its original is called in the storage, to be deleted as well; None when
        there is none, or no such document any more.
    """
    rows = Document.objects.filter(owner_id=owner_id, id=document_id)
    row = rows.select_for_update().first()
    if row is None:
        return None
    # The database takes along whatever is its.
    rows.delete()
    return row.storage_name or None


def ingestion_retry(*, owner_id: UUID, document_id: UUID) -> DocumentNow:
    """Queues a document again that failed or was cancelled.

    Raises:
        ServiceError: `DOCUMENT_NOT_FOUND`.
    """
    requeue_ended(owner_id=owner_id, document_id=document_id)
    return document_get(owner_id=owner_id, document_id=document_id)


def ingestion_cancel(*, owner_id: UUID, document_id: UUID) -> DocumentNow:
    """Stops what waits or runs; its worker learns it from the row.

    Raises:
        ServiceError: `DOCUMENT_NOT_FOUND`.
    """
    _stop(owner_id, document_id)
    return document_get(owner_id=owner_id, document_id=document_id)


def requeue_ended(*, owner_id: UUID, document_id: UUID) -> None:
    """Queues a document again if it failed or was cancelled."""
    with connection.cursor() as cursor:
        cursor.execute(_REQUEUE, {"id": document_id, "owner_id": owner_id})
        queued = cursor.fetchone()
    if queued is not None:
        ingestion_defer(document_id, queued[0])


def _stop(owner_id: UUID, document_id: UUID) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_CANCEL, {"id": document_id, "owner_id": owner_id})
