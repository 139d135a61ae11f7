"""DocumentService: lists, changes, ends and hands out what people have stored."""

from __future__ import annotations

import asyncio
import secrets
from uuid import UUID

import grpc
import psutil
import psycopg
import pytest
from google.protobuf import descriptor_pool
from lamla.documents.v1 import document_pb2
from lamla.documents.v1 import document_service_pb2 as pb
from lamla.errors.v1.error_reason_pb2 import ErrorReason

from mesh.errors import ServiceError, from_status, status_of
from mesh.ids import uuid7
from mesh.policy import USERS, missing_rows, stale_rows
from persistence import orm
from persistence.documents import services
from persistence.documents.download import attachment
from persistence.documents.models import DocumentChunk, DocumentPage, Phase, State
from persistence.documents.policy import POLICY
from persistence.documents.storage import original_open
from persistence.failures import database_unavailable
from tests.mesh.failures import failure, reason
from tests.persistence.documents.library import Text, document_store
from tests.persistence.documents.services import TEXT, document_row, document_set

ENCRYPTED = ServiceError(
    ErrorReason.ERROR_REASON_DOCUMENT_ENCRYPTED, "It needs a password."
)


async def page_store(document, number: int, text: str, **values) -> None:
    """Does what the ingest worker would: stores a page."""
    row = await document_row(document.document_id)
    await orm.run(
        lambda: DocumentPage.objects.create(
            document_id=row.id,
            owner_id=row.owner_id,
            number=number,
            text=text,
            **values,
        ),
        using="service",
    )


class TestList:
    @pytest.mark.parity("A23")
    async def test_documents_come_newest_first(self, adas, bobs):
        """
        One's own only, with their count, which is the database's.
        """
        await bobs.upload(TEXT)
        for n in range(3):
            await adas.upload(b"%d" % n, title=str(n))

        listed = await adas.list()

        assert ["2", "1", "0"] == [each.title for each in listed.documents]
        assert 3 == listed.total_size

    async def test_pages_are_stable(self, adas):
        """
        What is created while one pages is neither skipped nor doubled.
        """
        for n in range(4):
            await adas.upload(b"%d" % n, title=str(n))
        first = await adas.list(page_size=2)
        await adas.upload(b"new", title="new")

        second = await adas.list(page_size=2, page_token=first.next_page_token)

        titles = [each.title for each in (*first.documents, *second.documents)]
        assert ["3", "2", "1", "0"] == titles
        assert "" == second.next_page_token

    async def test_a_token_is_good_for_its_list_alone(self, adas, bobs):
        """
        Not for somebody else's, nor for another selection.
        """
        for n in range(2):
            await adas.upload(b"%d" % n)
        token = (await adas.list(page_size=1)).next_page_token

        for call in (
            bobs.list(page_token=token),
            adas.list(page_token=token, title_contains="x"),
            adas.list(page_token="x"),
        ):
            assert "INVALID_FIELD" == reason(await failure(call))

    async def test_it_can_be_narrowed(self, adas):
        """
        By collection, by state, by a piece of title or file name without case.
        """
        ready = await adas.upload(b"1", title="Über Kant", file_name="a.pdf")
        await adas.upload(b"2", title="Hume", file_name="Essay.TXT")
        await document_set(ready.document_id, state=State.READY)
        collection = await adas.collect("Kant")
        await adas.change(collection.collection_id, add=[ready.document_id])

        assert ["Über Kant"] == await adas.titles(
            collection_id=collection.collection_id
        )
        assert ["Hume"] == await adas.titles(
            states=[document_pb2.DOCUMENT_STATE_QUEUED]
        )
        assert ["Hume"] == await adas.titles(title_contains="essay.t")
        assert ["Über Kant"] == await adas.titles(title_contains="ÜBER")
        assert [] == await adas.titles(title_contains="%")

    async def test_a_collection_of_somebody_else_is_not_found(self, adas, bobs):
        """
        As one that does not exist.
        """
        collection = await bobs.collect("Bob's")

        error = await failure(adas.list(collection_id=collection.collection_id))

        assert "COLLECTION_NOT_FOUND" == reason(error)


