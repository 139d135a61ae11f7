"""What stops an ingestion: its user, and the end of the process."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from functools import partial

import pytest
from django.utils import timezone

from mesh.ids import uuid7
from persistence import orm
from persistence.documents.models import Document, State
from tests.llm_worker.eventually import eventually
from tests.persistence.documents.ingestion.texts import text
from tests.persistence.documents.ingestion.uploaded import count, rows
from tests.persistence.documents.services import document_set

LONG = text(120)


async def embedding_begins(embeddings):
    """Lets the first batch be asked for, and no more."""
    embeddings.is_open.clear()
    embeddings.asked.clear()
    return embeddings.asked


class TestCancel:
    async def test_a_cancelled_document_is_let_go(self, owner, worker, embeddings):
        """
        Soon, although the model does not answer; its chunks are never found.
        """
        begun = await embedding_begins(embeddings)
        document_id = await owner.upload("Kant.md", LONG)
        async with worker():
            await begun.wait()
            await owner.cancel(document_id)
            await eventually(lambda: count("procrastinate_jobs") == 0)
            embeddings.is_open.set()
            row = await owner.get(document_id)

        assert State.CANCELLED == row.state
        assert 0 == count("documents_documentchunk")

    async def test_a_retry_begins_again(self, owner, worker, embeddings):
        """
        Even if it comes before the worker has heard of the cancellation.
        """
        begun = await embedding_begins(embeddings)
        document_id = await owner.upload("Kant.md", LONG)
        async with worker():
            await begun.wait()
            await owner.cancel(document_id)
            await owner.retry(document_id)
            embeddings.is_open.set()
            row = await owner.ended(document_id)

        assert (State.READY, 3) == (row.state, row.attempt)
        assert row.chunk_count == count("documents_documentchunk")

    async def test_what_was_embedded_is_kept_for_a_day(
        self, owner, worker, embeddings, monkeypatch
    ):
        """
        A retry goes on with it; of what nobody comes back to nothing is left.
        """
        monkeypatch.setattr("persistence.documents.ingestion.worker.LOST_SECONDS", 0)
        embeddings.seconds = 0.02  # So that none is ready before it is cancelled.
        ids = [await owner.upload(f"{n}.md", text(400, f"{n}")) for n in range(2)]
        async with worker():
            for document_id in ids:
                await eventually(partial(_is_staged, document_id))
                await owner.cancel(document_id)
            await _yesterday(ids[0])
            await eventually(lambda: not _is_staged(ids[0]))

        assert _is_staged(ids[1])

    async def test_a_deleted_document_leaves_nothing(self, owner, worker, embeddings):
        """
        Neither rows nor a job that fails again and again.
        """
        begun = await embedding_begins(embeddings)
        document_id = await owner.upload("Kant.md", LONG)
        async with worker():
            await begun.wait()
            await orm.run(
                lambda: Document.objects.filter(id=document_id).delete(), owner=owner.id
            )
            embeddings.is_open.set()
            await eventually(lambda: count("procrastinate_jobs") == 0)

        assert 0 == count("documents_documentpage")


class TestEnd:
    async def test_a_stopped_worker_gives_its_documents_back(
        self, owner, worker, embeddings
    ):
        """
        The next one goes on where it was: no chunk is embedded twice.
        """
        embeddings.seconds = 0.004
        document_id = await owner.upload("Kant.md", LONG)
        async with worker():
            await eventually(lambda: count("documents_stagedvector") > 0)
        (job,) = rows("SELECT status::text FROM procrastinate_jobs")
        staged = count("documents_stagedvector")
        row = await owner.get(document_id)

        assert "todo" == job["status"]
        assert State.PROCESSING == row.state
        asked_before = len(embeddings.texts)
        async with worker():
            row = await owner.ended(document_id)

        assert State.READY == row.state
        assert row.chunk_count == count("documents_documentchunk")
        assert row.chunk_count - staged == len(embeddings.texts) - asked_before
        repeated = [n for n in Counter(embeddings.texts).values() if n > 1]
        # What was on its way when it was stopped, at most.
        assert len(repeated) <= 64

    @pytest.mark.parity("A73")
    async def test_the_documents_of_a_dead_worker_are_done_once(self, owner, worker):
        """
        Its job says that it is being done, by a worker that was not heard of for long.
        """
        document_id = await owner.upload("Kant.md", text(5))
        await orm.run(_die_with_all, using="service")
        async with worker():
            row = await owner.ended(document_id)

        assert State.READY == row.state
        assert row.chunk_count == count("documents_documentchunk")

    async def test_documents_that_are_in_no_queue_get_into_it(
        self, owner, worker, monkeypatch
    ):
        """
        Whatever has become of their job.
        """
        monkeypatch.setattr("persistence.documents.ingestion.worker.LOST_SECONDS", 0)
        document_id = uuid7()

        def store() -> None:
            Document.objects.create(
                id=document_id, owner_id=owner.id, title="gone", storage_name="gone"
            )

        await orm.run(store, owner=owner.id)
        async with worker():
            row = await owner.ended(document_id)

        assert State.FAILED == row.state


def _is_staged(document_id) -> bool:
    found = rows(
        "SELECT FROM documents_stagedvector WHERE document_id = %s LIMIT 1", document_id
    )
    return bool(found)


async def _yesterday(document_id) -> None:
    await document_set(
        str(document_id), update_time=timezone.now() - timedelta(hours=25)
    )


def _die_with_all() -> None:
    from django.db import connection  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat)"
            " VALUES (now() - interval '1 minute') RETURNING id"
        )
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s",
            cursor.fetchone(),
        )
