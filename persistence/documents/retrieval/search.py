"""Answers one search: scope, both legs for each form of the question, fusion, texts."""

from __future__ import annotations

from collections.abc import Sequence

from lamla.errors.v1.error_reason_pb2 import ErrorReason

from mesh.errors import ServiceError
from persistence.documents.keywords.questions import question_language
from persistence.documents.retrieval.candidates import candidates_find
from persistence.documents.retrieval.diversity import diversify
from persistence.documents.retrieval.domain import (
    Found,
    Passage,
    Query,
    Ranked,
    Scope,
    Search,
)
from persistence.documents.retrieval.fusion import fuse, merge
from persistence.documents.retrieval.models import knowledge_of, knows
from persistence.documents.retrieval.passages import passages_get
from persistence.documents.retrieval.scope import scope_get
from persistence.pool import Connection

# Looked at for repetitions, as a multiple of what is wanted.
CHOICE = 2


async def chunks_search(
    connection: Connection, *, search: Search, vector_leg: bool = True
) -> Found:
    """Returns the chunks that fit best.

    Args:
        vector_leg: Whether it is switched on.

    Raises:
        ServiceError: `EMBEDDING_MODEL_CHANGED`: the vectors are another model's;
            `DOCUMENT_NOT_FOUND` or `COLLECTION_NOT_FOUND`: see `scope_get`.
    """
    scope = await scope_get(connection, search.owner_id, search.selection)
    is_near = vector_leg and bool(scope.index.model)
    queries = _queries(search, scope, with_vectors=is_near)
    known = knowledge_of(scope.index.model)
    lists: list[list[Ranked]] = []
    if scope.chunks:
        for query in queries:
            found = await candidates_find(connection, search.owner_id, scope, query)
            asked_in = question_language(query.text, scope.languages)
            lists.append(fuse(found, known, asked_in))
    ranked = merge(lists)
    passages = await _passages(connection, search, ranked)
    by_id = {each.candidate.chunk_id: each for each in ranked}
    kept = [by_id[passage.chunk_id] for passage in passages]
    return Found(
        scope=scope,
        ranked=kept,
        passages=passages,
        vector_leg_used=any(query.vector for query in queries),
        best_coverage=max((r.candidate.coverage for r in ranked), default=0.0),
        best_similarity=max((r.candidate.similarity or 0.0 for r in ranked), default=0),
        model_knows_language=any(knows(known, r.candidate.language) for r in kept),
    )


def _queries(search: Search, scope: Scope, *, with_vectors: bool) -> Sequence[Query]:
    if not with_vectors:
        return [Query(query.text) for query in search.queries]
    has_vectors = any(query.vector for query in search.queries)
    if has_vectors and search.model != scope.index.model:
        raise ServiceError(
            ErrorReason.ERROR_REASON_EMBEDDING_MODEL_CHANGED,
            "The index was made with another embedding model.",
            model=scope.index.model,
        )
    return search.queries


async def _passages(
    connection: Connection, search: Search, ranked: Sequence[Ranked]
) -> list[Passage]:
    owner_id, limit = search.owner_id, search.limit
    count = limit * CHOICE if search.diversity else limit
    wanted = [each.candidate.chunk_id for each in ranked[:count]]
    passages = await passages_get(connection, owner_id, wanted, search.neighbours)
    if not search.diversity:
        return passages
    order = diversify(ranked[:count], passages, diversity=search.diversity)
    by_id = {passage.chunk_id: passage for passage in passages}
    return [by_id[chunk_id] for chunk_id in order[:limit]]
