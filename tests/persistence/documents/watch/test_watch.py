"""People see how the ingestion of their documents goes on, as it goes on."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

import pytest
from grpc.aio import EOF
from lamla.documents.v1 import document_pb2
from lamla.documents.v1 import document_service_pb2 as pb
from lamla.errors.v1.error_reason_pb2 import ErrorReason as Reason

from mesh.errors import ServiceError, status_of
from mesh.ids import uuid7
from persistence import orm
from persistence.documents.convert import event_to_proto
from persistence.documents.models import Phase, State
from persistence.documents.quotas import Streams
from persistence.documents.selectors import documents_get
from persistence.documents.watch.changes import Changes
from persistence.documents.watch.follow import FollowIngestion
from tests.mesh.failures import failure, reason, stream_failure, typed
from tests.persistence.documents.services import TEXT, document_set

QUEUED = document_pb2.DOCUMENT_STATE_QUEUED
PROCESSING = document_pb2.DOCUMENT_STATE_PROCESSING
READY = document_pb2.DOCUMENT_STATE_READY


@pytest.fixture(autouse=True)
async def listening(application) -> AsyncIterator[asyncio.Task[None]]:
    """The process listens, as it does while it serves."""
    heard = asyncio.Event()
    changes = application.listener._changes  # noqa: SLF001 - To know that it has begun.
    told = changes.put_all

    def tell() -> None:
        told()
        heard.set()

    changes.put_all = tell
    task = asyncio.create_task(application.listener.run())
    await heard.wait()
    changes.put_all = told
    yield task
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def next_document(call) -> document_pb2.Document:
    """The next change; heartbeats are passed over."""
    while True:
        event = await call.read()
        if event is EOF or event.HasField("document"):
            return event.document


async def rest(call) -> list[pb.WatchIngestionResponse]:
    """What still comes until the stream ends; without heartbeats."""
    events = []
    while (event := await call.read()) is not EOF:
        if not event.HasField("heartbeat"):
            events.append(event)
    return events


class TestNamed:
    async def test_it_begins_with_how_things_stand(self, adas):
        """
        Then says each change, and ends when all have ended.
        """
        document_id = (await adas.upload(TEXT)).document_id
        call = adas.watch(document_id)
        first = await next_document(call)
        await document_set(document_id, state=State.PROCESSING, phase=Phase.READING)
        second = await next_document(call)
        await document_set(document_id, state=State.READY, page_count=3)
        third = await next_document(call)

        assert [QUEUED, PROCESSING, READY] == [
            each.state for each in (first, second, third)
        ]
        assert document_pb2.INGESTION_PHASE_READING == second.progress.phase
        assert 3 == third.page_count
        assert EOF is await call.read()

    async def test_what_has_ended_is_said_once(self, adas):
        """
        And the stream is over.
        """
        document_id = (await adas.upload(TEXT)).document_id
        await document_set(document_id, state=State.FAILED)

        events = [event async for event in adas.watch(document_id)]

        assert [document_id] == [event.document.document_id for event in events]

    async def test_it_ends_with_the_last_of_them(self, adas):
        """
        A deleted one has ended, too.
        """
        ids = [(await adas.upload(b"%d" % n)).document_id for n in range(2)]
        call = adas.watch(*ids)
        assert ids == [(await next_document(call)).document_id for _ in ids]
        await document_set(ids[0], state=State.READY)
        await next_document(call)
        await adas.delete(ids[1])

        events = await rest(call)

        assert [ids[1]] == [event.removed_document_id for event in events]

    async def test_what_a_document_waits_for_is_news(self, adas):
        """
        Though it is as far as before.
        """
        document_id = (await adas.upload(TEXT)).document_id
        await document_set(document_id, state=State.PROCESSING, phase=Phase.EMBEDDING)
        call = adas.watch(document_id)
        assert not (await next_document(call)).HasField("failure")

        waits_for = status_of(ServiceError(Reason.ERROR_REASON_OVERLOADED, "Busy."))
        await document_set(document_id, failure=waits_for.SerializeToString())

        assert "Busy." == (await next_document(call)).failure.message

    async def test_where_a_document_is_put_is_news(self, adas):
        """
        Into a collection, and out of it again.
        """
        document_id = (await adas.upload(TEXT)).document_id
        collection_id = (await adas.collect("Essays")).collection_id
        call = adas.watch(document_id)
        await next_document(call)

        await adas.change(collection_id, add=[document_id])
        put = await next_document(call)
        await adas.change(collection_id, take=[document_id])
        taken = await next_document(call)

        assert [[collection_id], []] == [put.collection_ids, taken.collection_ids]

    async def test_quick_changes_are_read_together(self, adas, monkeypatch):
        """
        At most four in a second are sent, and the last one always.
        """
        reads = []

        def counting(**values):
            reads.append(values["ids"])
            return documents_get(**values)

        monkeypatch.setattr(
            "persistence.documents.watch.follow.documents_get", counting
        )
        document_id = (await adas.upload(TEXT)).document_id
        began = time.monotonic()
        call = adas.watch(document_id)
        await next_document(call)
        for n in range(1, 40):
            await document_set(document_id, state=State.PROCESSING, pages_read=n)
        await document_set(document_id, state=State.READY)

        states = [event.document.state for event in await rest(call)]

        assert READY == states[-1]
        assert len(reads) <= 4 * (time.monotonic() - began) + 2

    async def test_one_of_somebody_else_is_not_found(self, adas, bobs):
        """
        Not even beside one's own.
        """
        mine = (await adas.upload(TEXT)).document_id
        theirs = (await bobs.upload(TEXT)).document_id

        error = await stream_failure(adas.watch(mine, theirs))

        assert "DOCUMENT_NOT_FOUND" == reason(error)


class TestUnfinished:
    async def test_whatever_begins_later_appears(self, adas):
        """
        Without names all that is not ready is followed, and what comes after.
        """
        ready = (await adas.upload(b"old")).document_id
        await document_set(ready, state=State.READY)
        first = (await adas.upload(b"1")).document_id
        call = adas.watch()
        assert first == (await next_document(call)).document_id

        second = (await adas.upload(b"2")).document_id
        assert second == (await next_document(call)).document_id
        await document_set(first, state=State.READY)

        found = await next_document(call)
        assert (first, READY) == (found.document_id, found.state)
        call.cancel()

    async def test_nobody_hears_of_anothers(self, adas, bobs):
        """
        Neither that there is one, nor how it is.
        """
        call = adas.watch()
        reading = asyncio.create_task(next_document(call))
        theirs = (await bobs.upload(TEXT)).document_id
        await document_set(theirs, state=State.PROCESSING)

        mine = (await adas.upload(TEXT)).document_id

        assert mine == (await reading).document_id
        call.cancel()

    async def test_a_silent_stream_shows_that_it_lives(self, application, ada):
        """
        With a heartbeat, every ten seconds.
        """
        follow = FollowIngestion(Changes(), beat_seconds=0.01)

        events = follow(ada.id, ())
        beat = await anext(events)
        await events.aclose()

        assert event_to_proto(beat).heartbeat.server_time.seconds > 0

    async def test_a_process_that_goes_away_says_so(self, adas, application):
        """
        DRAINING, to be asked again elsewhere.
        """
        call = adas.watch()
        reading = asyncio.create_task(call.read())
        await asyncio.sleep(0.05)
        await application.drain()

        assert "DRAINING" == reason(await failure(reading))
        assert "DRAINING" == reason(await failure(adas.watch().read()))


class TestTrouble:
    async def test_it_survives_a_database_that_restarts(self, adas, server):
        """
        The stream stays; what happened meanwhile is said when it is back.
        """
        document_id = (await adas.upload(TEXT)).document_id
        call = adas.watch(document_id)
        await next_document(call)
        server.stop()
        server.run()
        while True:
            try:
                await document_set(document_id, state=State.READY)
            except Exception:  # noqa: BLE001 - Not yet.
                await asyncio.sleep(0.1)
            else:
                break

        document = await next_document(call)

        assert READY == document.state

    async def test_what_is_no_news_is_passed_over(self, adas, listening):
        """
        Anybody with a login may notify.
        """

        def notify() -> None:
            with orm.connection.cursor() as cursor:
                cursor.execute("NOTIFY lamla_documents, 'gibberish'")

        document_id = (await adas.upload(TEXT)).document_id
        call = adas.watch(document_id)
        await next_document(call)
        await orm.run(notify, owner=adas.person.id)
        await document_set(document_id, state=State.READY)

        assert READY == (await next_document(call)).state
        assert not listening.done()

    async def test_an_owner_has_so_many_at_a_time(self, adas, bobs, application):
        """
        Each takes room from everybody's calls for up to an hour; one that ends makes
        room.
        """
        application.follow.streams = Streams("watch_streams", 1)
        document_id = (await adas.upload(TEXT)).document_id
        first = adas.watch(document_id)
        await next_document(first)

        error = await failure(adas.watch(document_id).read())

        assert "QUOTA_EXCEEDED" == reason(error)
        assert {"quota": "watch_streams", "limit": "1"} == typed(error).metadata
        other = await bobs.upload(TEXT)
        assert QUEUED == (await next_document(bobs.watch(other.document_id))).state
        await document_set(document_id, state=State.READY)
        await rest(first)
        assert READY == (await next_document(adas.watch(document_id))).state

    async def test_a_slow_reader_costs_little(self):
        """
        Ids are kept, and so many; beyond that everything is looked at again.
        """
        changes, owner_id = Changes(), uuid7()
        with changes.followed(owner_id) as mailbox:
            for _ in range(1_500):
                changes.put(owner_id, uuid7())
            news = await mailbox.news(seconds=1)

        assert 1_000 == len(news.ids)
        assert news.is_all
        changes.put(owner_id, uuid7())  # Nobody is left to hear of it.
