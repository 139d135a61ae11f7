"""Files come in with one stream, or from a web address."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from collections.abc import AsyncIterator

import psycopg
import pytest
from lamla.documents.v1 import document_pb2
from lamla.documents.v1 import upload_service_pb2 as pb

from mesh.errors import ServiceError
from mesh.ids import uuid7
from persistence.documents.models import State
from persistence.documents.uploads.urls import url_checked
from tests.mesh.failures import failure, reason, typed
from tests.persistence.documents.services import TEXT, document_set

MEBIBYTE = 1024 * 1024


class TestStreams:
    async def test_a_stream_becomes_a_document(self, adas):
        """
        In pieces of any size.
        """
        pieces = [secrets.token_bytes(n) for n in (1, MEBIBYTE, 3, 70_000)]
        data = b"".join(pieces)

        response = await adas.stream(pieces, file_name="Kant.pdf")

        assert not response.already_existed
        assert hashlib.sha256(data).hexdigest() == response.document.content_sha256
        assert document_pb2.DOCUMENT_STATE_QUEUED == response.document.state
        assert data == await adas.download(response.document.document_id)

    async def test_it_happens_once_for_each_request(self, adas):
        """
        Repeated, also at the same time, it is one document; another file is refused.
        """
        request_id = str(uuid7())

        answers = await asyncio.gather(
            *(adas.stream([TEXT], request_id=request_id) for _ in range(4))
        )

        assert 1 == len({answer.document.document_id for answer in answers})
        error = await failure(
            adas.stream([TEXT], request_id=request_id, file_name="other.txt")
        )
        assert "REQUEST_ID_REUSED" == reason(error)

    async def test_a_known_file_is_found(self, adas):
        """
        At its end, or at once when its hash is announced.
        """
        former = await adas.upload(TEXT)
        await document_set(former.document_id, state=State.CANCELLED)

        promised = await adas.stream(
            [], content_sha256=hashlib.sha256(TEXT).hexdigest().upper()
        )
        sent = await adas.stream([TEXT])

        assert promised.already_existed
        assert sent.already_existed
        assert {former.document_id} == {
            promised.document.document_id,
            sent.document.document_id,
        }
        assert document_pb2.DOCUMENT_STATE_QUEUED == promised.document.state

    async def test_a_known_file_that_is_deleted_at_this_moment_is_stored(
        self, adas, server, monkeypatch
    ):
        """
        Anew, rather than not found.
        """
        former = await adas.upload(TEXT)

        def delete(**who: object) -> None:  # noqa: ARG001 - Called instead of another.
            with psycopg.connect(server.url("lamla_test")) as superuser:
                superuser.execute("DELETE FROM documents_document")

        monkeypatch.setattr(
            "persistence.documents.uploads.documents.requeue_ended", delete
        )
        response = await adas.stream([TEXT])

        assert not response.already_existed
        assert former.document_id != response.document.document_id
        assert TEXT == await adas.download(response.document.document_id)

    async def test_a_file_that_is_not_what_was_promised_is_refused(self, adas):
        """
        CONTENT_HASH_MISMATCH, and nothing is stored.
        """
        error = await failure(adas.stream([TEXT], content_sha256="0" * 64))

        assert "CONTENT_HASH_MISMATCH" == reason(error)
        assert 0 == (await adas.list()).total_size

    async def test_an_empty_file_is_refused(self, adas):
        """
        INVALID_FIELD.
        """
        assert "INVALID_FIELD" == reason(await failure(adas.stream([])))

    async def test_a_file_beyond_the_cap_is_refused(self, adas, application):
        """
        As soon as it is passed; nothing is left on the disk.
        """
        application.intake.max_file_bytes = MEBIBYTE

        error = await failure(adas.stream([bytes(MEBIBYTE)] * 3))

        assert "FILE_TOO_LARGE" == reason(error)
        assert {"max_bytes": str(MEBIBYTE)} == typed(error).metadata
        assert [] == list(application.intake.spool.directory.iterdir())

    @pytest.mark.parametrize(
        "kinds", [[], ["data"], ["header", "data", "header"]], ids=",".join
    )
    async def test_the_header_comes_first_and_once(self, adas, kinds):
        """
        INVALID_FIELD names it.
        """
        header = pb.UploadDocumentHeader(
            request_id=str(uuid7()), file=pb.NewFile(file_name="kant.txt")
        )
        messages = {
            "header": pb.UploadDocumentRequest(header=header),
            "data": pb.UploadDocumentRequest(data=TEXT),
        }

        async def requests() -> AsyncIterator[pb.UploadDocumentRequest]:
            for kind in kinds:
                yield messages[kind]

        error = await failure(adas.uploads.UploadDocument(requests(), **adas.options))

        assert "INVALID_FIELD" == reason(error)
        assert "header" == typed(error).field_violations[0].field

    async def test_a_sender_who_goes_leaves_nothing(self, adas, application):
        """
        Half a file is no file.
        """
        began = asyncio.Event()
        directory = application.intake.spool.directory

        async def requests() -> AsyncIterator[pb.UploadDocumentRequest]:
            header = pb.UploadDocumentHeader(
                request_id=str(uuid7()), file=pb.NewFile(file_name="kant.txt")
            )
            yield pb.UploadDocumentRequest(header=header)
            yield pb.UploadDocumentRequest(data=bytes(MEBIBYTE))
            while not list(directory.iterdir()):  # noqa: ASYNC110 - The condition is on the disk.
                await asyncio.sleep(0.01)
            began.set()
            await asyncio.Event().wait()

        call = adas.uploads.UploadDocument(requests(), **adas.options)
        await began.wait()
        call.cancel()

        while list(directory.iterdir()):  # noqa: ASYNC110 - The condition is on the disk.
            await asyncio.sleep(0.01)
        assert 0 == (await adas.list()).total_size


class TestAddresses:
    async def import_(self, library, url: str, **values):
        """Imports from an address."""
        request = pb.ImportUrlRequest(
            **{"request_id": str(uuid7()), "url": url, **values}
        )
        return (await library.uploads.ImportUrl(request, **library.options)).document

    async def test_an_address_becomes_a_document(self, adas):
        """
        QUEUED, under its address until the file is there; once for each request.
        """
        collection = await adas.collect("Web")
        request = {
            "request_id": str(uuid7()),
            "collection_ids": [collection.collection_id],
        }
        url = "https://example.org/kant.pdf?page=1"

        one = await self.import_(adas, url, **request)
        two = await self.import_(adas, url, **request)

        assert one == two
        assert (url, url, "") == (one.title, one.source_url, one.content_sha256)
        assert document_pb2.DOCUMENT_STATE_QUEUED == one.state
        assert [collection.collection_id] == one.collection_ids
        error = await failure(self.import_(adas, url + "2", **request))
        assert "REQUEST_ID_REUSED" == reason(error)

    async def test_there_is_nothing_to_download_yet(self, adas):
        """
        NOT_FOUND until it was fetched.
        """
        document = await self.import_(adas, "https://example.org/")

        error = await failure(adas.download(document.document_id))

        assert "DOCUMENT_NOT_FOUND" == reason(error)

    @pytest.mark.parametrize(
        "url",
        [
            "ftp://example.org/",
            "file:///etc/passwd",
            "https://example.org:8443/",
            "http://example.org:443/",
            "https://ada:secret@example.org/",
            "http://localhost/",
            "http://127.0.0.1/",
            "http://[::1]/",
            "http://10.0.0.7/",
            "http://169.254.169.254/latest/meta-data/",
            "http://[fd00::1]/",
            "http://gateway.lamla/",
            "http://intranet/",
        ],
    )
    async def test_what_is_plainly_not_public_is_refused(self, adas, url):
        """
        URL_REFUSED, and no document.
        """
        error = await failure(self.import_(adas, url))

        assert "URL_REFUSED" == reason(error)
        assert {"url": url} == typed(error).metadata
        assert 0 == (await adas.list()).total_size

    @pytest.mark.parametrize("host", ["10.0.0.7", "wiki", "wiki.internal", "[fd00::1]"])
    def test_an_intranet_can_be_opened(self, host):
        """
        By a setting; this machine and where clouds keep credentials stay closed.
        """
        url = f"http://{host}/"

        assert url == url_checked(url, with_private=True)
        for closed in ("localhost", "127.0.0.1", "169.254.169.254", "gateway.lamla"):
            with pytest.raises(ServiceError):
                url_checked(f"http://{closed}/", with_private=True)
