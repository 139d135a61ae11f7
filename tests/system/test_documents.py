"""Documents through the whole mesh: in, read, searched, cited, out again."""

from __future__ import annotations

import asyncio
import hashlib
import os
import random
import signal
from collections.abc import AsyncIterator

import aiohttp
import grpc
import psycopg
import pytest
from lamla.chat.v1 import conversation_service_pb2 as conversations
from lamla.chat.v1 import generation_pb2
from lamla.documents.v1 import document_service_pb2 as documents
from lamla.documents.v1 import grounding_pb2
from lamla.documents.v1 import upload_service_pb2 as uploads
from lamla.documents.v1.upload_service_pb2_grpc import UploadServiceStub

from deploy.embedded.testing import Stack
from mesh.channels import PeerChannel
from mesh.credentials import Certificates
from mesh.ids import uuid7
from tests.clients import GrpcWebClient, JsonClient, Refused
from tests.system.conftest import bearer, guest
from tests.system.library import (
    CONVERSATIONS,
    DOCUMENTS,
    FAILED,
    MEBIBYTE,
    READY,
    UPLOADS,
    Person,
    hours_of,
    manual,
    person,
    question_about,
    service_login,
    told,
)

TABLES = (
    *("documents_document", "documents_documentchunk"),
    *("chat_conversation", "chat_message"),
)


@pytest.fixture
async def ann(mesh: Stack) -> AsyncIterator[Person]:
    """Somebody without documents."""
    async with person(mesh) as ann:
        yield ann


async def received(ann: Person, upload_id: str) -> int:
    """Returns how much of an upload is there, as soon as somebody can say."""
    request = uploads.GetUploadRequest(upload_id=upload_id)
    async with asyncio.timeout(60):
        while True:
            try:
                response = await ann.one(f"{UPLOADS}/GetUpload", request)
            except Refused as refused:
                if refused.code is not grpc.StatusCode.UNAVAILABLE:
                    raise
                await asyncio.sleep(0.1)
            else:
                size: int = response.upload.received_bytes
                return size


async def test_an_upload_goes_on_after_a_kill(mesh, ann):
    """
    kill -9 of persistence between two parts: what was acknowledged is there, the rest
    follows, also from a client of another protocol, and the file that comes back is the
    one that was sent.
    """
    content = random.Random(3).randbytes(2 * MEBIBYTE + 4_321)
    promised = hashlib.sha256(content).hexdigest()
    begun = await ann.begin("noise.bin", content, content_sha256=promised)
    id_ = begun.upload.upload_id
    await ann.send(id_, content[:MEBIBYTE])
    os.kill(mesh.pid("persistence"), signal.SIGKILL)

    offset = await received(ann, id_)
    async with aiohttp.ClientSession() as http:
        script = Person(JsonClient(http, mesh.url), ann.token)
        await script.send(id_, content, offset)
        completed = await script.complete(id_)
    document = await ann.ended(completed.document.document_id)

    assert MEBIBYTE == offset
    assert promised == document.content_sha256
    assert content == await ann.download(document.document_id)
    # Noise is no text: it is kept, and said so.
    assert FAILED == document.state
    assert document.failure.message


async def test_a_service_streams_a_file_up(mesh):
    """
    A service with a certificate of its own sends a file in one stream, to persistence
    itself; the same file again is the same document.
    """
    edge = PeerChannel(
        f"localhost:{mesh.ports.persistence}",
        peer="persistence",
        certs=Certificates(mesh.certificates),
    )
    stub = edge.stub(UploadServiceStub)
    token = guest(mesh)
    content = manual("Orion", "Lyra")

    async def stream(request_id: str) -> uploads.UploadDocumentResponse:
        header = uploads.UploadDocumentHeader(
            request_id=request_id, file=uploads.NewFile(file_name="pumps.pdf")
        )
        pieces = [
            uploads.UploadDocumentRequest(header=header),
            *(
                uploads.UploadDocumentRequest(data=content[at : at + 500])
                for at in range(0, len(content), 500)
            ),
        ]
        return await stub.UploadDocument(
            iter(pieces), metadata=bearer(token), timeout=30
        )

    first, again = await stream(str(uuid7())), await stream(str(uuid7()))
    await edge.close()

    assert not first.already_existed
    assert again.already_existed
    assert first.document.document_id == again.document.document_id
    assert len(content) == first.document.size_bytes


async def test_a_browser_watches_an_ingestion(mesh, ann):
    """
    gRPC-Web through Envoy: from queued to ready, never backwards, and then the end.
    """
    content = manual(*"ABCDEF")
    begun = await ann.begin("alphabet.pdf", content)
    await ann.send(begun.upload.upload_id, content)
    id_ = (await ann.complete(begun.upload.upload_id)).document.document_id

    request = documents.WatchIngestionRequest(document_ids=[id_])
    async with aiohttp.ClientSession() as http:
        web = GrpcWebClient(http, mesh.url)
        events = [
            event.document
            async for event in web.stream(
                f"{DOCUMENTS}/WatchIngestion", request, token=ann.token
            )
            if event.HasField("document")
        ]
    steps = [
        (
            document.state,
            document.progress.phase,
            document.progress.pages_read,
            document.progress.chunks_embedded,
        )
        for document in events
        if document.state != READY
    ]
    last = events[-1]

    assert sorted(steps) == steps
    assert {id_} == {document.document_id for document in events}
    assert (READY, 6) == (last.state, last.page_count)
    assert last.chunk_count == len(await ann.found("oiled", id_))
    assert "application/pdf" == last.media_type


