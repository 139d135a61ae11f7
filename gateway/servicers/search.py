"""Serves `lamla.documents.v1.SearchService`."""

from __future__ import annotations

import grpc
from lamla.documents.v1 import grounding_pb2
from lamla.documents.v1 import search_service_pb2 as pb
from lamla.documents.v1 import search_service_pb2_grpc as pb_grpc

from gateway.clients.chunks import Chunk, LegScore
from gateway.clients.evidence import GROUNDING_STATE_TO_PROTO, scope_from_proto
from gateway.flows.search_documents import SearchDocuments


class SearchServicer(pb_grpc.SearchServiceServicer):
    """Converts, delegates, converts back."""

    def __init__(self, search: SearchDocuments) -> None:
        self._search = search

    def register(self, server: grpc.aio.Server) -> None:
        """Adds the service to `server`."""
        pb_grpc.add_SearchServiceServicer_to_server(self, server)

    async def SearchChunks(
        self, request: pb.SearchChunksRequest, context: grpc.aio.ServicerContext
    ) -> pb.SearchChunksResponse:
        scope = scope_from_proto(request.scope)
        found, state = await self._search(
            request.query, scope=scope, limit=request.limit
        )
        return pb.SearchChunksResponse(
            chunks=[_chunk_to_proto(chunk) for chunk in found.chunks],
            grounding=grounding_pb2.GROUNDING_STATE_UNSPECIFIED
            if state is None
            else GROUNDING_STATE_TO_PROTO[state],
            vector_leg_used=found.vector_leg_used,
            index_version=found.index_version if found.vector_leg_used else "",
        )


def _chunk_to_proto(chunk: Chunk) -> pb.ScoredChunk:
    return pb.ScoredChunk(
        chunk_id=chunk.id,
        document_id=chunk.document_id,
        document_title=chunk.document_title,
        page=chunk.page,
        start=chunk.start,
        end=chunk.end,
        text=chunk.text,
        headings=chunk.headings,
        score=chunk.score,
        vector=_leg(chunk.vector),
        keyword=_leg(chunk.keyword),
    )


def _leg(score: LegScore | None) -> pb.LegScore | None:
    return None if score is None else pb.LegScore(rank=score.rank, score=score.score)
