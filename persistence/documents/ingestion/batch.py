"""Queues many documents at once and follows them: what `process_documents` does.

As the service role: it spans owners.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import psycopg
from google.rpc.status_pb2 import Status  # type: ignore[import-untyped]

from persistence.documents.models import State

Connection = psycopg.Connection[tuple[Any, ...]]

# What a fixture brought has no file, and could not be read again.
_CHOOSE = """
SELECT d.id, d.state FROM documents_document d
JOIN identity_user u ON u.id = d.owner_id
WHERE d.state = ANY (%(states)s)
    AND (%(email)s::text IS NULL OR u.email = %(email)s)
    AND (%(ids)s::uuid[] IS NULL OR d.id = ANY (%(ids)s))
    AND (d.storage_name <> '' OR d.source_url <> '')
ORDER BY d.id
"""
_BEGIN_ANEW = """
UPDATE documents_document
SET state = 1, attempt = attempt + 1, phase = 0, failure = NULL, update_time = now()
WHERE id = ANY (%s) AND state IN (3, 4, 5)
RETURNING id, attempt
"""
_WAITING = """
SELECT id, attempt FROM documents_document d
WHERE id = ANY (%s) AND state IN (1, 2) AND NOT EXISTS (
    SELECT FROM procrastinate_jobs job
    WHERE job.lock = d.id::text AND job.status IN ('todo', 'doing'))
"""
_DEFER = "SELECT documents_ingestion_defer(%s, %s)"
_LOOK = """
SELECT id, title, state, failure, chunks_embedded, chunk_count
FROM documents_document WHERE id = ANY (%s)
"""
_WORKERS = """
SELECT count(*) FROM procrastinate_workers
WHERE last_heartbeat > now() - make_interval(secs => %s)
"""
# In one transaction: short enough not to be in anybody's way.
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Choice:
    """Which documents.

    Attributes:
        ids: None: all.
    """

    states: frozenset[State]
    email: str | None = None
    ids: tuple[UUID, ...] | None = None


@dataclass(slots=True)
class Standing:
    """How the documents are.

    Attributes:
        failed: Id, title and sentence of each that cannot be read.
        waits_for: What keeps those that are being read, in a sentence; empty: nothing.
    """

    ready: int = 0
    going: int = 0
    chunks_embedded: int = 0
    chunk_count: int = 0
    failed: list[tuple[UUID, str, str]] = field(default_factory=list)
    waits_for: str = ""


def documents_choose(connection: Connection, choice: Choice) -> list[UUID]:
    """Returns the documents that a choice means, oldest first."""
    found = connection.execute(
        _CHOOSE,
        {
            "states": [state.value for state in choice.states],
            "email": choice.email,
            "ids": None if choice.ids is None else list(choice.ids),
        },
    )
    return [document_id for document_id, _ in found.fetchall()]


def documents_queue(connection: Connection, ids: Sequence[UUID]) -> None:
    """Has documents ingested: anew if they have ended, and not twice if they wait."""
    for first in range(0, len(ids), _AT_ONCE):
        batch = list(ids[first : first + _AT_ONCE])
        with connection.transaction():
            for statement in (_BEGIN_ANEW, _WAITING):
                _defer(connection, connection.execute(statement, [batch]).fetchall())


def documents_look(connection: Connection, ids: Iterable[UUID]) -> Standing:
    """Returns how documents are; those that were deleted are not counted."""
    standing = Standing()
    for row in connection.execute(_LOOK, [list(ids)]).fetchall():
        document_id, title, state, failure, embedded, chunks = row
        standing.chunks_embedded += embedded
        standing.chunk_count += chunks
        if state == State.READY:
            standing.ready += 1
            continue
        message = Status.FromString(failure or b"").message
        if state == State.FAILED:
            standing.failed.append((document_id, title, message))
        elif state != State.CANCELLED:
            standing.going += 1
            standing.waits_for = message or standing.waits_for
    return standing


def workers_alive(connection: Connection, seconds: float) -> int:
    """Returns how many workers were heard of within so long."""
    row = connection.execute(_WORKERS, [seconds]).fetchone()
    return int(row[0]) if row else 0


def _defer(connection: Connection, rows: Iterable[tuple[Any, ...]]) -> None:
    for row in rows:
        connection.execute(_DEFER, row)