async def test_the_original_comes_back_byte_for_byte(mesh, ann):
    """
    By gRPC, and as a file over HTTP that no browser opens by itself.
    """
    content = manual("Orion")
    id_ = (await ann.upload("Größe 1.pdf", content)).document_id
    async with (
        aiohttp.ClientSession() as http,
        http.get(
            f"{mesh.url}/v1/documents/{id_}:download",
            headers={"authorization": f"Bearer {ann.token}"},
        ) as answer,
    ):
        by_http, headers = await answer.read(), answer.headers

    assert content == await ann.download(id_)
    assert content == by_http
    assert "application/octet-stream" == headers["content-type"]
    assert headers["content-disposition"].startswith("attachment")


@pytest.mark.parity("A23")
@pytest.mark.parity("A87")
async def test_counts_are_those_of_the_database(mesh, ann):
    """
    What the list and one document say is what an operator counts in the tables.
    """
    await ann.upload("pumps.pdf", manual("Orion", "Lyra"))
    request = documents.ListDocumentsRequest()
    listed = await ann.one(f"{DOCUMENTS}/ListDocuments", request)
    (document,) = listed.documents
    asked = documents.GetDocumentRequest(document_id=document.document_id)
    got = (await ann.one(f"{DOCUMENTS}/GetDocument", asked)).document
    query = " UNION ALL ".join(
        f"SELECT '{name}', count(*) FROM {name}"  # noqa: S608 - Names of ours.
        for name in TABLES
    )
    with psycopg.connect(**service_login(mesh)) as connection:
        rows = dict(connection.execute(query).fetchall())
        stored = connection.execute(
            "SELECT"
            " (SELECT count(*) FROM documents_documentpage WHERE document_id = d.id),"
            " (SELECT count(*) FROM documents_documentchunk WHERE document_id = d.id),"
            " (SELECT count(*) FROM documents_document WHERE owner_id = d.owner_id)"
            " FROM documents_document d WHERE id = %s",
            [document.document_id],
        ).fetchone()

    assert document == got
    assert (got.page_count, got.chunk_count, listed.total_size) == stored
    assert READY == got.state
    assert set(TABLES) == rows.keys()
    assert rows["documents_documentchunk"] >= got.chunk_count > 0


async def messages(ann: Person, conversation_id: str) -> list:
    """Reads a conversation as a page does that is loaded anew."""
    request = conversations.ListMessagesRequest(conversation_id=conversation_id)
    response = await ann.one(f"{CONVERSATIONS}/ListMessages", request)
    return list(response.messages)


@pytest.mark.parity("A24")
async def test_each_citation_is_a_place_that_exists(ann):
    """
    A citation names a chunk that can be found, and the words of its page; it has the
    same id after a reload. With its document it goes, and what was claimed stays.
    """
    document = await ann.upload("pumps.pdf", manual("Orion", "Lyra", "Cygnus"))
    id_ = document.document_id
    asked = question_about("Lyra")
    events = await ann.ask(asked)
    (grounding,) = told(events, "grounding")
    citations, claims = told(events, "citation"), told(events, "claim")
    text = "".join(tokens.text for tokens in told(events, "tokens"))
    alive = {chunk.chunk_id: chunk for chunk in await ann.found(asked)}
    (started,) = told(events, "started")
    stored = (await messages(ann, started.conversation_id))[-1]

    assert READY == document.state
    assert grounding_pb2.GROUNDING_STATE_GROUNDED == grounding.state
    assert hours_of("Lyra", 2) == text
    assert citations
    for citation in citations:
        page = await ann.page(citation.document_id, citation.page)
        chunk = alive[citation.chunk_id]
        assert citation.quote == page[citation.source_start : citation.source_end]
        assert chunk.text == page[chunk.start : chunk.end]
        assert chunk.start <= citation.source_start
        assert citation.source_end <= chunk.end
    best = citations[0]
    assert (id_, 2, hours_of("Lyra", 2)) == (best.document_id, best.page, best.quote)
    assert text == text[best.answer_start : best.answer_end]
    assert generation_pb2.SUPPORT_SUPPORTED == claims[0].support
    assert citations == list(stored.citations)
    assert claims == list(stored.claims)
    assert grounding == stored.grounding

    delete = documents.DeleteDocumentRequest(document_id=id_, request_id=str(uuid7()))
    await ann.one(f"{DOCUMENTS}/DeleteDocument", delete)
    left = (await messages(ann, started.conversation_id))[-1]

    assert text == left.text
    assert [] == list(left.citations)
    assert [(c.answer_start, c.answer_end) for c in claims] == [
        (c.answer_start, c.answer_end) for c in left.claims
    ]
    assert {()} == {tuple(claim.citation_ids) for claim in left.claims}
    assert [] == await ann.found(asked)


async def test_what_no_document_says_is_said_so(ann):
    """
    Asked of documents that do not know, nothing is made up: NONE, and one sentence.
    """
    document = await ann.upload("pumps.pdf", manual("Orion"))
    events = await ann.ask(
        "Who painted the ceiling of the Sistine Chapel?", document.document_id
    )
    (grounding,) = told(events, "grounding")
    text = "".join(tokens.text for tokens in told(events, "tokens"))

    assert grounding_pb2.GROUNDING_STATE_NONE == grounding.state
    assert "I could not find anything about this in your documents." == text
    assert [] == told(events, "citation")
