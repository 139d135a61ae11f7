"""Between searches and the messages of `lamla.store.v1`."""

from __future__ import annotations

from uuid import UUID

from lamla.documents.v1 import retrieval_scope_pb2 as scope_pb
from lamla.documents.v1 import search_service_pb2 as search_pb
from lamla.store.v1 import chunk_service_pb2 as pb

from mesh.errors import invalid
from persistence.documents.retrieval.domain import (
    Found,
    Passage,
    Query,
    Ranked,
    Search,
    Selection,
)


def search_from_proto(request: pb.SearchChunksRequest, owner_id: UUID) -> Search:
    """Reads what to look for.

    Raises:
        ServiceError: `INVALID_FIELD`: some queries have a vector and some have none.
    """
    vectors = [tuple(vector.values) for vector in request.vectors]
    if vectors and len(vectors) != len(request.queries):
        raise invalid("vectors", "must be one for each query, or none")
    vectors = vectors or [()] * len(request.queries)
    return Search(
        owner_id=owner_id,
        queries=[
            Query(text, vector)
            for text, vector in zip(request.queries, vectors, strict=True)
        ],
        selection=selection_from_proto(request.scope, is_lenient=request.lenient_scope),
        model=request.embedding_model,
        limit=request.limit,
        neighbours=request.neighbours,
        diversity=request.diversity,
    )


def selection_from_proto(
    scope: scope_pb.RetrievalScope, *, is_lenient: bool
) -> Selection | None:
    """Reads where to look; None: everywhere."""
    if scope.kind == scope_pb.SCOPE_KIND_NOTHING:
        return Selection(is_lenient=True)
    if scope.kind != scope_pb.SCOPE_KIND_SELECTED:
        return None
    return Selection(
        document_ids=[UUID(each) for each in scope.document_ids],
        collection_ids=[UUID(each) for each in scope.collection_ids],
        is_lenient=is_lenient,
    )


def found_to_proto(found: Found) -> pb.SearchChunksResponse:
    """Writes what a search found."""
    return pb.SearchChunksResponse(
        chunks=[
            chunk_to_proto(passage, ranked)
            for passage, ranked in zip(found.passages, found.ranked, strict=True)
        ],
        index_version=found.scope.index.version if found.vector_leg_used else "",
        scope_has_chunks=found.scope.chunks > 0,
        vector_leg_used=found.vector_leg_used,
        best_keyword_coverage=found.best_coverage,
        best_similarity=found.best_similarity,
        model_knows_language=found.model_knows_language,
    )


def chunk_to_proto(passage: Passage, ranked: Ranked | None = None) -> pb.FoundChunk:
    """Writes one chunk, with its scores where it was searched for."""
    chunk = search_pb.ScoredChunk(
        chunk_id=str(passage.chunk_id),
        document_id=str(passage.document_id),
        document_title=passage.document_title,
        page=passage.page,
        start=passage.start,
        end=passage.end,
        text=passage.text,
        headings=passage.headings,
    )
    found = pb.FoundChunk(
        chunk=chunk,
        context=passage.context,
        context_start=passage.context_start,
        language=passage.language,
    )
    if ranked is not None:
        candidate = ranked.candidate
        found.chunk.score = ranked.score
        found.keyword_coverage = candidate.coverage
        if ranked.vector_rank:
            found.chunk.vector.rank = ranked.vector_rank
            found.chunk.vector.score = candidate.similarity or 0.0
        if ranked.keyword_rank:
            found.chunk.keyword.rank = ranked.keyword_rank
            found.chunk.keyword.score = candidate.bm25 or 0.0
    return found