class TestDocument:
    @pytest.mark.parity("A23")
    async def test_it_says_how_far_it_is(self, adas):
        """
        Progress while it is being read; counts and language when it is ready.
        """
        document_id = (await adas.upload(TEXT)).document_id
        counts = {"page_count": 9, "chunk_count": 70, "language": "de"}
        await document_set(
            document_id,
            state=State.PROCESSING,
            phase=Phase.EMBEDDING,
            pages_read=4,
            chunks_embedded=11,
            **counts,
        )
        running = await adas.get(document_id)
        await document_set(document_id, state=State.READY)
        ready = await adas.get(document_id)

        assert (
            document_pb2.IngestionProgress(
                phase=document_pb2.INGESTION_PHASE_EMBEDDING,
                pages_read=4,
                page_count=9,
                chunks_embedded=11,
                chunk_count=70,
            )
            == running.progress
        )
        assert (0, 0, "") == (running.page_count, running.chunk_count, running.language)
        assert not ready.HasField("progress")
        assert (9, 70, "de") == (ready.page_count, ready.chunk_count, ready.language)

    async def test_it_says_why_it_failed(self, adas):
        """
        The whole, and each page of it, typed.
        """
        document = await adas.upload(TEXT)
        serialized = status_of(ENCRYPTED).SerializeToString()
        await page_store(document, 2, "", failure=serialized)
        await document_set(
            document.document_id,
            state=State.FAILED,
            failure=serialized,
            failed_page_count=1,
        )

        found = await adas.get(document.document_id)

        (page,) = found.failed_pages
        assert 2 == page.number
        for status in (found.failure, page.failure):
            error = from_status(status)
            assert error is not None
            assert ENCRYPTED.reason == error.reason

    async def test_it_can_be_renamed(self, adas):
        """
        Twice is once.
        """
        document_id = (await adas.upload(TEXT)).document_id
        request = pb.UpdateDocumentRequest(document_id=document_id, title="Kant")

        one = await adas.documents.UpdateDocument(request, **adas.options)
        two = await adas.documents.UpdateDocument(request, **adas.options)

        assert one == two
        assert ("Kant", "kant.txt") == (one.document.title, one.document.file_name)

    async def test_deleting_takes_the_original_along(self, adas):
        """
        Repeated it is fine; with another request it is not found.
        """
        document_id = (await adas.upload(TEXT)).document_id
        row = await document_row(document_id)
        request_id = str(uuid7())

        await adas.delete(document_id, request_id)
        await adas.delete(document_id, request_id)

        assert "DOCUMENT_NOT_FOUND" == reason(await failure(adas.delete(document_id)))
        with pytest.raises(FileNotFoundError):
            original_open(row.storage_name)

    async def test_a_deletion_that_is_cut_off_goes_on(self, adas, pool, monkeypatch):
        """
        A large document goes in pieces, none of them longer than a caller waits: the
        same request goes on with what is left.
        """
        text = Text("Kant", [f"Thought number {n}." for n in range(5)])
        document_id = str(await document_store(pool, adas.person.id, text))
        monkeypatch.setattr(services, "PIECE_CHUNKS", 2)
        request_id = str(uuid7())
        left = []

        def cut_off(**_which: object) -> None:
            left.append(DocumentChunk.objects.count())
            raise database_unavailable()

        with monkeypatch.context() as cut:
            cut.setattr(services, "document_delete", cut_off)
            error = await failure(adas.delete(document_id, request_id))
        await adas.delete(document_id, request_id)

        assert "DATABASE_UNAVAILABLE" == reason(error)
        assert [0] == left
        assert "DOCUMENT_NOT_FOUND" == reason(await failure(adas.get(document_id)))
        await adas.delete(document_id, request_id)

    async def test_a_deletion_that_is_refused_changes_nothing(self, adas):
        """
        What is being ingested goes on, where the request id was another document's.
        """
        other = await adas.upload(TEXT)
        request_id = str(uuid7())
        await adas.delete(other.document_id, request_id)
        document = await adas.upload(TEXT)

        error = await failure(adas.delete(document.document_id, request_id))

        assert "REQUEST_ID_REUSED" == reason(error)
        assert document == await adas.get(document.document_id)

    async def test_a_file_can_come_again_after_that(self, adas):
        """
        As a new document.
        """
        former = await adas.upload(TEXT)
        await adas.delete(former.document_id)

        again = await adas.upload(TEXT)

        assert former.document_id != again.document_id
        assert TEXT == await adas.download(again.document_id)


