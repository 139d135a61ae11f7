"""Between evidence and the messages of `lamla.chat.v1` and `lamla.documents.v1`."""

from __future__ import annotations

from lamla.chat.v1 import conversation_pb2
from lamla.chat.v1 import generation_pb2 as pb
from lamla.documents.v1 import grounding_pb2, retrieval_scope_pb2
from lamla.store.v1 import turn_service_pb2

from gateway.evidence import (
    EVERYTHING,
    Citation,
    Claim,
    Evidence,
    Grounding,
    GroundingState,
    Passage,
    Scope,
    ScopeKind,
    Support,
)

GROUNDING_STATE_TO_PROTO = {
    GroundingState.GROUNDED: grounding_pb2.GROUNDING_STATE_GROUNDED,
    GroundingState.PARTIAL: grounding_pb2.GROUNDING_STATE_PARTIAL,
    GroundingState.NONE: grounding_pb2.GROUNDING_STATE_NONE,
}
_GROUNDING_STATE_FROM_PROTO = {
    value: state for state, value in GROUNDING_STATE_TO_PROTO.items()
}
_SUPPORT_TO_PROTO = {
    Support.SUPPORTED: pb.SUPPORT_SUPPORTED,
    Support.PARTIAL: pb.SUPPORT_PARTIAL,
    Support.UNSUPPORTED: pb.SUPPORT_UNSUPPORTED,
}
_SUPPORT_FROM_PROTO = {value: support for support, value in _SUPPORT_TO_PROTO.items()}
_KIND_TO_PROTO = {
    ScopeKind.ALL_DOCUMENTS: retrieval_scope_pb2.SCOPE_KIND_ALL_DOCUMENTS,
    ScopeKind.SELECTED: retrieval_scope_pb2.SCOPE_KIND_SELECTED,
    ScopeKind.NOTHING: retrieval_scope_pb2.SCOPE_KIND_NOTHING,
}
_KIND_FROM_PROTO = {value: kind for kind, value in _KIND_TO_PROTO.items()}

# Whatever has evidence, with fields of the same names.
Evidenced = (
    conversation_pb2.Message
    | pb.Generation
    | pb.Snapshot
    | turn_service_pb2.GenerationDelta
    | turn_service_pb2.FinishTurnRequest
)


def scope_to_proto(scope: Scope) -> retrieval_scope_pb2.RetrievalScope:
    """Writes a scope."""
    return retrieval_scope_pb2.RetrievalScope(
        kind=_KIND_TO_PROTO[scope.kind],
        document_ids=scope.document_ids,
        collection_ids=scope.collection_ids,
    )


def scope_from_proto(message: retrieval_scope_pb2.RetrievalScope) -> Scope:
    """Reads a scope; an absent one is everything."""
    kind = _KIND_FROM_PROTO.get(message.kind)
    if kind is None:
        return EVERYTHING
    return Scope(
        kind=kind,
        document_ids=tuple(message.document_ids),
        collection_ids=tuple(message.collection_ids),
    )


def evidence_write(evidence: Evidence, message: Evidenced) -> None:
    """Writes evidence into a message that has room for it."""
    if evidence.grounding is not None:
        message.grounding.CopyFrom(grounding_to_proto(evidence.grounding))
    message.citations.extend(map(citation_to_proto, evidence.citations))
    message.claims.extend(map(claim_to_proto, evidence.claims))


def evidence_read(message: pb.Generation | pb.Snapshot) -> Evidence:
    """Reads the evidence in a message."""
    has_grounding = message.HasField("grounding")
    return Evidence(
        grounding=grounding_from_proto(message.grounding) if has_grounding else None,
        citations=tuple(map(citation_from_proto, message.citations)),
        claims=tuple(map(claim_from_proto, message.claims)),
    )


def grounding_to_proto(grounding: Grounding) -> pb.Grounding:
    """Writes what an answer rests on."""
    return pb.Grounding(
        state=GROUNDING_STATE_TO_PROTO[grounding.state],
        query=grounding.query,
        passages=[
            pb.Passage(
                chunk_id=passage.chunk_id,
                document_id=passage.document_id,
                document_title=passage.document_title,
                page=passage.page,
            )
            for passage in grounding.passages
        ],
        index_version=grounding.index_version,
    )


def grounding_from_proto(message: pb.Grounding) -> Grounding:
    """Reads what an answer rests on."""
    return Grounding(
        state=_GROUNDING_STATE_FROM_PROTO.get(message.state, GroundingState.NONE),
        query=message.query,
        passages=tuple(
            Passage(
                chunk_id=passage.chunk_id,
                document_id=passage.document_id,
                document_title=passage.document_title,
                page=passage.page,
            )
            for passage in message.passages
        ),
        index_version=message.index_version,
    )


def citation_to_proto(citation: Citation) -> pb.Citation:
    """Writes a citation."""
    return pb.Citation(
        citation_id=citation.id,
        answer_start=citation.answer_start,
        answer_end=citation.answer_end,
        document_id=citation.document_id,
        document_title=citation.document_title,
        chunk_id=citation.chunk_id,
        page=citation.page,
        source_start=citation.source_start,
        source_end=citation.source_end,
        quote=citation.quote,
        score=citation.score,
    )


def citation_from_proto(message: pb.Citation) -> Citation:
    """Reads a citation."""
    return Citation(
        id=message.citation_id,
        answer_start=message.answer_start,
        answer_end=message.answer_end,
        document_id=message.document_id,
        document_title=message.document_title,
        chunk_id=message.chunk_id,
        page=message.page,
        source_start=message.source_start,
        source_end=message.source_end,
        quote=message.quote,
        score=message.score,
    )


def claim_to_proto(claim: Claim) -> pb.Claim:
    """Writes a claim."""
    return pb.Claim(
        answer_start=claim.answer_start,
        answer_end=claim.answer_end,
        support=_SUPPORT_TO_PROTO[claim.support],
        score=claim.score,
        citation_ids=claim.citation_ids,
    )


def claim_from_proto(message: pb.Claim) -> Claim:
    """Reads a claim."""
    return Claim(
        answer_start=message.answer_start,
        answer_end=message.answer_end,
        support=_SUPPORT_FROM_PROTO.get(message.support, Support.UNSUPPORTED),
        score=message.score,
        citation_ids=tuple(message.citation_ids),
    )
