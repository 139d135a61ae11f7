"""Gives all documents of one owner to another one: a guest has signed in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import connection

from persistence.documents.ingestion.queue import ingestion_defer

# An entry in a graph of vectors takes milliseconds, and somebody waits to be signed in:
# what finds chunks beyond so many is made anew by the ingest worker.
CHUNKS = 1_000

# The keys that hold the owner: until the end of the transaction they may disagree.
_DEFER = """
SET CONSTRAINTS documents_documentpage_document_fk, documents_documentchunk_document_fk,
    documents_posting_document_fk, documents_stagedvector_document_fk,
    documents_chunkvector_chunk_fk, documents_upload_document_fk,
    chat_citation_chunk_fk DEFERRED
"""
# A file that the new owner has already stays behind, and goes with its owner.
_MOVABLE = """
SELECT d.id, d.state, d.chunk_count
FROM documents_document d
WHERE d.owner_id = %(old_id)s AND NOT EXISTS (
    SELECT FROM documents_document other
    WHERE other.owner_id = %(new_id)s AND other.content_sha256 = d.content_sha256
)
ORDER BY d.id
FOR UPDATE OF d
"""
_MEMBERS = """
SELECT c.id, c.name_key, coalesce(other.id, d.id)
FROM documents_collectiondocument m
JOIN documents_collection c ON c.id = m.collection_id
JOIN documents_document d ON d.id = m.document_id
LEFT JOIN documents_document other
    ON other.owner_id = %(new_id)s AND other.content_sha256 = d.content_sha256
WHERE m.owner_id = %(old_id)s
"""
_LEAVE = (
    "DELETE FROM documents_collectiondocument WHERE owner_id = %(old_id)s",
    """
    DELETE FROM documents_upload u
    WHERE u.owner_id = %(old_id)s AND (
        (u.document_id IS NOT NULL AND u.document_id <> ALL(%(moved)s)) OR EXISTS (
            SELECT FROM documents_upload other
            WHERE other.owner_id = %(new_id)s AND other.request_id = u.request_id
        )
    )
    """,
    # Text and chunks stay: answers cite them, and in the end they will be the same.
    "DELETE FROM documents_chunkvector WHERE document_id = ANY(%(anew)s)",
    "DELETE FROM documents_posting WHERE document_id = ANY(%(anew)s)",
    "DELETE FROM documents_stagedvector WHERE document_id = ANY(%(anew)s)",
)
_MOVE = (
    """
    UPDATE documents_document
    SET owner_id = %(new_id)s, update_time = clock_timestamp()
    WHERE id = ANY(%(moved)s)
    """,
    *(
        f"UPDATE {table} SET owner_id = %(new_id)s WHERE document_id = ANY(%(moved)s)"  # noqa: S608 - Our own names.
        for table in (
            "documents_documentpage",
            "documents_documentchunk",
            "documents_posting",
            "documents_stagedvector",
            "documents_chunkvector",
        )
    ),
    """
    UPDATE documents_upload SET owner_id = %(new_id)s WHERE owner_id = %(old_id)s
    """,
    """
    UPDATE documents_collection c SET owner_id = %(new_id)s
    WHERE c.owner_id = %(old_id)s AND NOT EXISTS (
        SELECT FROM documents_collection other
        WHERE other.owner_id = %(new_id)s AND other.name_key = c.name_key
    )
    """,
    """
    UPDATE documents_documentrequest r SET owner_id = %(new_id)s
    WHERE r.owner_id = %(old_id)s AND NOT EXISTS (
        SELECT FROM documents_documentrequest other
        WHERE other.owner_id = %(new_id)s AND other.request_id = r.request_id
    )
    """,
)
_ENTER = """
INSERT INTO documents_collectiondocument (collection_id, document_id, owner_id)
SELECT c.id, %(document)s, c.owner_id
FROM documents_collection c
WHERE c.owner_id = %(new_id)s AND (c.id = %(id)s OR c.name_key = %(name_key)s)
ON CONFLICT DO NOTHING
"""
_AGAIN = """
UPDATE documents_document
SET state = 1, attempt = attempt + 1, phase = 0, pages_read = 0, page_count = 0,
    chunks_embedded = 0, chunk_count = 0, failed_page_count = 0, term_count = 0
WHERE id = ANY(%(anew)s)
RETURNING id, attempt
"""

# Whoever stores chunks of a document keeps its row from changing its owner.
_RELEASE = """
UPDATE documents_document SET state = 1, attempt = attempt + 1, phase = 0
WHERE owner_id = %s AND state = 2
RETURNING id, attempt
"""

QUEUED, PROCESSING, READY = 1, 2, 3


def documents_release(*, owner_id: UUID) -> None:
    """Has the ingest worker let go of documents that are about to move.

    In a transaction before that of `documents_move`, or it would wait for minutes while
    a large document is stored. Spans owners.
    """
    with connection.cursor() as cursor:
        cursor.execute(_RELEASE, [owner_id])
        released = cursor.fetchall()
    for document_id, attempt in released:
        ingestion_defer(document_id, attempt)


def documents_move(*, old_id: UUID, new_id: UUID) -> int:
    """Moves documents, collections and uploads; spans owners.

    What is being ingested begins again, under its new owner.

    Returns:
        How many documents there were.
    """
    owners: dict[str, Any] = {"old_id": old_id, "new_id": new_id}
    with connection.cursor() as cursor:
        cursor.execute(_DEFER)
        cursor.execute(_MOVABLE, owners)
        movable = cursor.fetchall()
        parameters = owners | {
            "moved": [row[0] for row in movable],
            "anew": _made_anew(movable),
        }
        cursor.execute(_MEMBERS, owners)
        members = cursor.fetchall()
        for statement in (*_LEAVE, *_MOVE):
            cursor.execute(statement, parameters)
        for collection_id, name_key, document_id in members:
            member = {
                "id": collection_id,
                "name_key": name_key,
                "document": document_id,
            }
            cursor.execute(_ENTER, owners | member)
        cursor.execute(_AGAIN, parameters)
        queued = cursor.fetchall()
    for document_id, attempt in queued:
        ingestion_defer(document_id, attempt)
    return len(movable)


def _made_anew(movable: Sequence[tuple[UUID, int, int]]) -> list[UUID]:
    """Says which documents do not take their chunks along."""
    anew, chunks = [], 0
    for document_id, state, chunk_count in movable:
        chunks += chunk_count if state == READY else 0
        is_running = state in {QUEUED, PROCESSING}
        if is_running or (state == READY and chunks > CHUNKS):
            anew.append(document_id)
    return anew
