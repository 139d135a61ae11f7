"""An embedding service whose vectors are known and whose moods are scripted."""

from __future__ import annotations

import asyncio
import hashlib
import math

import grpc
from lamla.errors.v1.error_reason_pb2 import ErrorReason
from lamla.llm.v1 import embedding_service_pb2 as pb
from lamla.llm.v1 import embedding_service_pb2_grpc as pb_grpc

from mesh.errors import ServiceError
from persistence.documents.models import DIMENSION

SERVICE = "lamla.llm.v1.EmbeddingService"
MODEL = "scripted-embeddings@1"


class ScriptedEmbeddings(pb_grpc.EmbeddingServiceServicer):
    """Embeds by hashing.

    Attributes:
        texts: All it was asked to embed, in order.
        failures: What it answers to the next calls, instead.
        is_open: While it is not set, calls wait.
        seconds: How long each text takes.
        runs: The models that it has; None: whatever it is asked for.
    """

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.batches: list[list[str]] = []
        self.failures: list[ServiceError] = []
        self.is_open = asyncio.Event()
        self.is_open.set()
        self.asked = asyncio.Event()
        self.model = MODEL
        self.seconds = 0.0
        self.runs: set[str] | None = None

    def register(self, server: grpc.aio.Server) -> None:
        """Adds the service to `server`."""
        pb_grpc.add_EmbeddingServiceServicer_to_server(self, server)

    async def Embed(
        self, request: pb.EmbedRequest, context: grpc.aio.ServicerContext
    ) -> pb.EmbedResponse:
        """See `lamla.llm.v1`."""
        self.asked.set()
        await self.is_open.wait()
        if self.failures:
            raise self.failures.pop(0)
        if self.runs is not None and request.model not in self.runs:
            raise ServiceError(
                ErrorReason.ERROR_REASON_EMBEDDING_MODEL_UNKNOWN,
                f"No embedding model {request.model!r} runs here.",
            )
        await asyncio.sleep(self.seconds * len(request.texts))
        self.texts += request.texts
        self.batches.append(list(request.texts))
        embeddings = [pb.Embedding(values=vector(text)) for text in request.texts]
        return pb.EmbedResponse(
            embeddings=embeddings, model=self.model, dimension=DIMENSION
        )


def vector(text: str) -> list[float]:
    """Returns the vector of a text."""
    digest = hashlib.shake_256(text.encode()).digest(DIMENSION)
    values = [byte - 127.5 for byte in digest]
    length = math.sqrt(sum(value * value for value in values))
    return [value / length for value in values]
