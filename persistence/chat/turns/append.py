"""Checkpoints: what running generations have made since the last one.

The busiest write of all: every gateway sends the pieces of all its generations in one
call, several times a second. It is therefore one statement over the asynchronous pool,
and up to three more where there is new evidence.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from uuid import UUID

from persistence.chat.evidence.write import evidence_add, evidence_cut
from persistence.chat.text import text_storable
from persistence.chat.turns.capability import capability_permits
from persistence.chat.turns.domain import Piece
from persistence.pool import Connection

# `held` are the generations that this writer may write. A piece is `stored` when it
# goes on where the stored text ends, or when it is newer and begins before that end:
# then an attempt was given up, and what it wrote from there on is `cut` and `dropped`.
# A piece that was sent before is neither, and one that leaves a gap is not stored, so
# that what is stored is always the begin of the answer.
# Arrays travel in binary (`b`), which takes psycopg a fifth of the time.
# Rows are locked in the order of their ids, so that no two calls wait for each other.
_APPEND = """
WITH piece AS (
    SELECT * FROM unnest(
        %(ids)b::uuid[], %(epochs)b::bigint[], %(texts)b::text[],
        %(offsets)b::bigint[], %(sequences)b::bigint[], %(workers)b::text[]
    ) AS t (id, epoch, text, text_offset, last_sequence, worker_endpoint)
), held AS (
    SELECT g.id, g.owner_id, g.text_length, piece.text, piece.text_offset,
        piece.last_sequence, piece.worker_endpoint,
        piece.text <> '' AND (
            piece.text_offset = g.text_length
            OR piece.text_offset < g.text_length
                AND piece.last_sequence > g.last_sequence
        ) AS is_new,
        piece.text_offset < g.text_length AS goes_back
    FROM chat_generation g
    JOIN piece ON piece.id = g.id AND piece.epoch = g.epoch
    WHERE g.state = 1
    ORDER BY g.id
    FOR UPDATE OF g
), renewed AS (
    UPDATE chat_generation g
    SET lease_duration = %(lease)s,
        lease_expires = clock_timestamp() + %(lease)s,
        worker_endpoint = COALESCE(NULLIF(held.worker_endpoint, ''), g.worker_endpoint),
        text_length = CASE WHEN held.is_new
            THEN held.text_offset + char_length(held.text) ELSE g.text_length END,
        last_sequence = CASE WHEN held.is_new
            THEN held.last_sequence ELSE g.last_sequence END
    FROM held
    WHERE g.id = held.id
), dropped AS (
    DELETE FROM chat_generationdelta d
    USING held
    WHERE held.is_new AND held.goes_back
      AND d.generation_id = held.id AND d.text_offset > held.text_offset
), cut AS (
    UPDATE chat_generationdelta d
    SET text = left(d.text, (held.text_offset - d.text_offset)::int)
    FROM held
    WHERE held.is_new AND held.goes_back
      AND d.generation_id = held.id AND d.text_offset < held.text_offset
      AND d.text_offset + char_length(d.text) > held.text_offset
), stored AS (
    INSERT INTO chat_generationdelta (
        generation_id, owner_id, text_offset, text, last_sequence
    )
    SELECT id, owner_id, text_offset, text, last_sequence
    FROM held
    WHERE is_new
    ON CONFLICT (generation_id, text_offset, owner_id) DO UPDATE
    SET text = excluded.text, last_sequence = excluded.last_sequence
)
SELECT id, text_offset, is_new AND goes_back FROM held
"""


async def pieces_append(
    connection: Connection,
    *,
    pieces: Sequence[Piece],
    lease_duration: timedelta,
) -> list[UUID]:
    """Stores pieces and renews leases.

    Returns:
        The generations that this writer may not write (any more): taken over, ended,
        deleted, or of another capability.
    """
    permitted = [p for p in pieces if capability_permits(p.capability, p.generation_id)]
    held: set[UUID] = set()
    for batch in _batches(permitted):
        held |= await _append(connection, batch, lease_duration)
    lost = dict.fromkeys(p.generation_id for p in pieces if p.generation_id not in held)
    return list(lost)


async def _append(
    connection: Connection, pieces: Sequence[Piece], lease: timedelta
) -> set[UUID]:
    parameters = {
        "ids": [p.generation_id for p in pieces],
        "epochs": [p.epoch for p in pieces],
        "texts": [text_storable(p.text) for p in pieces],
        "offsets": [p.text_offset for p in pieces],
        "sequences": [p.last_sequence for p in pieces],
        "workers": [text_storable(p.worker_endpoint) for p in pieces],
        "lease": lease,
    }
    cursor = await connection.execute(_APPEND, parameters)
    rows = await cursor.fetchall()
    held = {row[0] for row in rows}
    if cuts := [(id_, offset) for id_, offset, is_cut in rows if is_cut]:
        await evidence_cut(connection, cuts)
    evidence = [
        (p.generation_id, p.evidence)
        for p in pieces
        if p.evidence and p.generation_id in held
    ]
    if evidence:
        await evidence_add(connection, evidence)
    return held


def _batches(pieces: Iterable[Piece]) -> list[list[Piece]]:
    """Puts pieces of one generation into batches of their own, in their order.

    As a rule each generation comes once, and there is one batch.
    """
    batches: list[list[Piece]] = []
    seen: dict[UUID, int] = {}
    for piece in pieces:
        turn = seen.get(piece.generation_id, 0)
        seen[piece.generation_id] = turn + 1
        if turn == len(batches):
            batches.append([])
        batches[turn].append(piece)
    return batches
