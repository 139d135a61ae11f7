"""Writes what searches read: the words of titles and messages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from mesh.ids import uuid7
from persistence.chat.search.words import SEARCHED_CHARACTERS, vector_of

_ENTER_TITLE = """
INSERT INTO chat_searchentry (id, owner_id, conversation_id, words)
VALUES (%(id)s, %(owner_id)s, %(id)s, %(words)s::tsvector)
ON CONFLICT (id) DO UPDATE SET words = excluded.words
"""

# Deleted rows and running answers apart, everything that a turn wrote has its entry.
# What has none was written before there were entries, or by a sweep.
_MISSING_MESSAGES = """
WITH page AS (
    SELECT id, conversation_id, generation_id, text
    FROM chat_message
    WHERE id > %(after)s
    ORDER BY id
    LIMIT %(limit)s
)
SELECT p.id, p.conversation_id, p.id, left(p.text, %(characters)s), 'D'
FROM page p
LEFT JOIN chat_generation g ON g.id = p.generation_id
WHERE NOT EXISTS (SELECT FROM chat_searchentry e WHERE e.id = p.id)
  AND (g.id IS NULL OR g.state <> 1)
"""
_MISSING_TITLES = """
WITH page AS (
    SELECT id, title FROM chat_conversation
    WHERE id > %(after)s
    ORDER BY id
    LIMIT %(limit)s
)
SELECT p.id, p.id, NULL, p.title, 'A'
FROM page p
WHERE NOT EXISTS (SELECT FROM chat_searchentry e WHERE e.id = p.id) AND p.title <> ''
"""
_LAST_OF_PAGE = """
SELECT id FROM {table} WHERE id > %(after)s ORDER BY id LIMIT 1 OFFSET %(limit)s - 1
"""
# What is missing may be deleted meanwhile: the join leaves it out.
_ENTER = """
INSERT INTO chat_searchentry (id, owner_id, conversation_id, message_id, words)
SELECT entry.id, c.owner_id, c.id, entry.message_id, entry.words::tsvector
FROM unnest(%(ids)s::uuid[], %(conversations)s::uuid[], %(messages)s::uuid[],
    %(words)s::text[]) AS entry (id, conversation_id, message_id, words)
JOIN chat_conversation c ON c.id = entry.conversation_id
ON CONFLICT (id) DO NOTHING
"""

# Rows that are looked through in one transaction.
PAGE = 1_000
# A row that is older than this, and had its entry, keeps it.
_RECENT = timedelta(hours=1)
_NONE = UUID(int=0)


def title_enter(*, owner_id: UUID, conversation_id: UUID, title: str) -> None:
    """Makes a title findable, instead of the one before it."""
    parameters: dict[str, Any] = {
        "id": conversation_id,
        "owner_id": owner_id,
        "words": vector_of(title, weight="A"),
    }
    with connection.cursor() as cursor:
        cursor.execute(_ENTER_TITLE, parameters)


class Gaps:
    """Finds messages and titles without entries and makes them, page by page.

    The whole table once after a start; then what is recent. A page is left when nothing
    is missing in it any more.
    """

    def __init__(self) -> None:
        self._tables = {
            "chat_message": _MISSING_MESSAGES,
            "chat_conversation": _MISSING_TITLES,
        }
        self._after = dict.fromkeys(self._tables, _NONE)

    def close(self) -> bool:
        """Looks through the next page of each table. Returns whether there is more."""
        left = [table for table in self._tables if self._close(table)]
        return bool(left)

    def _close(self, table: str) -> bool:
        place: dict[str, Any] = {"after": self._after[table], "limit": PAGE}
        with connection.cursor() as cursor:
            cursor.execute(_LAST_OF_PAGE.format(table=table), place)
            last = cursor.fetchone()
            missing = place | {"characters": SEARCHED_CHARACTERS}
            cursor.execute(self._tables[table], missing)
            rows = cursor.fetchall()
        if rows:
            entries_make(rows)
            return True
        self._after[table] = last[0] if last else _recent()
        return last is not None


def entries_make(rows: Sequence[tuple[UUID, UUID, UUID | None, str, str]]) -> None:
    """Makes entries of id, conversation, message (None: a title), text and weight."""
    parameters: dict[str, Any] = {
        "ids": [row[0] for row in rows],
        "conversations": [row[1] for row in rows],
        "messages": [row[2] for row in rows],
        "words": [vector_of(row[3], weight=row[4]) for row in rows],
    }
    with connection.cursor() as cursor:
        cursor.execute(_ENTER, parameters)


def _recent() -> UUID:
    """Returns an id of an hour ago: UUIDv7 begins with milliseconds."""
    now = uuid7().int >> 80
    return UUID(int=(now - _RECENT // timedelta(milliseconds=1)) << 80)
