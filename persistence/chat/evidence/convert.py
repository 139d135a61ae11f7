"""Between evidence and the messages of `lamla.chat.v1`."""

from __future__ import annotations

import math
from typing import Any
from uuid import UUID

from lamla.chat.v1 import conversation_pb2, generation_pb2
from lamla.documents.v1 import grounding_pb2, retrieval_scope_pb2
from lamla.store.v1 import turn_service_pb2

from mesh.errors import invalid
from persistence.chat.evidence.domain import (
    Citation,
    Claim,
    Evidence,
    Grounding,
    Passage,
)
from persistence.chat.scopes import ALL, Kind, Scope
from persistence.chat.text import text_storable


def evidence_from_proto(
    message: turn_service_pb2.GenerationDelta | turn_service_pb2.FinishTurnRequest,
) -> Evidence:
    """Reads what is new of an answer.

    Raises:
        ServiceError: `INVALID_FIELD` for an id that is none, or an unknown value of an
            enum.
    """
    has_grounding = message.HasField("grounding")
    return Evidence(
        grounding=_grounding_from_proto(message.grounding) if has_grounding else None,
        citations=[_citation_from_proto(one) for one in message.citations],
        claims=[_claim_from_proto(one) for one in message.claims],
    )


def evidence_write(
    evidence: Evidence, message: conversation_pb2.Message | generation_pb2.Generation
) -> None:
    """Writes the evidence of an answer into its message."""
    if evidence.grounding is not None:
        message.grounding.CopyFrom(_grounding_to_proto(evidence.grounding))
    message.citations.extend(_citation_to_proto(one) for one in evidence.citations)
    message.claims.extend(_claim_to_proto(one) for one in evidence.claims)


def scope_from_proto(field: str, message: retrieval_scope_pb2.RetrievalScope) -> Scope:
    """Reads a scope.

    Raises:
        ServiceError: `INVALID_FIELD` for an id that is none.
    """
    if message.kind == retrieval_scope_pb2.SCOPE_KIND_UNSPECIFIED:
        return ALL
    return Scope(
        Kind(message.kind),
        tuple(_id(f"{field}.document_ids", one) for one in message.document_ids),
        tuple(_id(f"{field}.collection_ids", one) for one in message.collection_ids),
    )


def scope_to_proto(
    stored: dict[str, Any] | None,
) -> retrieval_scope_pb2.RetrievalScope | None:
    """Writes a stored scope; absent is all documents."""
    return None if stored is None else retrieval_scope_pb2.RetrievalScope(**stored)


def _grounding_from_proto(message: generation_pb2.Grounding) -> Grounding:
    if message.state not in grounding_pb2.GroundingState.values():
        raise invalid("grounding.state", "must be one of the values of GroundingState")
    return Grounding(
        state=message.state,
        query=text_storable(message.query),
        passages=[
            Passage(
                chunk_id=_id("grounding.passages.chunk_id", one.chunk_id),
                document_id=_id("grounding.passages.document_id", one.document_id),
                document_title=text_storable(one.document_title),
                page=one.page,
            )
            for one in message.passages
        ],
        index_version=text_storable(message.index_version),
    )


def _grounding_to_proto(grounding: Grounding) -> generation_pb2.Grounding:
    return generation_pb2.Grounding(
        state=grounding_pb2.GroundingState.ValueType(grounding.state),
        query=grounding.query,
        passages=[
            generation_pb2.Passage(
                chunk_id=str(one.chunk_id),
                document_id=str(one.document_id),
                document_title=one.document_title,
                page=one.page,
            )
            for one in grounding.passages
        ],
        index_version=grounding.index_version,
    )


def _citation_from_proto(message: generation_pb2.Citation) -> Citation:
    return Citation(
        id=_id("citations.citation_id", message.citation_id),
        answer_start=message.answer_start,
        answer_end=message.answer_end,
        chunk_id=_id("citations.chunk_id", message.chunk_id),
        document_id=_id("citations.document_id", message.document_id),
        document_title=message.document_title,
        page=message.page,
        source_start=message.source_start,
        source_end=message.source_end,
        quote=message.quote,
        score=_score(message.score),
    )


def _citation_to_proto(citation: Citation) -> generation_pb2.Citation:
    return generation_pb2.Citation(
        citation_id=str(citation.id),
        answer_start=citation.answer_start,
        answer_end=citation.answer_end,
        document_id=str(citation.document_id),
        document_title=citation.document_title,
        chunk_id=str(citation.chunk_id),
        page=citation.page,
        source_start=citation.source_start,
        source_end=citation.source_end,
        quote=citation.quote,
        score=citation.score,
    )


def _claim_from_proto(message: generation_pb2.Claim) -> Claim:
    if message.support not in generation_pb2.Support.values():
        raise invalid("claims.support", "must be one of the values of Support")
    return Claim(
        answer_start=message.answer_start,
        answer_end=message.answer_end,
        support=message.support,
        score=_score(message.score),
        citation_ids=[_id("claims.citation_ids", one) for one in message.citation_ids],
    )


def _claim_to_proto(claim: Claim) -> generation_pb2.Claim:
    return generation_pb2.Claim(
        answer_start=claim.answer_start,
        answer_end=claim.answer_end,
        support=generation_pb2.Support.ValueType(claim.support),
        score=claim.score,
        citation_ids=[str(one) for one in claim.citation_ids],
    )


def _score(value: float) -> float:
    # What is no number cannot be stored as JSON.
    return min(max(value, 0.0), 1.0) if math.isfinite(value) else 0.0


def _id(field: str, value: str) -> UUID:
    try:
        return UUID(value)
    except ValueError as error:
        raise invalid(field, "must be a UUID") from error
