"""Reaches llm_worker's EmbeddingService."""

from __future__ import annotations

from collections.abc import Sequence

from lamla.llm.v1 import embedding_service_pb2 as pb
from lamla.llm.v1.embedding_service_pb2_grpc import EmbeddingServiceStub

from gateway.clients.embedder import Embedded, Purpose
from mesh import calls
from mesh.channels import PeerChannel

PEER = "llm_worker"
# Without an answer by then, the keyword leg answers alone: a person waits.
EMBED_SECONDS = 3.0
# What one call may hold.
MOST_CHARACTERS = 8_000
_PURPOSE_TO_PROTO = {
    Purpose.QUERY: pb.EMBEDDING_PURPOSE_QUERY,
    Purpose.PASSAGE: pb.EMBEDDING_PURPOSE_PASSAGE,
}


class WorkerEmbedder:
    """Implements `Embedder`."""

    def __init__(self, channel: PeerChannel) -> None:
        self._embeddings = channel.stub(EmbeddingServiceStub)

    async def embed(
        self, texts: Sequence[str], purpose: Purpose, *, model: str = ""
    ) -> Embedded:
        """See `Embedder.embed`."""
        request = pb.EmbedRequest(
            texts=[text[:MOST_CHARACTERS] for text in texts],
            purpose=_PURPOSE_TO_PROTO[purpose],
            model=model,
        )
        with calls.to(PEER):
            response = await self._embeddings.Embed(
                request, **calls.options(EMBED_SECONDS)
            )
        vectors = tuple(tuple(one.values) for one in response.embeddings)
        return Embedded(vectors=vectors, model=response.model)
