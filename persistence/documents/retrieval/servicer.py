"""ChunkService: converts, searches, converts back."""

from __future__ import annotations

from functools import partial
from uuid import UUID

import grpc
from lamla.store.v1 import chunk_service_pb2 as pb
from lamla.store.v1 import chunk_service_pb2_grpc as pb_grpc

from mesh.identity import current_user
from persistence.documents.retrieval import convert
from persistence.documents.retrieval.passages import passages_get
from persistence.documents.retrieval.scope import scope_get
from persistence.documents.retrieval.search import chunks_search
from persistence.pool import Pool

SERVICE = "lamla.store.v1.ChunkService"


class ChunkServicer(pb_grpc.ChunkServiceServicer):
    """What gateway needs of the user's documents to ground an answer."""

    def __init__(self, pool: Pool, *, vector_leg: bool) -> None:
        """Borrows `pool`, whose role may call the search.

        Args:
            vector_leg: Whether it is switched on.
        """
        self._pool = pool
        self._vector_leg = vector_leg

    def register(self, server: grpc.aio.Server) -> None:
        """Adds the service to `server`."""
        pb_grpc.add_ChunkServiceServicer_to_server(self, server)

    async def SearchChunks(
        self, request: pb.SearchChunksRequest, context: grpc.aio.ServicerContext
    ) -> pb.SearchChunksResponse:
        search = convert.search_from_proto(request, current_user().id)
        work = partial(chunks_search, search=search, vector_leg=self._vector_leg)
        return convert.found_to_proto(await self._pool.run(work))

    async def GetChunks(
        self, request: pb.GetChunksRequest, context: grpc.aio.ServicerContext
    ) -> pb.GetChunksResponse:
        passages = await self._pool.run(
            partial(
                passages_get,
                owner_id=current_user().id,
                chunk_ids=[UUID(each) for each in request.chunk_ids],
                neighbours=request.neighbours,
            )
        )
        return pb.GetChunksResponse(
            chunks=[convert.chunk_to_proto(passage) for passage in passages]
        )

    async def GetIndex(
        self, request: pb.GetIndexRequest, context: grpc.aio.ServicerContext
    ) -> pb.GetIndexResponse:
        scope = await self._pool.run(
            partial(scope_get, owner_id=current_user().id, selection=None)
        )
        return pb.GetIndexResponse(
            index_version=scope.index.version,
            embedding_model=scope.index.model,
            vector_leg_enabled=self._vector_leg,
            has_chunks=scope.chunks > 0,
        )
