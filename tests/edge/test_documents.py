"""Files go up and down through Envoy: in parts, in streams, as forms."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from uuid import uuid4

import aiohttp
import pytest
from google.api.httpbody_pb2 import HttpBody
from lamla.documents.v1 import document_pb2
from lamla.documents.v1 import document_service_pb2 as documents
from lamla.documents.v1 import upload_service_pb2 as uploads
from lamla.documents.v1.upload_service_pb2_grpc import UploadServiceStub

from gateway.envoy.settings import EdgeSettings, Place
from mesh.testing import bearer
from tests.clients import Client, JsonClient, Refused
from tests.edge.envoy import Edge, running, whole
from tests.edge.peers import ScriptedPeer

DOCUMENTS = "lamla.documents.v1.DocumentService"
UPLOADS = "lamla.documents.v1.UploadService"
MEBIBYTE = 1024 * 1024
FORMS = ("/api/documents/upload", "/api/chat/file")


def part(size: int) -> uploads.UploadPartRequest:
    """A part of a file."""
    return uploads.UploadPartRequest(
        upload_id=str(uuid4()), data=bytes(size), data_sha256=bytes(32)
    )


def file_form(size: int) -> aiohttp.FormData:
    """A form with a file."""
    form = aiohttp.FormData({"title": "Kant"})
    form.add_field("file", io.BytesIO(bytes(size)), filename="kant.pdf")
    return form


class TestUploading:
    async def test_a_part_of_a_mebibyte_passes(
        self, client: Client, persistence: ScriptedPeer, token: str
    ):
        """
        In every protocol, base64 included.
        """
        sent = part(MEBIBYTE)

        await client.unary(f"{UPLOADS}/UploadPart", sent, token=token)

        assert [sent] == [call.request for call in persistence.calls]

    async def test_nothing_else_may_be_so_large(
        self, client: Client, persistence: ScriptedPeer, token: str
    ):
        """
        The exception is the part's alone.
        """
        sent = uploads.GetUploadRequest(upload_id="x" * (MEBIBYTE + 1))

        with pytest.raises(Refused):
            await client.unary(f"{UPLOADS}/GetUpload", sent, token=token)

        assert [] == persistence.calls

    async def test_a_stream_may_have_any_size(
        self, edge: Edge, persistence: ScriptedPeer, token: str
    ):
        """
        Persistence knows the cap.
        """
        header = uploads.UploadDocumentHeader(
            request_id=str(uuid4()), file=uploads.NewFile(file_name="kant.pdf")
        )

        async def requests() -> AsyncIterator[uploads.UploadDocumentRequest]:
            yield uploads.UploadDocumentRequest(header=header)
            for _ in range(10):
                yield uploads.UploadDocumentRequest(data=bytes(MEBIBYTE))

        async with edge.channel() as channel:
            stub = UploadServiceStub(channel)
            await stub.UploadDocument(requests(), metadata=bearer(token))

        assert 11 == len(persistence.calls)
        assert 3_600 == round(persistence.calls[0].seconds_left or 0, -2)

    async def test_parts_have_a_bucket_of_their_own(
        self, place: Callable[[], Place], http: aiohttp.ClientSession, token: str
    ):
        """
        A large file does not use up what the page needs, nor the other way around.
        """
        settings = EdgeSettings(requests_per_minute=3, parts_per_minute=5)
        async with running(place(), settings) as envoy:
            client = JsonClient(http, envoy.url)
            for _ in range(5):
                await client.unary(f"{UPLOADS}/UploadPart", part(1), token=token)
            await client.unary(
                f"{DOCUMENTS}/ListDocuments",
                documents.ListDocumentsRequest(),
                token=token,
            )
            with pytest.raises(Refused) as refused:
                await client.unary(f"{UPLOADS}/UploadPart", part(1), token=token)

        assert "ERROR_REASON_RATE_LIMITED" == refused.value.reason
        # A file of the largest size fits into a minute several times.
        assert EdgeSettings().parts_per_minute >= 10 * 256


class TestDownloading:
    async def test_json_gets_the_file_itself(
        self,
        edge: Edge,
        http: aiohttp.ClientSession,
        persistence: ScriptedPeer,
        token: str,
    ):
        """
        Raw, as an attachment that no browser looks into; larger than any buffer.
        """
        pieces = [bytes([n]) * (256 * 1024) for n in range(80)]
        persistence.initial_metadata = (("content-disposition", 'attachment; x="y"'),)
        persistence.events = [
            HttpBody(content_type="" if n else "application/octet-stream", data=piece)
            for n, piece in enumerate(pieces)
        ]

        async with http.get(
            f"{edge.url}/v1/documents/{uuid4()}:download",
            headers={"authorization": f"Bearer {token}"},
        ) as answer:
            content = await answer.read()

        assert b"".join(pieces) == content
        assert {
            "content-type": "application/octet-stream",
            "content-disposition": 'attachment; x="y"',
            "x-content-type-options": "nosniff",
            "cache-control": "no-store",
        } == {
            name: answer.headers.get(name, "")
            for name in (
                "content-type",
                "content-disposition",
                "x-content-type-options",
                "cache-control",
            )
        }

    async def test_watching_goes_through_as_it_comes(
        self, client: Client, persistence: ScriptedPeer, token: str
    ):
        """
        In every protocol.
        """
        document = document_pb2.Document(document_id=str(uuid4()), title="Kant")
        beat = documents.IngestionHeartbeat()
        persistence.events = [
            documents.WatchIngestionResponse(document=document),
            documents.WatchIngestionResponse(heartbeat=beat),
        ]

        events = [
            event
            async for event in client.stream(
                f"{DOCUMENTS}/WatchIngestion",
                documents.WatchIngestionRequest(document_ids=[document.document_id]),
                token=token,
            )
        ]

        assert persistence.events == events
        (call,) = persistence.calls
        assert [document.document_id] == call.request.document_ids


class TestForms:
    @pytest.mark.parametrize("path", [*FORMS, *(f"{path}/" for path in FORMS)])
    async def test_forms_go_to_djangos_side(
        self, edge: Edge, http: aiohttp.ClientSession, token: str, path: str
    ):
        """
        Larger than other requests; with a token or without.
        """
        for headers in ({}, {"authorization": f"Bearer {token}"}):
            form = file_form(8 * MEBIBYTE)
            async with http.post(edge.url + path, data=form, headers=headers) as answer:
                received = await answer.json()

            assert path == received["path"]
            assert received["size_bytes"] > 8 * MEBIBYTE

    @pytest.mark.parametrize("path", FORMS)
    async def test_a_bad_token_is_refused(
        self, edge: Edge, http: aiohttp.ClientSession, path: str
    ):
        """
        At the edge.
        """
        headers = {"authorization": "Bearer x.y.z"}
        async with http.post(
            edge.url + path, data=file_form(10), headers=headers
        ) as answer:
            assert 401 == answer.status

    async def test_forms_are_limited(
        self, place: Callable[[], Place], http: aiohttp.ClientSession, token: str
    ):
        """
        Without a token as guests are; with one, what answers as what generates.
        """
        headers = {"authorization": f"Bearer {token}"}
        settings = EdgeSettings(generate_per_minute=2, generate_per_hour=1_000)
        async with running(replace(place()), settings) as envoy:

            async def status(path: str, **options: object) -> int:
                url = envoy.url + path
                return (
                    await whole(http.post(url, data=file_form(1), **options))
                ).status  # type: ignore[arg-type]

            nobody = [await status(path) for path in (*FORMS, FORMS[0])]
            chats = [await status(FORMS[1], headers=headers) for _ in range(3)]
            upload = await status(FORMS[0], headers=headers)

        assert [200, 200, 429] == nobody
        assert [200, 200, 429] == chats
        assert 200 == upload
