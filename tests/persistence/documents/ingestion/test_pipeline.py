"""A document from its file to READY."""

from __future__ import annotations

from persistence.documents.models import State
from tests.persistence.documents.ingestion.embeddings import MODEL, vector
from tests.persistence.documents.ingestion.texts import text
from tests.persistence.documents.ingestion.uploaded import count, reason, rows

TEXT = text(29)


class TestReady:
    async def test_a_file_becomes_chunks_with_vectors(self, owner, worker, embeddings):
        """
        Each chunk is the text of its page from start to end, and has the vector of just
        that text with its headings.
        """
        document_id = await owner.upload("Kant.md", TEXT)
        async with worker():
            row = await owner.ended(document_id)
        found = rows(
            "SELECT c.*, p.text AS page_text, v.embedding::real[] AS embedding"
            " FROM documents_documentchunk c"
            " JOIN documents_documentpage p ON p.document_id = c.document_id"
            "  AND p.number = c.page"
            " JOIN documents_chunkvector v ON v.chunk_id = c.id AND v.index_id = 1"
            " ORDER BY c.ordinal"
        )

        assert State.READY == row.state
        assert "en" == row.language
        assert "text/markdown" == row.media_type
        assert len(found) == row.chunk_count == len(embeddings.texts) > 20
        assert list(range(len(found))) == [chunk["ordinal"] for chunk in found]
        for chunk in found:
            assert chunk["text"] == chunk["page_text"][chunk["start"] : chunk["end"]]
            above = " > ".join(["Kant.md", *chunk["headings"]])
            expected = vector(f"{above}\n{chunk['text']}")
            assert all(
                abs(a - b) < 0.001
                for a, b in zip(expected, chunk["embedding"], strict=True)
            )

    async def test_nothing_is_left_behind(self, owner, worker):
        """
        Neither jobs nor staged vectors; the index knows its model.
        """
        document_id = await owner.upload("Kant.md", TEXT)
        async with worker():
            await owner.ended(document_id)

        assert 0 == count("documents_stagedvector")
        assert 0 == count("procrastinate_jobs")
        assert 0 == count("procrastinate_workers")
        assert [{"model": MODEL}] == rows("SELECT model FROM documents_indexversion")

    async def test_without_vectors_words_are_enough(self, owner, worker, embeddings):
        """
        PGVECTOR_ENABLED=false: nothing is embedded.
        """
        document_id = await owner.upload("Kant.md", TEXT)
        async with worker(pgvector_enabled=False):
            row = await owner.ended(document_id)

        assert State.READY == row.state
        assert [] == embeddings.texts
        assert 0 == count("documents_chunkvector")
        assert 0 < count("documents_posting")


class TestFailed:
    async def test_a_file_that_is_no_document_fails_with_its_reason(
        self, owner, worker
    ):
        """
        And with nothing of it in the index.
        """
        document_id = await owner.upload("program", bytes(range(256)) * 50)
        async with worker():
            row = await owner.ended(document_id)

        assert State.FAILED == row.state
        assert "ERROR_REASON_DOCUMENT_TYPE_UNSUPPORTED" == reason(row.failure)
        assert 0 == count("documents_documentpage")

    async def test_one_bad_file_does_not_hold_up_the_others(self, owner, worker):
        """
        Not even when the parsers get their turns one after the other.
        """
        bad = await owner.upload("bad.pdf", b"%PDF-1.7\n" + bytes(1000))
        good = await owner.upload("good.md", TEXT)
        async with worker(ingest_readers=1):
            states = [(await owner.ended(each)).state for each in (bad, good)]

        assert [State.FAILED, State.READY] == states

    async def test_an_empty_file_fails(self, owner, worker):
        """
        There is nothing to find in it.
        """
        document_id = await owner.upload("empty.txt", b"")
        async with worker():
            row = await owner.ended(document_id)

        assert "ERROR_REASON_DOCUMENT_EMPTY" == reason(row.failure)
