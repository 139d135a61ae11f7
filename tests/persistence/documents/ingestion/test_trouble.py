"""What others do wrong, and what is done wrong here."""

from __future__ import annotations

from functools import partial

import psycopg
from lamla.errors.v1.error_reason_pb2 import ErrorReason

from mesh.errors import ServiceError
from persistence import orm
from persistence.documents.ingestion.pipeline import Pipeline
from persistence.documents.ingestion.store import Store
from persistence.documents.models import IndexState, IndexVersion, Phase, State
from tests.llm_worker.eventually import eventually
from tests.persistence.documents.ingestion.texts import text
from tests.persistence.documents.ingestion.uploaded import count, reason, rows


def failure(reason: ErrorReason.ValueType) -> ServiceError:
    """What the embedding service says."""
    return ServiceError(reason, "No.")


class TestEmbeddings:
    async def test_a_model_that_is_away_is_waited_for(self, owner, worker, embeddings):
        """
        The document stays PROCESSING, with its pages read.
        """
        embeddings.failures = [
            failure(ErrorReason.ERROR_REASON_PROVIDER_UNAVAILABLE),
            failure(ErrorReason.ERROR_REASON_OVERLOADED),
            failure(ErrorReason.ERROR_REASON_DRAINING),
        ]
        document_id = await owner.upload("Kant.md", text(5))
        async with worker():
            row = await owner.ended(document_id)

        assert State.READY == row.state
        assert [] == embeddings.failures

    async def test_the_indexs_model_is_waited_for(self, owner, worker, embeddings):
        """
        All documents say what they wait for, and go on by themselves.
        """
        await _index_is_of(embeddings.model)
        embeddings.runs = {"another@1"}
        ids = [await owner.upload(f"{n}.md", text(5, f"{n}")) for n in range(3)]
        async with worker():
            for document_id in ids:
                await eventually(partial(_waits, owner, document_id))
            stood = [await owner.get(document_id) for document_id in ids]
            embeddings.runs = {embeddings.model}
            rows = [await owner.ended(document_id) for document_id in ids]

        assert [State.PROCESSING] * 3 == [row.state for row in stood]
        assert {UNKNOWN} == {reason(row.failure) for row in stood}
        assert [State.READY] * 3 == [row.state for row in rows]
        assert [None] * 3 == [row.failure for row in rows]

    async def test_a_model_that_comes_back_is_told_of_no_more(
        self, owner, worker, embeddings
    ):
        """
        Nor is a document kept from being cancelled while it waits.
        """
        await _index_is_of(embeddings.model)
        embeddings.runs = {"another@1"}
        stopped = await owner.upload("stopped.md", text(5))
        going = await owner.upload("going.md", text(400, "trifle"))
        async with worker():
            await eventually(partial(_waits, owner, stopped))
            await owner.cancel(stopped)
            await eventually(lambda: count("procrastinate_jobs") == 1)
            embeddings.seconds = 0.01
            embeddings.runs = {embeddings.model}
            await eventually(partial(_goes_on, owner, going))
            await owner.cancel(going)

        assert State.CANCELLED == (await owner.get(stopped)).state

    async def test_another_index_in_its_place_is_waited_for_no_more(
        self, owner, worker, embeddings
    ):
        """
        An operator who has no way back to the model builds another index.
        """
        await _index_is_of("gone@1")
        embeddings.runs = {embeddings.model}
        document_id = await owner.upload("Kant.md", text(40))

        def switch() -> None:
            # What `regenerate_embeddings` does, without a partition of its own.
            IndexVersion.objects.all().delete()
            IndexVersion.objects.create(
                id=1, model=embeddings.model, state=IndexState.ACTIVE
            )

        async with worker():
            await eventually(partial(_waits, owner, document_id))
            await orm.run(switch, using="service")
            row = await owner.ended(document_id)

        assert State.READY == row.state
        assert row.chunk_count == count("documents_chunkvector")

    async def test_a_small_document_does_not_wait_for_a_huge_one(
        self, owner, worker, embeddings
    ):
        """
        They take turns, batch by batch.
        """
        embeddings.seconds = 0.03
        huge = await owner.upload("huge.md", text(400))
        async with worker():
            await embeddings.asked.wait()
            small = await owner.upload("small.md", text(3, "trifle"))
            await owner.ended(small)
            row = await owner.get(huge)

        assert State.PROCESSING == row.state

    async def test_a_small_document_does_not_wait_until_a_huge_one_is_stored(
        self, owner, worker, server, monkeypatch
    ):
        """
        That takes minutes, while the graph of vectors grows.
        """
        monkeypatch.setattr("persistence.documents.ingestion.pipeline.SMALL_CHUNKS", 10)
        huge = await owner.upload("huge.md", text(30))
        with psycopg.connect(server.url("lamla_test")) as other:
            other.execute(
                "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))",
                [f"lamla:ingestion:{huge}"],
            )
            async with worker():
                await eventually(partial(_is_storing, owner, huge))
                small = await owner.ended(await owner.upload("small.md", text(3)))
                phase = await _is_storing(owner, huge)
                other.rollback()
                row = await owner.ended(huge)

        assert phase
        assert [State.READY] * 2 == [small.state, row.state]

    async def test_progress_is_shown(self, owner, worker, embeddings):
        """
        Pages and chunks, while they come.
        """
        embeddings.seconds = 0.004
        document_id = await owner.upload("Kant.md", text(150))
        seen = []

        async def is_embedding() -> bool:
            row = await owner.get(document_id)
            seen.append((row.phase, row.pages_read, row.chunks_embedded))
            return 0 < row.chunks_embedded < row.chunk_count

        async with worker():
            await eventually(is_embedding)

        assert sorted(seen) == seen

    async def test_what_is_read_is_known_to_be_all(self, owner, worker, embeddings):
        """
        Files that do not say how many pages they have were read to the end.
        """
        embeddings.is_open.clear()
        document_id = await owner.upload("Kant.md", text(150))

        async def is_embedding() -> bool:
            return (await owner.get(document_id)).phase == Phase.EMBEDDING

        async with worker():
            await eventually(is_embedding, seconds=20)
            row = await owner.get(document_id)
            await owner.cancel(document_id)
            embeddings.is_open.set()

        assert 0 < row.pages_read == row.page_count

    async def test_each_index_version_gets_vectors(self, owner, worker, embeddings):
        """
        The one that is searched, and the one that will be.
        """
        await orm.run(
            IndexVersion.objects.create,
            id=2,
            model="next@1",
            state=IndexState.BUILDING,
            using="service",
        )
        # The partition of the second version is `regenerate_embeddings`' to make.
        document_id = await owner.upload("Kant.md", text(2))
        embeddings.is_open.clear()
        async with worker():
            await embeddings.asked.wait()
            embeddings.is_open.set()
            await eventually(lambda: {row["index_id"] for row in _staged()} == {1, 2})
            await owner.cancel(document_id)