class TestIngestion:
    @pytest.mark.parametrize("state", [State.QUEUED, State.PROCESSING])
    async def test_cancelling_fences_whoever_is_at_work(self, adas, state):
        """
        CANCELLED at once, and the attempt that runs may write no more.
        """
        document_id = (await adas.upload(TEXT)).document_id
        await document_set(document_id, state=state)

        one = await adas.cancel(document_id)
        two = await adas.cancel(document_id)

        assert one == two
        assert document_pb2.DOCUMENT_STATE_CANCELLED == one.state
        assert 2 == (await document_row(document_id)).attempt

    @pytest.mark.parametrize("state", [State.READY, State.FAILED])
    async def test_what_has_ended_is_not_cancelled(self, adas, state):
        """
        It is returned as it is.
        """
        document_id = (await adas.upload(TEXT)).document_id
        await document_set(document_id, state=state)

        document = await adas.cancel(document_id)

        assert state == document.state
        assert 1 == (await document_row(document_id)).attempt

    @pytest.mark.parametrize("state", [State.FAILED, State.CANCELLED])
    async def test_what_failed_is_tried_again(self, adas, state, server):
        """
        From the begin, in a new attempt, which waits in the queue.
        """
        document_id = (await adas.upload(TEXT)).document_id
        await document_set(document_id, state=state, failure=b"", pages_read=3)

        document = await adas.retry(document_id)

        row = await document_row(document_id)
        assert document_pb2.DOCUMENT_STATE_QUEUED == document.state
        assert (2, 0, None) == (row.attempt, row.pages_read, row.failure)
        assert [(document_id, 2)] == await _waiting(server)

    @pytest.mark.parametrize("state", [State.QUEUED, State.PROCESSING, State.READY])
    async def test_what_has_not_is_left_alone(self, adas, state):
        """
        It is returned as it is.
        """
        document_id = (await adas.upload(TEXT)).document_id
        await document_set(document_id, state=state)

        document = await adas.retry(document_id)

        assert state == document.state
        assert 1 == (await document_row(document_id)).attempt


class TestReading:
    async def read(self, library, document, **values) -> pb.ReadDocumentPagesResponse:
        """Reads pages."""
        request = pb.ReadDocumentPagesRequest(
            document_id=document.document_id, **values
        )
        return await library.documents.ReadDocumentPages(request, **library.options)

    async def test_pages_come_in_their_order(self, adas):
        """
        From the one that is wanted, and it is said what follows.
        """
        document = await adas.upload(TEXT)
        for n in (3, 1, 2):
            await page_store(document, n, f"Text {n}", label=f"p{n}")
        await page_store(document, 4, "", failure=b"", from_image=True)

        first = await self.read(adas, document, page_size=2)
        rest = await self.read(adas, document, first_page=first.next_page)

        assert ["Text 1", "Text 2"] == [page.text for page in first.pages]
        assert 3 == first.next_page
        assert [(3, "p3", "Text 3", False), (4, "", "", True)] == [
            (page.number, page.label, page.text, page.from_image) for page in rest.pages
        ]
        assert 0 == rest.next_page

    async def test_an_answer_is_never_too_large(self, adas):
        """
        Long pages come one by one; each comes whole.
        """
        document = await adas.upload(TEXT)
        for n in (1, 2, 3):
            await page_store(document, n, "\N{BOOKS}" * 400_000)

        first = await self.read(adas, document)

        assert [400_000] == [len(page.text) for page in first.pages]
        assert 2 == first.next_page


