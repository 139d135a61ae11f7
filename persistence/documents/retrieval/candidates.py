"""Calls the function that searches both legs (sql/0006_search.sql)."""

from __future__ import annotations

from uuid import UUID

from pgvector import HalfVector

from persistence.documents.keywords.terms import query_terms
from persistence.documents.retrieval.domain import Candidate, Query, Scope
from persistence.pool import Connection

# Up to here all vectors are compared: exact, and on one core 2 ms for each thousand.
EXACT_CHUNKS = 20_000
# What each leg may name: beyond it the order hardly changes the first ten.
CANDIDATES = 100
# Up to here words of grammar are looked for, too: they cost little, and decide between
# passages that are equal otherwise.
GRAMMAR_CHUNKS = 5_000

_SEARCH = """
SELECT s.chunk_id, s.document_id, d.language, s.similarity, s.bm25, s.strength,
    s.coverage, s.is_near, s.is_worded
FROM documents_search(
    %(owner)s, %(index)s::smallint, %(documents)s::uuid[], %(vector)s::halfvec,
    %(is_exact)s, %(tokens)s::integer[], %(languages)s::text[], %(terms)s::text[],
    %(weights)s::double precision[], %(chunks)s, %(average)s, %(limit)s
) s
JOIN documents_document d ON d.id = s.document_id AND d.owner_id = %(owner)s
"""


async def candidates_find(
    connection: Connection,
    owner_id: UUID,
    scope: Scope,
    query: Query,
    *,
    limit: int = CANDIDATES,
) -> list[Candidate]:
    """Returns what either leg names for one form of a question, in no order."""
    terms = query_terms(
        query.text, scope.languages, with_grammar=scope.chunks <= GRAMMAR_CHUNKS
    )
    vector = HalfVector(list(query.vector)).to_text() if query.vector else None
    cursor = await connection.execute(
        _SEARCH,
        {
            "owner": owner_id,
            "index": scope.index.id,
            "documents": scope.documents,
            "vector": vector,
            "is_exact": scope.chunks <= EXACT_CHUNKS,
            "tokens": [term.token for term in terms],
            "languages": [term.language for term in terms],
            "terms": [term.text for term in terms],
            "weights": [term.weight for term in terms],
            "chunks": scope.chunks,
            "average": scope.average,
            "limit": limit,
        },
    )
    return [
        Candidate(
            chunk_id=chunk_id,
            document_id=document_id,
            language=language,
            similarity=similarity,
            bm25=bm25,
            strength=strength or 0.0,
            coverage=coverage or 0.0,
            is_near=is_near,
            is_worded=is_worded,
        )
        for (
            chunk_id,
            document_id,
            language,
            similarity,
            bm25,
            strength,
            coverage,
            is_near,
            is_worded,
        ) in await cursor.fetchall()
    ]
