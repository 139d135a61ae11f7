"""Titles that models make."""

from __future__ import annotations

from uuid import UUID

from persistence.chat import errors
from persistence.chat.search.words import vector_of
from persistence.pool import Connection

# Who gave the title: 1 a model, 2 the user (models.TitleBy).
_TITLE = """
WITH turn AS (
    SELECT c.id
    FROM chat_generation g
    JOIN chat_conversation c ON c.id = g.conversation_id
    WHERE g.id = %(generation_id)s AND c.delete_time IS NULL
), titled AS (
    UPDATE chat_conversation c
    SET title = %(title)s, title_by = 1
    FROM turn
    WHERE c.id = turn.id AND c.title_by < 2 AND c.delete_time IS NULL
    RETURNING c.id, c.owner_id
), entered AS (
    INSERT INTO chat_searchentry (id, owner_id, conversation_id, words)
    SELECT id, owner_id, id, %(words)s::tsvector
    FROM titled
    ON CONFLICT (id) DO UPDATE SET words = excluded.words
)
SELECT (SELECT count(*) FROM turn), (SELECT count(*) FROM titled)
"""


async def conversation_title(
    connection: Connection, *, generation_id: UUID, title: str
) -> bool:
    """Gives the conversation of a generation a title, unless its user has.

    Returns:
        Whether it has this title now.

    Raises:
        ServiceError: `GENERATION_NOT_FOUND`.
    """
    parameters = {
        "generation_id": generation_id,
        "title": title,
        "words": vector_of(title, weight="A"),
    }
    cursor = await connection.execute(_TITLE, parameters)
    row = await cursor.fetchone()
    if row is None or not row[0]:
        raise errors.generation_not_found(generation_id)
    return bool(row[1])
