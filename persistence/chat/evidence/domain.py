"""The words that evidence is written in, between the wire and the rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID


@dataclass(frozen=True)
class Passage:
    """A chunk that the model was given."""

    chunk_id: UUID
    document_id: UUID
    document_title: str
    page: int


@dataclass(frozen=True)
class Grounding:
    """What an answer rests on. `state` is a number of `GroundingState`."""

    state: int
    query: str = ""
    passages: Sequence[Passage] = ()
    index_version: str = ""


@dataclass(frozen=True)
class Citation:
    """Evidence for a span of an answer; all places in Unicode code points."""

    id: UUID
    answer_start: int
    answer_end: int
    chunk_id: UUID
    document_id: UUID
    document_title: str
    page: int
    source_start: int
    source_end: int
    quote: str
    score: float


@dataclass(frozen=True)
class Claim:
    """How a sentence stands to the evidence. `support` is a number of `Support`."""

    answer_start: int
    answer_end: int
    support: int
    score: float
    citation_ids: Sequence[UUID] = ()


@dataclass(frozen=True)
class Evidence:
    """What is known of an answer, or new since a checkpoint."""

    grounding: Grounding | None = None
    citations: Sequence[Citation] = ()
    claims: Sequence[Claim] = ()

    def __bool__(self) -> bool:
        return bool(self.grounding or self.citations or self.claims)


NO_EVIDENCE = Evidence()


def grounding_stored(grounding: Grounding) -> dict[str, Any]:
    """Returns what stands in the generation's row."""
    return {
        "state": grounding.state,
        "query": grounding.query,
        "passages": [
            {
                "chunk_id": str(passage.chunk_id),
                "document_id": str(passage.document_id),
                "document_title": passage.document_title,
                "page": passage.page,
            }
            for passage in grounding.passages
        ],
        "index_version": grounding.index_version,
    }


def grounding_of(stored: dict[str, Any]) -> Grounding:
    """Reads what `grounding_stored` made."""
    return Grounding(
        state=stored["state"],
        query=stored["query"],
        passages=[
            Passage(
                chunk_id=UUID(passage["chunk_id"]),
                document_id=UUID(passage["document_id"]),
                document_title=passage["document_title"],
                page=passage["page"],
            )
            for passage in stored["passages"]
        ],
        index_version=stored["index_version"],
    )


def claims_stored(claims: Sequence[Claim]) -> list[dict[str, Any]]:
    """Returns what stands in the generation's row."""
    return [
        {
            "start": claim.answer_start,
            "end": claim.answer_end,
            "support": claim.support,
            "score": claim.score,
            "citation_ids": [str(id_) for id_ in claim.citation_ids],
        }
        for claim in claims
    ]


def claims_of(stored: list[dict[str, Any]]) -> list[Claim]:
    """Reads what `claims_stored` made."""
    return [
        Claim(
            answer_start=claim["start"],
            answer_end=claim["end"],
            support=claim["support"],
            score=claim["score"],
            citation_ids=[UUID(id_) for id_ in claim["citation_ids"]],
        )
        for claim in stored
    ]
