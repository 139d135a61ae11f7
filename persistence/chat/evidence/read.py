"""Reads the evidence of answers: what of it is still there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from uuid import UUID

from persistence.chat.evidence.domain import (
    Citation,
    Evidence,
    claims_of,
    grounding_of,
)
from persistence.chat.models import Citation as Row
from persistence.chat.models import Generation
from persistence.documents.models import DocumentChunk


def evidence_of(generations: Iterable[Generation | None]) -> Mapping[UUID, Evidence]:
    """Returns the evidence of those generations that were grounded, by their ids.

    Of deleted documents nothing is left but that a sentence was supported by one. Two
    statements, or none where nothing was searched.
    """
    grounded = [g for g in generations if g is not None and g.grounding is not None]
    if not grounded:
        return {}
    citations: dict[UUID, list[Citation]] = defaultdict(list)
    rows = Row.objects.filter(generation__in=[g.id for g in grounded])
    for row in rows.order_by("answer_start", "id"):
        citations[row.generation_id].append(_citation(row))
    groundings = {g.id: grounding_of(g.grounding or {}) for g in grounded}
    wanted = {p.chunk_id for one in groundings.values() for p in one.passages}
    chunks = DocumentChunk.objects.filter(
        id__in=wanted, owner_id__in={g.owner_id for g in grounded}
    )
    there = set(chunks.values_list("id", flat=True)) if wanted else set()
    found = {}
    for generation in grounded:
        grounding = groundings[generation.id]
        passages = [p for p in grounding.passages if p.chunk_id in there]
        known = {citation.id for citation in citations[generation.id]}
        found[generation.id] = Evidence(
            grounding=replace(grounding, passages=passages),
            citations=citations[generation.id],
            claims=[
                replace(c, citation_ids=[i for i in c.citation_ids if i in known])
                for c in claims_of(generation.claims or [])
            ],
        )
    return found


def _citation(row: Row) -> Citation:
    return Citation(
        id=row.id,
        answer_start=row.answer_start,
        answer_end=row.answer_end,
        chunk_id=row.chunk_id,
        document_id=row.document_id,
        document_title=row.document_title,
        page=row.page,
        source_start=row.source_start,
        source_end=row.source_end,
        quote=row.quote,
        score=row.score,
    )
