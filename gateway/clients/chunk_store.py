"""Reaches persistence's ChunkService with the user's own token."""

from __future__ import annotations

from collections.abc import Sequence

from lamla.documents.v1 import search_service_pb2
from lamla.store.v1 import chunk_service_pb2 as pb
from lamla.store.v1.chunk_service_pb2_grpc import ChunkServiceStub

from gateway.clients.chunks import Chunk, Found, Index, LegScore, Search
from gateway.clients.evidence import scope_to_proto
from mesh import calls
from mesh.channels import PeerChannel

PEER = "persistence"
# A person waits for these.
SEARCH_SECONDS = 5.0
READ_SECONDS = 3.0


class ChunkStore:
    """Implements `Chunks`."""

    def __init__(self, channel: PeerChannel) -> None:
        self._chunks = channel.stub(ChunkServiceStub)

    async def search(self, search: Search) -> Found:
        """See `Chunks.search`."""
        request = pb.SearchChunksRequest(
            queries=search.queries,
            vectors=[pb.QueryVector(values=vector) for vector in search.vectors],
            embedding_model=search.model if search.vectors else "",
            scope=scope_to_proto(search.scope),
            lenient_scope=search.is_lenient,
            limit=search.limit,
            neighbours=search.neighbours,
            diversity=search.diversity,
        )
        options = calls.options(SEARCH_SECONDS, forward_user=True)
        with calls.to(PEER):
            response = await self._chunks.SearchChunks(request, **options)
        return Found(
            chunks=tuple(map(_chunk_from_proto, response.chunks)),
            index_version=response.index_version,
            scope_has_chunks=response.scope_has_chunks,
            vector_leg_used=response.vector_leg_used,
            best_coverage=response.best_keyword_coverage,
            best_similarity=response.best_similarity,
            model_knows_language=response.model_knows_language,
        )

    async def get(self, ids: Sequence[str], *, neighbours: int) -> tuple[Chunk, ...]:
        """See `Chunks.get`."""
        request = pb.GetChunksRequest(chunk_ids=ids, neighbours=neighbours)
        options = calls.options(READ_SECONDS, forward_user=True)
        with calls.to(PEER):
            response = await self._chunks.GetChunks(request, **options)
        return tuple(map(_chunk_from_proto, response.chunks))

    async def index(self) -> Index:
        """See `Chunks.index`."""
        options = calls.options(READ_SECONDS, forward_user=True)
        with calls.to(PEER):
            response = await self._chunks.GetIndex(pb.GetIndexRequest(), **options)
        return Index(
            version=response.index_version,
            model=response.embedding_model,
            vector_leg_enabled=response.vector_leg_enabled,
        )


def _chunk_from_proto(message: pb.FoundChunk) -> Chunk:
    chunk = message.chunk
    return Chunk(
        id=chunk.chunk_id,
        document_id=chunk.document_id,
        document_title=chunk.document_title,
        page=chunk.page,
        start=chunk.start,
        end=chunk.end,
        text=chunk.text,
        headings=tuple(chunk.headings),
        context=message.context or chunk.text,
        context_start=message.context_start if message.context else chunk.start,
        language=message.language,
        score=chunk.score,
        vector=_leg(chunk.vector) if chunk.HasField("vector") else None,
        keyword=_leg(chunk.keyword) if chunk.HasField("keyword") else None,
        coverage=message.keyword_coverage,
    )


def _leg(message: search_service_pb2.LegScore) -> LegScore:
    return LegScore(rank=message.rank, score=message.score)
