"""gateway's adapter of EmbeddingService, over mutual TLS and the contract's rules."""

from __future__ import annotations

from typing import Any

import pytest
from lamla.llm.v1 import embedding_service_pb2 as pb
from lamla.llm.v1 import embedding_service_pb2_grpc as pb_grpc

from gateway.citations.meaning import Meaning
from gateway.clients.embedder import Purpose
from gateway.clients.embedding import MOST_CHARACTERS, WorkerEmbedder
from mesh.policy import rule
from mesh.testing import serving

SERVICE = "lamla.llm.v1.EmbeddingService"


class Recording(pb_grpc.EmbeddingServiceServicer):
    """Keeps what it is asked; every text has the same vector."""

    def __init__(self) -> None:
        self.requests: list[pb.EmbedRequest] = []

    async def Embed(self, request: pb.EmbedRequest, context: Any) -> pb.EmbedResponse:
        self.requests.append(request)
        made = [pb.Embedding(values=[1.0] + [0.0] * 383) for _ in request.texts]
        return pb.EmbedResponse(embeddings=made, model="m@1", dimension=384)


@pytest.fixture
async def recording():
    """What the adapter talks to."""
    return Recording()


@pytest.fixture
async def embedder(certs, recording):
    """The adapter."""
    async with serving(
        lambda server: pb_grpc.add_EmbeddingServiceServicer_to_server(
            recording, server
        ),
        SERVICE,
        certs=certs,
        policy={f"/{SERVICE}/Embed": rule(peers={"gateway"})},
        peer="llm_worker",
        client="gateway",
    ) as served:
        yield WorkerEmbedder(served.channel)


async def test_longer_texts_than_the_contract_has_are_cut(embedder, recording):
    """
    No window is as long, and one such text would have the whole call refused.
    """
    got = await embedder.embed(["x" * 9_000, "🧬" * 9_000, "y"], Purpose.PASSAGE)

    lengths = [len(text) for text in recording.requests[0].texts]
    assert [MOST_CHARACTERS, MOST_CHARACTERS, 1] == lengths
    assert 3 == len(got.vectors)


async def test_a_sentence_without_end_leaves_the_others_their_meaning(embedder):
    """
    What a model writes without a full stop does not make words decide all the rest.
    """
    meaning = Meaning(embedder)
    endless = await meaning.nearness("no end " * 2_000, ["a source"])
    next_ = await meaning.nearness("A sentence.", ["a source"])

    assert endless.keys() == next_.keys() == {"a source"}
