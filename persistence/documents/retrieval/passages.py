"""The text of chunks, with what stands around them."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from persistence.documents.retrieval.domain import Passage
from persistence.pool import Connection

# Neighbours are of the same page, so that the context is one span of its text.
_PASSAGES = """
SELECT c.id, c.document_id, d.title, d.language, c.page, c.start, c."end", c.text,
    c.headings, around.start,
    CASE WHEN around.start = c.start AND around."end" = c."end" THEN c.text
    ELSE substr(p.text, around.start + 1, around."end" - around.start) END
FROM unnest(%(chunks)s::uuid[]) WITH ORDINALITY AS asked (id, place)
JOIN documents_documentchunk c ON c.id = asked.id AND c.owner_id = %(owner)s
JOIN documents_document d ON d.id = c.document_id AND d.owner_id = %(owner)s
CROSS JOIN LATERAL (
    SELECT min(n.start) AS start, max(n."end") AS "end"
    FROM documents_documentchunk n
    WHERE n.document_id = c.document_id AND n.owner_id = %(owner)s AND n.page = c.page
      AND n.ordinal BETWEEN c.ordinal - %(neighbours)s AND c.ordinal + %(neighbours)s
) AS around
LEFT JOIN documents_documentpage p ON p.document_id = c.document_id
    AND p.number = c.page AND p.owner_id = %(owner)s
ORDER BY asked.place
"""


async def passages_get(
    connection: Connection, owner_id: UUID, chunk_ids: Sequence[UUID], neighbours: int
) -> list[Passage]:
    """Returns the chunks that exist and are the owner's, in the order asked for."""
    cursor = await connection.execute(
        _PASSAGES,
        {"owner": owner_id, "chunks": list(chunk_ids), "neighbours": neighbours},
    )
    return [
        Passage(
            chunk_id=chunk_id,
            document_id=document_id,
            document_title=title,
            language=language,
            page=page,
            start=start,
            end=end,
            text=text,
            headings=tuple(headings),
            context=context if context is not None else text,
            context_start=context_start if context is not None else start,
        )
        for (
            chunk_id,
            document_id,
            title,
            language,
            page,
            start,
            end,
            text,
            headings,
            context_start,
            context,
        ) in await cursor.fetchall()
    ]