class TestDownloading:
    async def test_the_original_comes_in_pieces(self, adas):
        """
        At most 256 KiB each, as an attachment of no type.
        """
        data = secrets.token_bytes(600_000)
        document = await adas.upload(data, file_name='Ü "1".pdf')
        request = pb.DownloadDocumentRequest(document_id=document.document_id)

        call = adas.documents.DownloadDocument(request, **adas.options)
        pieces = [body async for body in call]

        assert data == b"".join(body.data for body in pieces)
        assert all(len(body.data) <= 256 * 1024 for body in pieces)
        assert "application/octet-stream" == pieces[0].content_type
        metadata = dict(await call.initial_metadata())
        assert attachment('Ü "1".pdf') == metadata["content-disposition"]

    async def test_a_reader_may_go(self, adas):
        """
        The file is closed behind them.
        """
        document = await adas.upload(secrets.token_bytes(900_000))
        row = await document_row(document.document_id)
        request = pb.DownloadDocumentRequest(document_id=document.document_id)

        call = adas.documents.DownloadDocument(request, **adas.options)
        await call.read()
        call.cancel()

        while any(  # noqa: ASYNC110 - The condition is the system's.
            file.path.endswith(row.storage_name)
            for file in psutil.Process().open_files()
        ):
            await asyncio.sleep(0.01)

    async def test_an_owner_has_so_many_at_a_time(self, adas, bobs, application):
        """
        Each holds a piece of its file for as long as its reader takes.
        """
        application.downloads.most = 1
        data = secrets.token_bytes(8 * 1024 * 1024)
        document_id = (await adas.upload(data)).document_id
        request = pb.DownloadDocumentRequest(document_id=document_id)
        slow = adas.documents.DownloadDocument(request, **adas.options)
        await slow.read()

        error = await failure(adas.download(document_id))

        assert "QUOTA_EXCEEDED" == reason(error)
        assert TEXT == await bobs.download((await bobs.upload(TEXT)).document_id)
        while await slow.read() is not grpc.aio.EOF:
            pass
        assert data == await adas.download(document_id)

    async def test_an_original_that_is_lost_is_not_found(self, adas, application):
        """
        NOT_FOUND; the log says that it is missing.
        """
        document = await adas.upload(TEXT)
        row = await document_row(document.document_id)
        root = application.intake.spool.directory.parent / "originals"
        (root / row.storage_name).unlink()

        error = await failure(adas.download(document.document_id))

        assert "DOCUMENT_NOT_FOUND" == reason(error)

    @pytest.mark.parametrize(
        ("name", "plain", "encoded"),
        [
            ("kant.pdf", "kant.pdf", "kant.pdf"),
            ('"\\%.pdf', "___.pdf", "%22%5C%25.pdf"),
            ("\N{BOOKS}.pdf", "_.pdf", "%F0%9F%93%9A.pdf"),
            ("a\r\nb: c", "ab: c", "ab%3A%20c"),
            ("\n", "file", "file"),
        ],
    )
    def test_a_name_cannot_break_out_of_its_header(self, name, plain, encoded):
        """
        RFC 6266: a plain form for old clients, and the exact one.
        """
        header = attachment(name)

        assert f"attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}" == header


class TestOthers:
    async def test_documents_of_somebody_else_are_not_found(self, adas, bobs):
        """
        By no method; and nothing happens to them.
        """
        document = await adas.upload(TEXT)
        id_ = document.document_id
        stub, options = bobs.documents, bobs.options

        for call in (
            bobs.get(id_),
            bobs.delete(id_),
            bobs.retry(id_),
            bobs.cancel(id_),
            bobs.download(id_),
            bobs.watch(id_).read(),
            stub.UpdateDocument(
                pb.UpdateDocumentRequest(document_id=id_, title="Mine"), **options
            ),
            stub.ReadDocumentPages(
                pb.ReadDocumentPagesRequest(document_id=id_), **options
            ),
        ):
            assert "DOCUMENT_NOT_FOUND" == reason(await failure(call))
        assert document == await adas.get(id_)


def test_no_method_is_without_a_row():
    """
    A new RPC is refused until somebody has said who may call it; all want a user.
    """
    services = [
        descriptor_pool.Default().FindServiceByName(f"lamla.documents.v1.{name}")
        for name in ("CollectionService", "DocumentService", "UploadService")
    ]

    assert set() == missing_rows(POLICY, services)
    assert set() == stale_rows(POLICY, services)
    assert {USERS} == {rule.roles for rule in POLICY.values()}


async def _waiting(server) -> list[tuple[str, int]]:
    """What waits for the ingest worker."""
    with psycopg.connect(server.url("lamla_test")) as superuser:
        rows = superuser.execute(
            "SELECT args ->> 'document_id', (args ->> 'attempt')::int"
            " FROM procrastinate_jobs WHERE status = 'todo'"
        ).fetchall()
    return [(str(UUID(row[0])), row[1]) for row in rows]
