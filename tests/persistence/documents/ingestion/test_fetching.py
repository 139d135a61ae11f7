"""Documents that are imported from the web."""

from __future__ import annotations

import asyncio

import pytest
from aiohttp import web
from django.conf import settings

from persistence import orm
from persistence.documents.ingestion.web.download import Web, unreachable
from persistence.documents.models import (
    Collection,
    CollectionDocument,
    Document,
    State,
)
from tests.llm_worker.eventually import eventually
from tests.persistence.documents.ingestion.texts import text
from tests.persistence.documents.ingestion.uploaded import count, reason

CONTENT = text(4)


@pytest.fixture
async def answers() -> asyncio.Event:
    """Set when slow addresses are to answer."""
    return asyncio.Event()


@pytest.fixture
async def site(monkeypatch, answers):
    """The address of a server on the loopback, which the worker may fetch here."""
    monkeypatch.setattr(
        "persistence.ingest._web",
        lambda config: Web(lambda _: True, config.max_file_bytes, ports=None),
    )

    async def handler(request):
        if request.path.startswith("/slow/"):
            await answers.wait()
            return web.Response(text=f"# {request.path}\n\nAt last.")
        if request.path == "/gone":
            raise web.HTTPNotFound
        return web.Response(body=CONTENT, content_type="text/markdown")

    application = web.Application()
    application.router.add_get("/{tail:.*}", handler)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    server = web.TCPSite(runner, "127.0.0.1", 0)
    await server.start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


class TestImport:
    async def test_a_page_becomes_a_document(self, owner, worker, site):
        """
        With its original, and the file's name for a title.
        """
        document_id = await owner.import_url(f"{site}/What%20is%20Enlightenment")
        async with worker():
            row = await owner.ended(document_id)
        original = settings.CONFIG.documents_dir / "originals" / row.storage_name

        assert State.READY == row.state
        assert "What is Enlightenment.md" == row.title == row.file_name
        assert len(CONTENT) == row.size_bytes
        assert original.read_bytes() == CONTENT

    async def test_what_is_being_fetched_lies_where_crashes_are_swept(
        self, owner, worker, monkeypatch
    ):
        """
        Beside the parts of uploads, and not there any more when it has failed.
        """
        uploads = settings.CONFIG.documents_dir / "uploads"
        names = []

        async def fail(address, file, web):  # noqa: ARG001
            names.extend(path.name for path in uploads.iterdir())
            raise unreachable(address)

        monkeypatch.setattr("persistence.documents.ingestion.fetching.download", fail)
        document_id = await owner.import_url("https://example.org/kant.txt")
        async with worker():
            await owner.ended(document_id)

        assert ["fetched-"] == [name[:8] for name in names]
        assert [] == list(uploads.iterdir())

    async def test_an_address_that_answers_with_an_error_fails(
        self, owner, worker, site
    ):
        """
        With what it said.
        """
        document_id = await owner.import_url(f"{site}/gone")
        async with worker():
            row = await owner.ended(document_id)

        assert "ERROR_REASON_URL_UNREACHABLE" == reason(row.failure)

    async def test_addresses_that_take_their_time_hold_up_no_files(
        self, owner, worker, site, answers
    ):
        """
        Whoever names many of them would stop everybody's ingestion; they go on later.
        """
        slow = [await owner.import_url(f"{site}/slow/{n}") for n in range(2)]
        async with worker(ingest_documents=2):
            uploaded = await owner.upload("Kant.md", CONTENT)
            async with asyncio.timeout(90):
                assert State.READY == (await owner.ended(uploaded)).state
            answers.set()
            ended = [(await owner.ended(each)).state for each in slow]

        assert [State.READY] * 2 == ended

    async def test_what_its_user_has_no_room_for_fails(self, owner, worker, site):
        """
        Nothing of it is kept.
        """
        document_id = await owner.import_url(f"{site}/Kant")
        async with worker(max_owner_bytes=len(CONTENT) - 1):
            row = await owner.ended(document_id)

        assert "ERROR_REASON_QUOTA_EXCEEDED" == reason(row.failure)
        directory = settings.CONFIG.documents_dir
        assert [] == [each for each in directory.rglob("*") if each.is_file()]

    async def test_a_private_address_fails(self, owner, worker):
        """
        Without a connection.
        """
        document_id = await owner.import_url("http://127.0.0.1/")
        async with worker():
            row = await owner.ended(document_id)

        assert "ERROR_REASON_URL_REFUSED" == reason(row.failure)

    async def test_a_file_that_its_user_has_is_not_stored_twice(
        self, owner, worker, site
    ):
        """
        The one that is there takes the place, in the collections too; if it had failed
        it is tried again.
        """
        known = await owner.upload("Kant.md", CONTENT, state=State.FAILED)
        imported = await owner.import_url(f"{site}/Kant")

        def collect() -> None:
            collection = Collection.objects.create(
                owner_id=owner.id, name="Essays", name_key="essays"
            )
            CollectionDocument.objects.create(
                collection=collection, document_id=imported, owner_id=owner.id
            )

        await orm.run(collect, owner=owner.id)

        async def is_merged() -> bool:
            return await owner.get(imported) is None

        async with worker():
            await eventually(is_merged)
            row = await owner.ended(known)
        members = await orm.run(
            lambda: list(CollectionDocument.objects.values_list("document_id")),
            owner=owner.id,
        )

        assert State.READY == row.state
        assert [(known,)] == members
        assert 1 == await orm.run(Document.objects.count, owner=owner.id)
        assert 0 == count("procrastinate_jobs")
