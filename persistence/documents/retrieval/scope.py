"""Where a search looks: whose documents, how many chunks, in which languages."""

from __future__ import annotations

from uuid import UUID

from lamla.errors.v1.error_reason_pb2 import ErrorReason

from mesh.errors import ServiceError
from persistence.documents.index.versions import Index
from persistence.documents.retrieval.domain import Scope, Selection
from persistence.pool import Connection

_SELECTED = """
SELECT coalesce(array_agg(DISTINCT id) FILTER (WHERE id IS NOT NULL), '{}')
FROM (
    SELECT id FROM documents_document
    WHERE owner_id = %(owner)s AND id = ANY (%(documents)s)
    UNION ALL
    SELECT document_id FROM documents_collectiondocument
    WHERE owner_id = %(owner)s AND collection_id = ANY (%(collections)s)
) AS selected
"""
_COLLECTIONS = """
SELECT id FROM documents_collection WHERE owner_id = %s AND id = ANY (%s)
"""
# While a document is read anew, its row counts the chunks to come; what is found until
# then are those of before, if it had any.
_SCOPE = """
SELECT i.id, i.model, s.chunks, s.terms, s.languages
FROM documents_indexversion i,
LATERAL (
    SELECT coalesce(sum(there.chunks), 0)::bigint AS chunks,
        coalesce(sum(term_count), 0)::bigint AS terms,
        coalesce(array_agg(DISTINCT language), '{}') AS languages
    FROM documents_document d,
    LATERAL (
        SELECT CASE
            WHEN d.state = 3 THEN d.chunk_count
            WHEN d.term_count > 0 THEN (
                SELECT max(c.ordinal) + 1 FROM documents_documentchunk c
                WHERE c.document_id = d.id AND c.owner_id = d.owner_id
            )
        END AS chunks
    ) AS there
    WHERE owner_id = %(owner)s AND there.chunks > 0
      AND (%(documents)s::uuid[] IS NULL OR id = ANY (%(documents)s::uuid[]))
) AS s
WHERE i.state = 2
"""


async def scope_get(
    connection: Connection, owner_id: UUID, selection: Selection | None
) -> Scope:
    """Returns where to look.

    Raises:
        ServiceError: `DOCUMENT_NOT_FOUND` or `COLLECTION_NOT_FOUND`: what is selected
            is not the owner's, and the selection is not lenient.
    """
    documents = None
    if selection is not None:
        documents = await _selected(connection, owner_id, selection)
    cursor = await connection.execute(
        _SCOPE, {"owner": owner_id, "documents": documents}
    )
    row = await cursor.fetchone()
    assert row is not None  # noqa: S101 - One index version is always active.
    number, model, chunks, terms, languages = row
    return Scope(
        index=Index(number, model, is_active=True),
        documents=documents,
        chunks=chunks,
        average=max(1.0, terms / chunks) if chunks else 1.0,
        languages=tuple(languages),
    )


async def _selected(
    connection: Connection, owner_id: UUID, selection: Selection
) -> list[UUID]:
    documents, collections = list(selection.document_ids), selection.collection_ids
    cursor = await connection.execute(
        _SELECTED,
        {"owner": owner_id, "documents": documents, "collections": list(collections)},
    )
    row = await cursor.fetchone()
    selected: list[UUID] = row[0] if row else []
    if selection.is_lenient:
        return selected
    for document_id in set(documents) - set(selected):
        raise ServiceError(
            ErrorReason.ERROR_REASON_DOCUMENT_NOT_FOUND,
            "No such document.",
            document_id=str(document_id),
        )
    if collections:
        cursor = await connection.execute(_COLLECTIONS, [owner_id, list(collections)])
        known = {number for (number,) in await cursor.fetchall()}
        for collection_id in set(collections) - known:
            raise ServiceError(
                ErrorReason.ERROR_REASON_COLLECTION_NOT_FOUND,
                "No such collection.",
                collection_id=str(collection_id),
            )
    return selected
