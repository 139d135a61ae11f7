"""EmbeddingService over the embedding models of this process."""

from __future__ import annotations

from collections.abc import Sequence

import grpc
from lamla.errors.v1.error_reason_pb2 import ErrorReason
from lamla.llm.v1 import embedding_service_pb2 as pb
from lamla.llm.v1 import embedding_service_pb2_grpc as pb_grpc

from llm_worker import convert
from llm_worker.embeddings.base import Embedder
from mesh.errors import FieldViolation, ServiceError


class EmbeddingServicer(pb_grpc.EmbeddingServiceServicer):
    """Converts, delegates, converts back."""

    def __init__(self, embedders: Sequence[Embedder]) -> None:
        """Embeds with one of `embedders`, by default with the first."""
        self._embedders = embedders

    async def Embed(
        self, request: pb.EmbedRequest, context: grpc.aio.ServicerContext
    ) -> pb.EmbedResponse:
        """See `lamla.llm.v1`."""
        embedder = self._named(request.model)
        purpose = convert.purpose_from_proto(request.purpose)
        embeddings = await embedder.embed(request.texts, purpose)
        return convert.embeddings_to_proto(embeddings, embedder.model)

    async def ListEmbeddingModels(
        self,
        request: pb.ListEmbeddingModelsRequest,
        context: grpc.aio.ServicerContext,
    ) -> pb.ListEmbeddingModelsResponse:
        """See `lamla.llm.v1`."""
        return convert.embedders_to_proto(self._embedders)

    async def CountTokens(
        self, request: pb.CountTokensRequest, context: grpc.aio.ServicerContext
    ) -> pb.CountTokensResponse:
        """See `lamla.llm.v1`."""
        embedder = self._named(request.model)
        counts = await embedder.count(request.texts)
        return convert.token_counts_to_proto(counts, embedder.model)

    def _named(self, model: str) -> Embedder:
        for embedder in self._embedders:
            if model in ("", embedder.model.name):
                return embedder
        raise _model_unknown(model, [one.model.name for one in self._embedders])


def _model_unknown(model: str, known: Sequence[str]) -> ServiceError:
    return ServiceError(
        ErrorReason.ERROR_REASON_EMBEDDING_MODEL_UNKNOWN,
        f"No embedding model {model!r} runs here.",
        field_violations=[
            FieldViolation("model", f"must be empty or one of {', '.join(known)}")
        ],
        model=model,
    )
