"""What changes collections. One function per use case, one transaction each."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from psycopg.errors import ForeignKeyViolation, UniqueViolation

from mesh.errors import invalid
from mesh.ids import uuid7
from persistence.chat.clock import Clock
from persistence.chat.owners import owner_exists
from persistence.documents import errors
from persistence.documents.collections.selectors import (
    CollectionNow,
    collection_get,
)
from persistence.documents.models import (
    NAME_MAX_LENGTH,
    Collection,
    CollectionDocument,
)
from persistence.documents.requests import request_claim
from persistence.documents.selectors import documents_check
from persistence.orm import RepeatError

# Collections and documents that were deleted meanwhile are passed over.
_PUT = """
INSERT INTO documents_collectiondocument (collection_id, document_id, owner_id)
SELECT c.id, d.id, d.owner_id
FROM documents_collection c CROSS JOIN documents_document d
WHERE c.owner_id = %(owner_id)s AND c.id = ANY(%(collections)s)
  AND d.owner_id = %(owner_id)s AND d.id = ANY(%(documents)s)
ORDER BY c.id, d.id
ON CONFLICT DO NOTHING
RETURNING collection_id
"""


def collection_create(*, owner_id: UUID, request_id: UUID, name: str) -> CollectionNow:
    """Creates an empty collection; the same request again returns the same one.

    Raises:
        ServiceError: `COLLECTION_NAME_TAKEN`, `REQUEST_ID_REUSED`;
            `COLLECTION_NOT_FOUND` when it was deleted since.
    """
    new_id, name = uuid7(), _stripped(name)
    with owner_exists():
        made_id = request_claim(
            owner_id=owner_id,
            request_id=request_id,
            body=("create collection", name),
            subject_id=new_id,
        )
        if made_id is None:
            with _name_is_free(owner_id, name, of=new_id):
                Collection.objects.create(
                    id=new_id, owner_id=owner_id, name=name, name_key=_key(name)
                )
    return collection_get(owner_id=owner_id, collection_id=made_id or new_id)


def collection_update(
    *, owner_id: UUID, collection_id: UUID, name: str
) -> CollectionNow:
    """Renames a collection.

    Raises:
        ServiceError: `COLLECTION_NOT_FOUND`, `COLLECTION_NAME_TAKEN`.
    """
    name = _stripped(name)
    rows = Collection.objects.filter(owner_id=owner_id, id=collection_id)
    with _name_is_free(owner_id, name, of=collection_id):
        rows.exclude(name=name).update(
            name=name, name_key=_key(name), update_time=Clock()
        )
    return collection_get(owner_id=owner_id, collection_id=collection_id)


def collection_delete(*, owner_id: UUID, request_id: UUID, collection_id: UUID) -> None:
    """Deletes a collection; its documents stay.

    Raises:
        ServiceError: `REQUEST_ID_REUSED`, `COLLECTION_NOT_FOUND`.
    """
    with owner_exists():
        made_id = request_claim(
            owner_id=owner_id,
            request_id=request_id,
            body=("delete collection", collection_id),
            subject_id=collection_id,
        )
    if made_id is not None:
        return
    count, _ = Collection.objects.filter(owner_id=owner_id, id=collection_id).delete()
    if not count:
        raise errors.collection_not_found(collection_id)


def collection_change(
    *,
    owner_id: UUID,
    collection_id: UUID,
    added: Sequence[UUID],
    removed: Sequence[UUID],
) -> CollectionNow:
    """Puts documents into a collection and takes others out, all or nothing.

    Raises:
        ServiceError: `COLLECTION_NOT_FOUND`, `DOCUMENT_NOT_FOUND`.
    """
    rows = Collection.objects.filter(owner_id=owner_id, id=collection_id)
    if not rows.select_for_update(no_key=True).exists():
        raise errors.collection_not_found(collection_id)
    documents_check(owner_id=owner_id, ids=added)
    members = CollectionDocument.objects.filter(
        owner_id=owner_id, collection_id=collection_id
    )
    taken_out, _ = members.filter(document_id__in=removed).delete()
    put_in = documents_put(
        owner_id=owner_id, document_ids=added, collection_ids=[collection_id]
    )
    if taken_out and not put_in:
        rows.update(update_time=Clock())
    return collection_get(owner_id=owner_id, collection_id=collection_id)


def documents_put(
    *, owner_id: UUID, document_ids: Sequence[UUID], collection_ids: Sequence[UUID]
) -> bool:
    """Puts documents into collections; says whether one was not in yet."""
    if not (document_ids and collection_ids):
        return False
    parameters: dict[str, Any] = {
        "owner_id": owner_id,
        "collections": list(collection_ids),
        "documents": list(document_ids),
    }
    with _parents_stay(), connection.cursor() as cursor:
        cursor.execute(_PUT, parameters)
        changed = {row[0] for row in cursor.fetchall()}
    Collection.objects.filter(owner_id=owner_id, id__in=changed).update(
        update_time=Clock()
    )
    return bool(changed)


def _stripped(name: str) -> str:
    """Takes the white space around a name away, of every script."""
    if stripped := name.strip():
        return stripped
    raise invalid("name", "must not be blank")


def _key(name: str) -> str:
    folded = unicodedata.normalize("NFC", name.casefold())
    return folded[: 2 * NAME_MAX_LENGTH]


@contextmanager
def _name_is_free(owner_id: UUID, name: str, *, of: UUID) -> Iterator[None]:
    others = Collection.objects.filter(owner_id=owner_id, name_key=_key(name))
    taken_by = others.exclude(id=of).values_list("id", flat=True)
    # Asked first, as the database logs what its constraint refuses as an error.
    if (taken_id := taken_by.first()) is not None:
        raise errors.collection_name_taken(taken_id)
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if not isinstance(error.__cause__, UniqueViolation):
            raise
        taken_id = taken_by.first()
        if taken_id is None:  # It was renamed or deleted at this moment.
            raise RepeatError from error
        raise errors.collection_name_taken(taken_id) from error


@contextmanager
def _parents_stay() -> Iterator[None]:
    try:
        yield
    except IntegrityError as error:
        # A document or collection was deleted at this moment.
        if isinstance(error.__cause__, ForeignKeyViolation):
            raise RepeatError from error
        raise
