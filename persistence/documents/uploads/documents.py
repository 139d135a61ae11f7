"""Makes documents of what has arrived, each content once for its owner."""

from __future__ import annotations

from uuid import UUID

from django.db import IntegrityError
from psycopg.errors import UniqueViolation

from mesh.ids import uuid7
from persistence.chat.owners import owner_exists
from persistence.documents.collections.selectors import collections_check
from persistence.documents.collections.services import documents_put
from persistence.documents.ingestion.queue import ingestion_defer
from persistence.documents.models import TITLE_MAX_LENGTH, Document
from persistence.documents.quotas import Quotas
from persistence.documents.requests import request_claim
from persistence.documents.selectors import DocumentNow, document_get, documents_get
from persistence.documents.services import requeue_ended
from persistence.documents.uploads.domain import Arrived, NewFile, Taken
from persistence.orm import RepeatError


def document_make(*, owner_id: UUID, arrived: Arrived) -> Taken:
    """Stores a document and queues it, or finds the one with the same content."""
    file, digest = arrived.file, arrived.digest
    existing = document_reuse(owner_id=owner_id, file=file, sha256=digest.sha256)
    if existing is not None:
        return Taken(existing, already_existed=True)
    document = Document(
        id=uuid7(),
        owner_id=owner_id,
        title=file.title.strip() or file.file_name,
        file_name=file.file_name,
        size_bytes=digest.size_bytes,
        content_sha256=digest.sha256,
        storage_name=arrived.storage_name,
    )
    try:
        with owner_exists():
            document.save(force_insert=True)
    except IntegrityError as error:
        if isinstance(error.__cause__, UniqueViolation):
            raise RepeatError from error  # The same file has just come another way.
        raise
    return Taken(_begin(owner_id, document.id, file), already_existed=False)


def document_reuse(
    *, owner_id: UUID, file: NewFile, sha256: bytes | None
) -> DocumentNow | None:
    """Finds the document with a content; puts it where the file was to go.

    One that failed or was cancelled is tried again.
    """
    if sha256 is None:
        return None
    rows = Document.objects.filter(owner_id=owner_id, content_sha256=sha256)
    document_id = rows.values_list("id", flat=True).first()
    if document_id is None:
        return None
    requeue_ended(owner_id=owner_id, document_id=document_id)
    documents_put(
        owner_id=owner_id,
        document_ids=[document_id],
        collection_ids=file.collection_ids,
    )
    found = documents_get(owner_id=owner_id, ids=[document_id])
    if document_id not in found:
        raise RepeatError  # It was deleted at this moment.
    return found[document_id]


def url_import(
    *,
    owner_id: UUID,
    request_id: UUID,
    url: str,
    collection_ids: tuple[UUID, ...],
    quotas: Quotas,
) -> DocumentNow:
    """Stores a document that the ingest worker fetches; once for each request.

    Raises:
        ServiceError: `COLLECTION_NOT_FOUND`, `REQUEST_ID_REUSED`, `QUOTA_EXCEEDED`;
            `DOCUMENT_NOT_FOUND` when it was deleted since.
    """
    new_id = uuid7()
    with owner_exists():
        made_id = request_claim(
            owner_id=owner_id,
            request_id=request_id,
            body=("import", url, *collection_ids),
            subject_id=new_id,
        )
        if made_id is not None:
            return document_get(owner_id=owner_id, document_id=made_id)
        collections_check(owner_id=owner_id, ids=collection_ids)
        quotas.check_bytes(owner_id, 1)
        Document.objects.create(
            id=new_id, owner_id=owner_id, title=url[:TITLE_MAX_LENGTH], source_url=url
        )
    file = NewFile(file_name="", collection_ids=collection_ids)
    return _begin(owner_id, new_id, file)


def _begin(owner_id: UUID, document_id: UUID, file: NewFile) -> DocumentNow:
    documents_put(
        owner_id=owner_id,
        document_ids=[document_id],
        collection_ids=file.collection_ids,
    )
    ingestion_defer(document_id, 1)
    return document_get(owner_id=owner_id, document_id=document_id)
