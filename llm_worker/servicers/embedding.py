"""EmbeddingService over one embedding model."""

from __future__ import annotations

import grpc
from lamla.errors.v1.error_reason_pb2 import ErrorReason
from lamla.llm.v1 import embedding_service_pb2 as pb
from lamla.llm.v1 import embedding_service_pb2_grpc as pb_grpc

from llm_worker import convert
from llm_worker.embeddings.base import Embedder
from mesh.errors import FieldViolation, ServiceError


class EmbeddingServicer(pb_grpc.EmbeddingServiceServicer):
    """Converts, delegates, converts back."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    async def Embed(
        self, request: pb.EmbedRequest, context: grpc.aio.ServicerContext
    ) -> pb.EmbedResponse:
        """See `lamla.llm.v1`."""
        embedder = self._embedder
        if request.model not in ("", embedder.model):
            raise _model_unknown(request.model, embedder.model)
        purpose = convert.purpose_from_proto(request.purpose)
        embeddings = await embedder.embed(request.texts, purpose)
        return convert.embeddings_to_proto(
            embeddings, model=embedder.model, dimension=embedder.dimension
        )


def _model_unknown(model: str, known: str) -> ServiceError:
    return ServiceError(
        ErrorReason.ERROR_REASON_EMBEDDING_MODEL_UNKNOWN,
        f"No embedding model {model!r} runs here.",
        field_violations=[FieldViolation("model", f"must be empty or {known}")],
        model=model,
    )
