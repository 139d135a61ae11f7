"""Finds conversations by the words in their titles and messages.

The entries of one owner are read one after the other: an index over the words is of no
use below row-level security (`@@` is not leakproof), and beyond it would have to serve
all owners at once. Measured with 200,000 messages: README.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection

from persistence.chat.page_tokens import Place, page_token_make, page_token_read
from persistence.chat.search.snippets import Snippet, snippet_of
from persistence.chat.search.words import (
    SEARCHED_CHARACTERS,
    Term,
    query_of,
    terms_of,
)
from persistence.chat.selectors import ConversationNow, Page, conversations_get

# A rank becomes a whole number, which a page token can hold exactly.
_FIND = """
WITH found AS MATERIALIZED (
    SELECT e.conversation_id, e.message_id, ts_rank(e.words, asked) AS rank
    FROM chat_searchentry e, CAST(%(query)s AS tsquery) asked
    WHERE e.owner_id = %(owner_id)s AND e.words @@ asked
), scored AS (
    SELECT conversation_id,
        (array_agg(message_id ORDER BY rank DESC, message_id DESC)
            FILTER (WHERE message_id IS NOT NULL))[1] AS message_id,
        round(1000000 * (
            COALESCE(max(rank) FILTER (WHERE message_id IS NULL), 0)
            + COALESCE(max(rank) FILTER (WHERE message_id IS NOT NULL), 0)
        ))::bigint AS score
    FROM found
    GROUP BY conversation_id
), page AS (
    SELECT s.*, c.title
    FROM scored s
    JOIN chat_conversation c ON c.id = s.conversation_id
    WHERE c.delete_time IS NULL
      AND (s.score, s.conversation_id) < (%(score)s, %(last_id)s)
    ORDER BY s.score DESC, s.conversation_id DESC
    LIMIT %(limit)s
)
SELECT page.conversation_id, page.message_id, page.score,
    COALESCE(left(m.text, %(characters)s), page.title)
FROM page
LEFT JOIN chat_message m ON m.id = page.message_id
ORDER BY page.score DESC, page.conversation_id DESC
"""
_BEFORE_ALL = Place(UUID(int=2**128 - 1), 2**62)


@dataclass(frozen=True)
class Hit:
    """A conversation in which the words were found.

    Attributes:
        message_id: The message that matches best; None when only the title does.
        snippet: Of that message, or of the title.
    """

    conversation: ConversationNow
    message_id: UUID | None
    snippet: Snippet


def conversation_search(
    *, owner_id: UUID, query: str, page_size: int, page_token: str
) -> Page[Hit]:
    """Returns a page of what was found, best match first, in two statements.

    Raises:
        ServiceError: `INVALID_FIELD` for a wrong `page_token`.
    """
    terms = terms_of(query)
    asked = query_of(terms)
    scope = f"search:{owner_id}:{asked}"
    place = page_token_read(scope, page_token) if page_token else _BEFORE_ALL
    if not terms:
        return Page([], "")
    parameters: dict[str, Any] = {
        "owner_id": owner_id,
        "query": asked,
        "score": place.first,
        "last_id": place.last_id,
        "limit": page_size + 1,
        "characters": SEARCHED_CHARACTERS,
    }
    with connection.cursor() as cursor:
        cursor.execute(_FIND, parameters)
        found = cursor.fetchall()
    hits = _hits(owner_id, found[:page_size], terms)
    if len(found) <= page_size:
        return Page(hits, "")
    last_id, _, score, _ = found[page_size - 1]
    return Page(hits, page_token_make(scope, Place(last_id, score)))


def _hits(
    owner_id: UUID,
    found: Sequence[tuple[UUID, UUID | None, int, str]],
    terms: Sequence[Term],
) -> list[Hit]:
    ids = [row[0] for row in found]
    conversations = conversations_get(owner_id=owner_id, ids=ids) if ids else {}
    return [
        Hit(conversations[conversation_id], message_id, snippet_of(text, terms))
        for conversation_id, message_id, _, text in found
        # One that was deleted between the two statements is not shown.
        if conversation_id in conversations
    ]
