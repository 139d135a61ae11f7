"""One owner can fill neither the disk nor the process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from grpc import StatusCode
from lamla.documents.v1 import upload_service_pb2 as pb

from mesh.ids import uuid7
from persistence.documents.quotas import Streams
from tests.mesh.failures import failure, reason, typed
from tests.persistence.documents.services import TEXT, Library

MEBIBYTE = 1024 * 1024


@pytest.fixture
def limit(application):
    """Sets quotas; those that are not named stay as they are configured."""
    intake = application.intake

    def limit(**quotas: int) -> None:
        intake.quotas = replace(intake.quotas, **quotas)

    return limit


async def import_(library: Library) -> None:
    """Imports from an address."""
    request = pb.ImportUrlRequest(request_id=str(uuid7()), url="https://example.org/")
    await library.uploads.ImportUrl(request, **library.options)


class TestOpenUploads:
    async def test_an_owner_has_so_many_at_a_time(self, adas, bobs, limit):
        """
        RESOURCE_EXHAUSTED names the quota; who asks again for what is begun gets it,
        and others are not concerned.
        """
        limit(open_uploads=2)
        request_id = str(uuid7())
        first = await adas.begin(TEXT, request_id=request_id)
        await adas.begin(TEXT)

        error = await failure(adas.begin(TEXT))

        assert StatusCode.RESOURCE_EXHAUSTED == error.code()
        assert "QUOTA_EXCEEDED" == reason(error)
        assert {"quota": "open_uploads", "limit": "2"} == typed(error).metadata
        quota = typed(error).quota
        subject = f"user:{adas.person.id}"
        assert ("open_uploads", 2, subject) == (quota.name, quota.limit, quota.subject)
        again = await adas.begin(TEXT, request_id=request_id)
        assert first.upload.upload_id == again.upload.upload_id
        await bobs.begin(TEXT)

    async def test_what_ends_makes_room(self, adas, limit):
        """
        Completed or given up.
        """
        limit(open_uploads=1)
        await adas.upload(TEXT)
        begun = await adas.begin(TEXT + b"!")
        request = pb.CancelUploadRequest(upload_id=begun.upload.upload_id)
        await adas.uploads.CancelUpload(request, **adas.options)

        assert (await adas.begin(TEXT + b"!")).HasField("upload")

    async def test_those_that_begin_together_are_counted_together(self, adas, limit):
        """
        None slips through, and a request that is repeated counts once.
        """
        limit(open_uploads=3)
        request_id = str(uuid7())
        await asyncio.gather(
            *(adas.begin(TEXT, request_id=request_id) for _ in range(4))
        )

        outcomes = await asyncio.gather(
            *(adas.begin(TEXT) for _ in range(8)), return_exceptions=True
        )

        refused = [one for one in outcomes if isinstance(one, BaseException)]
        assert ["QUOTA_EXCEEDED"] * 6 == [reason(error) for error in refused]


class TestBytes:
    async def test_what_is_announced_counts(self, adas, bobs, limit):
        """
        With what is stored; deleting makes room.
        """
        limit(stored_bytes=2 * len(TEXT))
        document = await adas.upload(TEXT)
        begun = await adas.begin(TEXT[1:])

        error = await failure(adas.begin(b"ab"))

        assert "QUOTA_EXCEEDED" == reason(error)
        told = {"quota": "stored_bytes", "limit": str(2 * len(TEXT))}
        assert told == typed(error).metadata
        await adas.part(begun.upload.upload_id, 0, TEXT[1:])
        await adas.complete(begun.upload.upload_id)
        await adas.delete(document.document_id)
        await adas.begin(b"ab")
        await bobs.upload(TEXT)

    async def test_a_known_file_takes_no_room(self, adas, limit):
        """
        It is there already, whichever way it comes.
        """
        document = await adas.upload(TEXT)
        limit(stored_bytes=len(TEXT) + 1)

        begun = await adas.begin(TEXT, promise=True)
        streamed = await adas.stream([TEXT])

        assert document == begun.existing_document == streamed.document

    async def test_streams_and_addresses_count(self, adas, limit, application):
        """
        A stream at its end, when its size is known; nothing of it is left.
        """
        limit(stored_bytes=len(TEXT) - 1)

        error = await failure(adas.stream([TEXT]))

        assert "QUOTA_EXCEEDED" == reason(error)
        directory = application.intake.spool.directory
        assert [] == list(directory.iterdir())
        assert [] == list(directory.parent.glob("originals/*/*"))
        limit(stored_bytes=len(TEXT))
        await adas.stream([TEXT])
        for call in (adas.stream([b"!"]), import_(adas)):
            assert "QUOTA_EXCEEDED" == reason(await failure(call))


class TestStreams:
    async def test_an_owner_has_so_many_at_a_time(self, adas, bobs, application):
        """
        Who sends slowly leaves room for others, and for themselves afterwards.
        """
        application.intake.streams = Streams("upload_streams", 1)
        directory = application.intake.spool.directory
        may_end = asyncio.Event()

        async def requests() -> AsyncIterator[pb.UploadDocumentRequest]:
            header = pb.UploadDocumentHeader(
                request_id=str(uuid7()), file=pb.NewFile(file_name="kant.txt")
            )
            yield pb.UploadDocumentRequest(header=header)
            yield pb.UploadDocumentRequest(data=bytes(MEBIBYTE))
            await may_end.wait()

        slow = adas.uploads.UploadDocument(requests(), **adas.options)
        async with asyncio.timeout(60):
            while not list(directory.iterdir()):  # noqa: ASYNC110 - The condition is on the disk.
                await asyncio.sleep(0.01)

        error = await failure(adas.stream([TEXT]))

        assert "QUOTA_EXCEEDED" == reason(error)
        assert {"quota": "upload_streams", "limit": "1"} == typed(error).metadata
        await bobs.stream([TEXT])
        may_end.set()
        await slow
        await adas.stream([TEXT])


class TestDisk:
    async def test_room_is_left_for_others(self, adas, application, monkeypatch):
        """
        DEPENDENCY_UNAVAILABLE, by whichever way it comes; nothing is written.
        """
        upload_id = (await adas.begin(TEXT)).upload.upload_id
        spool = application.intake.spool
        monkeypatch.setattr(spool, "_keep_free_bytes", 1 << 62)

        for call in (adas.part(upload_id, 0, TEXT), adas.stream([TEXT])):
            error = await failure(call)
            assert "DEPENDENCY_UNAVAILABLE" == reason(error)
            assert {"dependency": "storage"} == typed(error).metadata

        assert [] == [each for each in spool.directory.iterdir() if each.stat().st_size]
        monkeypatch.undo()
        await adas.part(upload_id, 0, TEXT)
        assert TEXT == await adas.download(
            (await adas.complete(upload_id)).document.document_id
        )
