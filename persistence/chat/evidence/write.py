"""Stores evidence with the text that it belongs to, over the asynchronous pool.

A citation is stored from the chunk that it names, so none can point to a chunk that is
not there or is somebody else's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from persistence.chat.evidence.domain import (
    Citation,
    Evidence,
    claims_stored,
    grounding_stored,
)
from persistence.chat.text import text_storable
from persistence.pool import Connection

# The row of the generation is locked before, by the statement that stores its text.
# The chunk is locked as its foreign key would, so that a deletion waits. One that is
# being deleted is passed over: with a large document that takes long, and this text,
# and that of others, waits. Should it stay after all, the answer's end names it again.
CITATIONS = """
INSERT INTO chat_citation (
    id, owner_id, generation_id, chunk_id, document_id, document_title,
    answer_start, answer_end, page, source_start, source_end, quote, score
)
SELECT new.id, chunk.owner_id, generation.id, chunk.id, chunk.document_id, new.title,
    new.answer_start, new.answer_end, chunk.page, new.source_start, new.source_end,
    new.quote, new.score
FROM unnest(
    %(generation_ids)s::uuid[], %(ids)s::uuid[], %(chunk_ids)s::uuid[],
    %(titles)s::text[], %(answer_starts)s::bigint[], %(answer_ends)s::bigint[],
    %(source_starts)s::bigint[], %(source_ends)s::bigint[], %(quotes)s::text[],
    %(scores)s::float8[]
) AS new (
    generation_id, id, chunk_id, title, answer_start, answer_end, source_start,
    source_end, quote, score
)
JOIN chat_generation generation ON generation.id = new.generation_id
JOIN documents_documentchunk chunk
    ON chunk.id = new.chunk_id AND chunk.owner_id = generation.owner_id
FOR KEY SHARE OF chunk SKIP LOCKED
ON CONFLICT (id) DO NOTHING
"""
# A claim that comes again, or another one of the same sentence, takes its place.
_CLAIMS = """
UPDATE chat_generation g
SET grounding = COALESCE(new.grounding, g.grounding),
    claims = CASE WHEN new.claims IS NULL THEN g.claims ELSE COALESCE((
        SELECT jsonb_agg(old.claim ORDER BY old.place)
        FROM jsonb_array_elements(g.claims) WITH ORDINALITY AS old (claim, place)
        WHERE NOT EXISTS (
            SELECT FROM jsonb_array_elements(new.claims) AS again
            WHERE again -> 'start' = old.claim -> 'start'
        )
    ), '[]') || new.claims END
FROM unnest(
    %(ids)s::uuid[], %(groundings)s::jsonb[], %(claims)s::jsonb[]
) AS new (id, grounding, claims)
WHERE g.id = new.id
"""
# What another attempt has cut off, with the text that it was said of.
_CUT = """
WITH cut AS (
    SELECT * FROM unnest(%(ids)s::uuid[], %(offsets)s::bigint[]) AS t (id, text_offset)
), dropped AS (
    DELETE FROM chat_citation c
    USING cut
    WHERE c.generation_id = cut.id AND c.answer_end > cut.text_offset
)
UPDATE chat_generation g
SET claims = (
    SELECT jsonb_agg(claim) FROM jsonb_array_elements(g.claims) AS claim
    WHERE (claim ->> 'end')::bigint <= cut.text_offset
)
FROM cut
WHERE g.id = cut.id AND g.claims IS NOT NULL
"""
_REPLACE = """
WITH dropped AS (
    DELETE FROM chat_citation
    WHERE generation_id = %(id)s AND id <> ALL(%(citation_ids)s::uuid[])
)
UPDATE chat_generation
SET grounding = COALESCE(%(grounding)s::jsonb, grounding), claims = %(claims)s::jsonb
WHERE id = %(id)s
"""


async def evidence_add(
    connection: Connection, evidence: Sequence[tuple[UUID, Evidence]]
) -> None:
    """Adds what is new of generations that the caller may write."""
    citations = [(id_, one) for id_, new in evidence for one in new.citations]
    await _insert(connection, citations)
    told = [(id_, new) for id_, new in evidence if new.claims or new.grounding]
    if told:
        parameters = {
            "ids": [id_ for id_, _ in told],
            "groundings": [_grounding(new) for _, new in told],
            "claims": [
                Jsonb(claims_stored(new.claims)) if new.claims else None
                for _, new in told
            ],
        }
        await connection.execute(_CLAIMS, parameters)


async def evidence_cut(
    connection: Connection, cuts: Sequence[tuple[UUID, int]]
) -> None:
    """Drops what reaches beyond an offset of a generation's text."""
    parameters = {
        "ids": [id_ for id_, _ in cuts],
        "offsets": [offset for _, offset in cuts],
    }
    await connection.execute(_CUT, parameters)


async def evidence_replace(
    connection: Connection, generation_id: UUID, evidence: Evidence
) -> None:
    """Stores all that is known of an ended generation, and nothing else."""
    parameters = {
        "id": generation_id,
        "citation_ids": [citation.id for citation in evidence.citations],
        "grounding": _grounding(evidence),
        "claims": Jsonb(claims_stored(evidence.claims)) if evidence.claims else None,
    }
    await connection.execute(_REPLACE, parameters)
    await _insert(connection, [(generation_id, one) for one in evidence.citations])


async def _insert(
    connection: Connection, citations: Sequence[tuple[UUID, Citation]]
) -> None:
    if not citations:
        return
    await connection.execute(CITATIONS, citations_parameters(citations))


def citations_parameters(
    citations: Sequence[tuple[UUID, Citation]],
) -> dict[str, Any]:
    """Returns what `CITATIONS` takes: each citation with its generation."""
    ones = [one for _, one in citations]
    return {
        "generation_ids": [generation_id for generation_id, _ in citations],
        "ids": [one.id for one in ones],
        "chunk_ids": [one.chunk_id for one in ones],
        "titles": [text_storable(one.document_title) for one in ones],
        "answer_starts": [one.answer_start for one in ones],
        "answer_ends": [one.answer_end for one in ones],
        "source_starts": [one.source_start for one in ones],
        "source_ends": [one.source_end for one in ones],
        "quotes": [text_storable(one.quote) for one in ones],
        "scores": [one.score for one in ones],
    }


def _grounding(evidence: Evidence) -> Jsonb | None:
    grounding = evidence.grounding
    return None if grounding is None else Jsonb(grounding_stored(grounding))
