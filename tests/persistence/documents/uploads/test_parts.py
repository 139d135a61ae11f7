"""Files come in part by part, can be resumed, and become documents once."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
import threading
from functools import partial
from pathlib import Path
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from grpc import StatusCode
from lamla.documents.v1 import document_pb2
from lamla.documents.v1 import upload_service_pb2 as pb

from mesh.ids import uuid7
from persistence import orm
from persistence.documents.files import THREADS
from persistence.documents.models import State, Upload
from persistence.documents.storage import original_keep, original_open
from persistence.documents.uploads.domain import Digest, Part
from persistence.documents.uploads.intake import Intake
from persistence.documents.uploads.services import part_store, upload_get
from persistence.documents.uploads.spool import digest_of
from tests.mesh.failures import failure, reason, typed
from tests.persistence.documents.services import TEXT, document_row, document_set

PART = 1000


class TestParts:
    async def test_a_file_becomes_a_document(self, adas):
        """
        In as many parts as its sender likes; then it waits for the ingest worker.
        """
        data = secrets.token_bytes(3 * PART + 17)

        document = await adas.upload(data, part_bytes=PART, file_name="C:\\a/Kant.pdf")

        assert "Kant.pdf" == document.title == document.file_name
        assert document_pb2.DOCUMENT_STATE_QUEUED == document.state
        assert len(data) == document.size_bytes
        assert hashlib.sha256(data).hexdigest() == document.content_sha256
        row = await document_row(document.document_id)
        with original_open(row.storage_name) as file:
            assert data == file.read()
        assert data == await adas.download(document.document_id)

    async def test_the_same_part_again_changes_nothing(self, adas):
        """
        Nor one that begins with what is there: only its rest is added.
        """
        data = secrets.token_bytes(3 * PART)
        upload_id = (await adas.begin(data)).upload.upload_id
        await adas.part(upload_id, 0, data[:PART])

        again = await adas.part(upload_id, 0, data[:PART])
        more = await adas.part(upload_id, PART // 2, data[PART // 2 : 2 * PART])
        earlier = await adas.part(upload_id, 0, data[:PART])

        assert [PART, 2 * PART, 2 * PART] == [
            each.received_bytes for each in (again, more, earlier)
        ]
        await adas.part(upload_id, 2 * PART, data[2 * PART :])
        document = (await adas.complete(upload_id)).document
        assert data == await adas.download(document.document_id)

    async def test_parts_at_once_wait_for_each_other(self, adas):
        """
        Two senders of one file do not mix their bytes.
        """
        data = secrets.token_bytes(20 * PART)
        upload_id = (await adas.begin(data)).upload.upload_id

        async def send() -> None:
            for offset in range(0, len(data), PART):
                await adas.part(upload_id, offset, data[offset : offset + PART])

        await asyncio.gather(send(), send(), send())

        document = (await adas.complete(upload_id)).document
        assert data == await adas.download(document.document_id)

    async def test_a_part_beyond_what_is_there_says_where_to_go_on(self, adas):
        """
        FAILED_PRECONDITION with the offset; the upload goes on there.
        """
        upload_id = (await adas.begin(TEXT)).upload.upload_id
        await adas.part(upload_id, 0, TEXT[:10])

        error = await failure(adas.part(upload_id, 11, TEXT[11:]))

        assert StatusCode.FAILED_PRECONDITION == error.code()
        assert "UPLOAD_OFFSET_MISMATCH" == reason(error)
        assert {"received_bytes": "10"} == typed(error).metadata

    async def test_a_part_takes_two_statements(self, adas, application):
        """
        A large file has hundreds of them; what is said of it then is what is stored.
        """
        upload_id = UUID((await adas.begin(TEXT)).upload.upload_id)
        part = Part(0, TEXT, hashlib.sha256(TEXT).digest())
        who = {"owner_id": adas.person.id, "upload_id": upload_id}

        def store() -> tuple[Upload, int]:
            with CaptureQueriesContext(connection) as queries:
                row = part_store(part=part, spool=application.intake.spool, **who)
            return row, len(queries)

        row, count = await orm.run(store, owner=adas.person.id)

        assert 2 == count
        stored = await orm.run(partial(upload_get, **who), owner=adas.person.id)
        assert (stored.received_bytes, stored.expire_time) == (
            row.received_bytes,
            row.expire_time,
        )

    async def test_damaged_data_is_not_stored(self, adas):
        """
        CONTENT_HASH_MISMATCH; sent again, it is fine.
        """
        upload_id = (await adas.begin(TEXT)).upload.upload_id
        request = pb.UploadPartRequest(
            upload_id=upload_id, data=TEXT, data_sha256=bytes(32)
        )

        error = await failure(adas.uploads.UploadPart(request, **adas.options))

        assert "CONTENT_HASH_MISMATCH" == reason(error)
        assert len(TEXT) == (await adas.part(upload_id, 0, TEXT)).received_bytes

    async def test_more_than_was_announced_is_refused(self, adas):
        """
        FILE_TOO_LARGE names what was announced.
        """
        upload_id = (await adas.begin(TEXT)).upload.upload_id

        error = await failure(adas.part(upload_id, 0, TEXT + b"!"))

        assert "FILE_TOO_LARGE" == reason(error)
        assert {"max_bytes": str(len(TEXT))} == typed(error).metadata

    async def test_a_part_may_have_a_mebibyte(self, adas):
        """
        As the upload says, and not more.
        """
        data = bytes(1024 * 1024 + 1)
        upload = (await adas.begin(data)).upload

        assert 1024 * 1024 == upload.max_part_bytes
        error = await failure(adas.part(upload.upload_id, 0, data))
        assert "INVALID_FIELD" == reason(error)
        stored = await adas.part(upload.upload_id, 0, data[:-1])
        assert 1024 * 1024 == stored.received_bytes


class TestResuming:
    async def test_what_was_received_can_be_asked_for(self, adas):
        """
        After an interruption of whatever kind.
        """
        upload_id = (await adas.begin(TEXT)).upload.upload_id
        await adas.part(upload_id, 0, TEXT[:7])

        request = pb.GetUploadRequest(upload_id=upload_id)
        found = (await adas.uploads.GetUpload(request, **adas.options)).upload

        assert (7, len(TEXT)) == (found.received_bytes, found.size_bytes)

    async def test_bytes_that_nobody_acknowledged_are_written_anew(
        self, adas, application
    ):
        """
        A process that was killed between the disk and the database leaves some.
        """
        upload_id = (await adas.begin(TEXT)).upload.upload_id
        await adas.part(upload_id, 0, TEXT[:7])
        path = application.intake.spool.path(upload_id)
        path.write_bytes(TEXT[:7] + b"torn" * 100)

        await adas.part(upload_id, 7, TEXT[7:])

        document = (await adas.complete(upload_id)).document
        assert TEXT == await adas.download(document.document_id)

    async def test_bytes_that_the_disk_has_lost_are_asked_for_again(
        self, adas, application
    ):
        """
        Acknowledged or not: a document is never made of a part of its file.
        """
        upload_id = (await adas.begin(TEXT)).upload.upload_id
        await adas.part(upload_id, 0, TEXT)
        application.intake.spool.path(upload_id).write_bytes(TEXT[:5])

        error = await failure(adas.complete(upload_id))

        assert "UPLOAD_INCOMPLETE" == reason(error)
        assert {"received_bytes": "5"} == typed(error).metadata
        await adas.part(upload_id, 5, TEXT[5:])
        document = (await adas.complete(upload_id)).document
        assert TEXT == await adas.download(document.document_id)

    async def test_a_call_that_was_cut_off_is_completed_by_the_next(
        self, adas, application, ada
    ):
        """
        The file was moved already, and no document was made yet.
        """
        upload_id = (await adas.begin(TEXT)).upload.upload_id
        await adas.part(upload_id, 0, TEXT)
        spool = application.intake.spool
        folder = spool.directory.parent / "originals" / str(ada.id)
        folder.mkdir(parents=True, exist_ok=True)
        spool.path(upload_id).rename(folder / upload_id)

        document = (await adas.complete(upload_id)).document

        assert TEXT == await adas.download(document.document_id)

    async def test_an_expired_upload_is_gone(self, adas):
        """
        As one that never was.
        """
        upload_id = (await adas.begin(TEXT)).upload.upload_id
        await orm.run(
            lambda: Upload.objects.update(expire_time="2020-01-01T00:00:00Z"),
            using="service",
        )

        for call in (adas.part(upload_id, 0, TEXT), adas.complete(upload_id)):
            assert "UPLOAD_NOT_FOUND" == reason(await failure(call))


class TestCompleting:
    async def test_parts_that_are_missing_are_named(self, adas):
        """
        FAILED_PRECONDITION with the offset to go on at.
        """
        upload_id = (await adas.begin(TEXT)).upload.upload_id
        await adas.part(upload_id, 0, TEXT[:7])

        error = await failure(adas.complete(upload_id))

        assert "UPLOAD_INCOMPLETE" == reason(error)
        assert {"received_bytes": "7"} == typed(error).metadata

    async def test_it_can_be_repeated(self, adas):
        """
        Also many times at once: one document.
        """
        upload_id = (await adas.begin(TEXT)).upload.upload_id
        await adas.part(upload_id, 0, TEXT)

        answers = await asyncio.gather(*(adas.complete(upload_id) for _ in range(5)))

        assert 1 == len({answer.document.document_id for answer in answers})
        assert {False} == {answer.already_existed for answer in answers}
        assert 1 == (await adas.list()).total_size
        document_id = answers[0].document.document_id
        assert TEXT == await adas.download(document_id)

    async def test_a_file_is_read_once_however_often_it_is_asked(
        self, adas, monkeypatch
    ):
        """
        A large one takes a second of a core, and others wait for the threads.
        """
        reads: list[Path] = []

        def counted(path: Path) -> Digest:
            reads.append(path)
            return digest_of(path)

        monkeypatch.setattr("persistence.documents.uploads.intake.digest_of", counted)
        upload_id = (await adas.begin(TEXT)).upload.upload_id
        await adas.part(upload_id, 0, TEXT)

        await asyncio.gather(*(adas.complete(upload_id) for _ in range(5)))

        assert 1 == len(reads)

    async def test_a_slow_storage_leaves_threads_for_others(self, adas, monkeypatch):
        """
        Files go into a bucket as slowly as it takes them; meanwhile others come out.
        """
        document = await adas.upload(TEXT)
        may_go_on = threading.Event()

        def slow(path: Path, name: str) -> None:
            may_go_on.wait(100)
            original_keep(path, name)

        monkeypatch.setattr("persistence.documents.uploads.intake.original_keep", slow)
        ids = []
        for n in range(THREADS):
            data = b"%d" % n
            ids.append((await adas.begin(data)).upload.upload_id)
            await adas.part(ids[-1], 0, data)
        completing = [asyncio.create_task(adas.complete(each)) for each in ids]
        try:
            async with asyncio.timeout(60):
                for _ in range(3):
                    assert TEXT == await adas.download(document.document_id)
        finally:
            may_go_on.set()
        await asyncio.gather(*completing)

    async def test_it_can_be_repeated_while_another_process_is_at_it(
        self, adas, application, monkeypatch
    ):
        """
        Who is overtaken, with the file gone under its hands, says the same.
        """
        intake = application.intake
        other = Intake(
            intake.spool, max_file_bytes=intake.max_file_bytes, quotas=intake.quotas
        )
        known = await adas.upload(TEXT)
        upload_id = (await adas.begin(TEXT)).upload.upload_id
        await adas.part(upload_id, 0, TEXT)
        has_begun, may_go_on = threading.Event(), threading.Event()

        def slow(path: Path) -> Digest:
            digest = digest_of(path)
            if not has_begun.is_set():
                has_begun.set()
                may_go_on.wait(100)
            return digest

        monkeypatch.setattr("persistence.documents.uploads.intake.digest_of", slow)
        first = asyncio.create_task(adas.complete(upload_id))
        await asyncio.to_thread(has_begun.wait, 100)
        second = await other.complete(adas.person.id, UUID(upload_id))
        may_go_on.set()

        assert known.document_id == (await first).document.document_id
        assert known.document_id == str(second.document.row.id)
        assert TEXT == await adas.download(known.document_id)

    async def test_a_file_that_is_not_what_was_promised_is_refused(self, adas):
        """
        CONTENT_HASH_MISMATCH, and the upload is over.
        """
        promise = hashlib.sha256(b"another").hexdigest()
        upload_id = (await adas.begin(TEXT, content_sha256=promise)).upload.upload_id
        await adas.part(upload_id, 0, TEXT)

        first = await failure(adas.complete(upload_id))
        second = await failure(adas.complete(upload_id))

        assert StatusCode.INVALID_ARGUMENT == first.code()
        assert "CONTENT_HASH_MISMATCH" == reason(first)
        assert "UPLOAD_NOT_FOUND" == reason(second)

    async def test_a_file_is_stored_once(self, adas, application):
        """
        The document that is there is returned, and no second original is kept.
        """
        former = await adas.upload(TEXT)
        upload_id = (await adas.begin(TEXT, file_name="other.txt")).upload.upload_id
        await adas.part(upload_id, 0, TEXT)

        answer = await adas.complete(upload_id)

        assert answer.already_existed
        assert former.document_id == answer.document.document_id
        row = await document_row(former.document_id)
        originals = application.intake.spool.directory.parent / "originals"
        kept = originals / str(adas.person.id)
        assert [row.storage_name.rpartition("/")[2]] == [
            each.name for each in kept.iterdir()
        ]

    async def test_a_file_that_is_there_already_need_not_be_sent(self, adas):
        """
        Its announced hash is enough; what failed is tried again.
        """
        former = await adas.upload(TEXT)
        await document_set(former.document_id, state=State.FAILED)
        collection = await adas.collect("Enlightenment")

        begun = await adas.begin(
            TEXT, promise=True, collection_ids=[collection.collection_id]
        )

        existing = begun.existing_document
        assert not begun.HasField("upload")
        assert former.document_id == existing.document_id
        assert document_pb2.DOCUMENT_STATE_QUEUED == existing.state
        assert [collection.collection_id] == existing.collection_ids

    async def test_each_owner_has_a_document_of_their_own(self, adas, bobs):
        """
        The same file of two people is two documents.
        """
        ones, others = await adas.upload(TEXT), await bobs.upload(TEXT)

        assert ones.document_id != others.document_id
        begun = await bobs.begin(b"secret of ada", promise=True)
        assert not begun.HasField("existing_document")


class TestBeginning:
    async def test_it_happens_once_for_each_request(self, adas):
        """
        The same request returns the same upload; another body is refused.
        """
        request_id = str(uuid7())
        first = await adas.begin(TEXT, request_id=request_id)

        second = await adas.begin(TEXT, request_id=request_id)

        assert first.upload.upload_id == second.upload.upload_id
        error = await failure(adas.begin(TEXT + b"!", request_id=request_id))
        assert "REQUEST_ID_REUSED" == reason(error)

    async def test_a_file_beyond_the_cap_is_refused(self, adas, config):
        """
        Before a byte of it is sent.
        """
        request = pb.CreateUploadRequest(
            request_id=str(uuid7()),
            file=pb.NewFile(file_name="all.zip"),
            size_bytes=config.max_file_bytes + 1,
        )

        error = await failure(adas.uploads.CreateUpload(request, **adas.options))

        assert StatusCode.RESOURCE_EXHAUSTED == error.code()
        assert "FILE_TOO_LARGE" == reason(error)
        assert {"max_bytes": str(config.max_file_bytes)} == typed(error).metadata

    @pytest.mark.parametrize("name", ["..", "folder/", "\\", "a/../.."])
    async def test_a_name_that_is_only_folders_is_refused(self, adas, name):
        """
        INVALID_FIELD.
        """
        error = await failure(adas.begin(TEXT, file_name=name))

        assert "INVALID_FIELD" == reason(error)

    async def test_a_collection_of_somebody_else_is_not_found(self, adas, bobs):
        """
        And no upload begins.
        """
        collection = await bobs.collect("Bob's")

        error = await failure(
            adas.begin(TEXT, collection_ids=[collection.collection_id])
        )

        assert "COLLECTION_NOT_FOUND" == reason(error)

    async def test_giving_up_removes_the_parts(self, adas, application):
        """
        Again and again; an upload that never was can be given up as well.
        """
        upload_id = (await adas.begin(TEXT)).upload.upload_id
        await adas.part(upload_id, 0, TEXT[:7])

        for each in (upload_id, upload_id, str(uuid7())):
            request = pb.CancelUploadRequest(upload_id=each)
            await adas.uploads.CancelUpload(request, **adas.options)

        assert not application.intake.spool.path(upload_id).exists()
        error = await failure(adas.part(upload_id, 7, TEXT[7:]))
        assert "UPLOAD_NOT_FOUND" == reason(error)

    async def test_uploads_of_somebody_else_are_not_found(self, adas, bobs):
        """
        Exactly as one that does not exist; giving it up does nothing.
        """
        upload_id = (await adas.begin(TEXT)).upload.upload_id
        await adas.part(upload_id, 0, TEXT)

        for call in (
            bobs.part(upload_id, 0, TEXT),
            bobs.complete(upload_id),
            bobs.uploads.GetUpload(
                pb.GetUploadRequest(upload_id=upload_id), **bobs.options
            ),
        ):
            assert "UPLOAD_NOT_FOUND" == reason(await failure(call))
        await bobs.uploads.CancelUpload(
            pb.CancelUploadRequest(upload_id=upload_id), **bobs.options
        )
        assert (await adas.complete(upload_id)).document.size_bytes == len(TEXT)
