"""SearchService: what an answer would be given."""

from __future__ import annotations

import grpc
import pytest
from lamla.documents.v1 import grounding_pb2, retrieval_scope_pb2
from lamla.documents.v1 import search_service_pb2 as pb
from lamla.documents.v1.search_service_pb2_grpc import SearchServiceStub

from mesh.ids import uuid7
from tests.gateway.library import a_chunk
from tests.gateway.store import outage
from tests.mesh.failures import failure, reason

QUESTION = "How many days of paid leave do employees receive?"
SELECTED = retrieval_scope_pb2.RetrievalScope(
    kind=retrieval_scope_pb2.SCOPE_KIND_SELECTED, document_ids=[str(uuid7())]
)


async def search(gateway, query: str = QUESTION, **values) -> pb.SearchChunksResponse:
    """Searches as the user."""
    request = pb.SearchChunksRequest(query=query, **values)
    stub = gateway.served.channel.stub(SearchServiceStub)
    return await stub.SearchChunks(request, **gateway.user)


@pytest.fixture
def chunk(store):
    """What the user's only document says."""
    chunk = a_chunk("Employees receive 30 days of paid leave.", headings=("Leave",))
    store.library.chunks.append(chunk)
    return chunk


async def test_what_answers_would_be_given(gateway, chunk):
    """
    With scores of the legs, the place, and the gate's word.
    """
    response = await search(gateway)
    (found,) = response.chunks

    assert (chunk.id, chunk.document_id, 1) == (
        found.chunk_id,
        found.document_id,
        found.page,
    )
    assert (chunk.text, 0, len(chunk.text)) == (found.text, found.start, found.end)
    assert ["Leave"] == list(found.headings)
    assert 1 == found.vector.rank
    assert grounding_pb2.GROUNDING_STATE_GROUNDED == response.grounding
    assert response.vector_leg_used
    assert response.index_version


@pytest.mark.usefixtures("chunk")
async def test_what_is_not_in_the_documents(gateway):
    """
    The nearest are shown, and that they do not answer.
    """
    response = await search(gateway, "Who painted the ceiling in Rome?")

    assert grounding_pb2.GROUNDING_STATE_NONE == response.grounding
    assert 1 == len(response.chunks)


async def test_without_documents_nothing_is_said(gateway):
    """
    Nothing was searched.
    """
    response = await search(gateway)

    assert [] == list(response.chunks)
    assert grounding_pb2.GROUNDING_STATE_UNSPECIFIED == response.grounding


@pytest.mark.usefixtures("chunk")
async def test_the_request_is_passed_on(gateway, store):
    """
    What is named must be the user's: a search is not lenient as an answer is.
    """
    await search(gateway, scope=SELECTED, limit=7)
    asked = store.library.searches[0]

    assert (7, False) == (asked.limit, asked.is_lenient)
    assert tuple(SELECTED.document_ids) == asked.scope.document_ids


@pytest.mark.usefixtures("chunk")
async def test_without_the_embedding_model(gateway, store):
    """
    The keyword leg answers alone and says so.
    """
    store.embedder.down = outage()
    response = await search(gateway)

    assert not response.vector_leg_used
    assert "" == response.index_version
    assert 1 == len(response.chunks)


async def test_without_the_store(gateway, store):
    """
    A typed failure.
    """
    store.library.down = outage()
    error = await failure(search(gateway))

    assert grpc.StatusCode.UNAVAILABLE == error.code()
    assert "DATABASE_UNAVAILABLE" == reason(error)


@pytest.mark.parametrize("query", ["", " ", "a\x00", "x" * 2_001])
async def test_queries_that_are_none(gateway, query):
    """
    The contract's rules.
    """
    error = await failure(search(gateway, query))

    assert grpc.StatusCode.INVALID_ARGUMENT == error.code()