class TestFaults:
    async def test_whoever_looks_for_cancellations_survives_a_fault(
        self, owner, worker, embeddings, monkeypatch
    ):
        """
        A cancelled document is let go all the same.
        """
        faults = [LookupError("once"), LookupError("twice")]
        write = Store.progress_write

        async def fail(self, changed):
            if faults:
                raise faults.pop()
            await write(self, changed)

        monkeypatch.setattr(Store, "progress_write", fail)
        embeddings.is_open.clear()
        document_id = await owner.upload("Kant.md", text(40))
        async with worker():
            await eventually(lambda: not faults)
            await owner.cancel(document_id)
            await eventually(lambda: count("procrastinate_jobs") == 0)
            embeddings.is_open.set()

    async def test_a_fault_of_ours_is_tried_again_and_then_told(
        self, owner, worker, monkeypatch, capsys
    ):
        """
        The log names the document and the place, and nothing of the content.
        """
        monkeypatch.setattr("persistence.documents.ingestion.runner.PAUSE_SECONDS", 0)
        document_id = await owner.upload("secret.md", b"# Secret\n\nThe secret is 42.")

        async def fail(self, claim, progress):  # noqa: ARG001
            raise LookupError("The secret is 42.")

        monkeypatch.setattr(Pipeline, "run", fail)
        async with worker():
            row = await owner.ended(document_id)
        told = capsys.readouterr().out

        assert "ERROR_REASON_INTERNAL" == reason(row.failure)
        assert 3 == told.count("ingestion_fault")
        assert str(document_id) in told
        assert "The secret" not in told

    async def test_a_document_that_kills_its_workers_is_given_up(self, owner, worker):
        """
        And tried no more.
        """
        document_id = await owner.upload("poison.md", text(2))
        rows("UPDATE procrastinate_jobs SET priority = -31 RETURNING id")
        async with worker():
            row = await owner.ended(document_id)

        assert "ERROR_REASON_DOCUMENT_PARSER_CRASHED" == reason(row.failure)
        assert 0 == count("procrastinate_jobs")

    async def test_a_database_that_went_away_is_waited_for(
        self, owner, worker, embeddings, server
    ):
        """
        Documents go on from what was stored; nothing is stored twice.
        """
        embeddings.seconds = 0.004
        document_id = await owner.upload("Kant.md", text(120))
        async with worker():
            await eventually(lambda: count("documents_stagedvector") > 0)
            server.stop()
            server.run()
            row = await owner.ended(document_id)

        assert State.READY == row.state
        assert row.chunk_count == count("documents_documentchunk")


UNKNOWN = "ERROR_REASON_EMBEDDING_MODEL_UNKNOWN"


async def _index_is_of(model) -> None:
    await orm.run(
        IndexVersion.objects.filter(id=1).update, model=model, using="service"
    )


async def _waits(owner, document_id) -> bool:
    return (await owner.get(document_id)).failure is not None


async def _goes_on(owner, document_id) -> bool:
    row = await owner.get(document_id)
    return row.failure is None and 0 < row.chunks_embedded < row.chunk_count


async def _is_storing(owner, document_id) -> bool:
    return (await owner.get(document_id)).phase == Phase.STORING


def _staged():
    return rows("SELECT DISTINCT index_id FROM documents_stagedvector")
