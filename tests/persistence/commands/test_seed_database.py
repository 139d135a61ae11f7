"""`manage.py seed_database`."""

from __future__ import annotations

import asyncio
import hashlib
import math
import sys
from pathlib import Path
from uuid import UUID

import pytest
from django.conf import settings
from django.core.management.base import CommandError

from persistence import orm
from persistence.chat.models import Conversation
from persistence.documents.models import Document, State
from persistence.documents.parsing.domain import Page, Source
from persistence.documents.parsing.media_types import MARKDOWN
from persistence.documents.parsing.readers.markdown import READER
from persistence.seed.catalogue import catalogue
from persistence.seed.manuals import manual
from persistence.seed.sizes import SIZES, Size
from tests.persistence.commands.called import called
from tests.persistence.conftest import empty
from tests.persistence.documents.ingestion.uploaded import count, rows
from tests.persistence.test_commands import PRODUCTION

SEEDED = ("documents_document", "documents_documentchunk", "chat_conversation")
HANGS_BELOW = (
    "chat_citation",
    "chat_message",
    "documents_chunkvector",
    "documents_documentpage",
    "documents_posting",
)


def originals() -> list[Path]:
    """The files in the storage."""
    directory = Path(settings.CONFIG.documents_dir) / "originals"
    return [path for path in directory.rglob("*") if path.is_file()]


def counts(*tables: str) -> list[int]:
    """How many rows each table has."""
    return [count(table) for table in tables]


def with_own(owner_id: UUID) -> None:
    """Stores a document and a conversation that a person would have."""

    def store() -> None:
        Document.objects.create(owner_id=owner_id, title="Notes", state=State.READY)
        Conversation.objects.create(owner_id=owner_id, title="Hello")

    asyncio.run(orm.run(store, owner=owner_id))


@pytest.fixture(scope="class")
def small(server):
    """A database with the small size, left as it is by who reads only."""
    yield called("seed_database", "--size", "small")
    empty(server)


class TestSmall:
    @pytest.mark.parity("A81")
    def test_it_is_as_large_as_it_says(self, small):
        """
        5 documents of 50 chunks each, and 20 conversations of 2 to 6 messages.
        """
        chunks = rows(
            "SELECT count(*) AS count FROM documents_documentchunk GROUP BY document_id"
        )
        messages = rows(
            "SELECT count(*) AS count FROM chat_message GROUP BY conversation_id"
        )

        assert (5, 250, 20) == (
            small["documents"],
            small["chunks"],
            small["conversations"],
        )
        assert [5, 250, 20] == counts(*SEEDED)
        assert [50] * 5 == [row["count"] for row in chunks]
        assert {2, 4, 6} == {row["count"] for row in messages}

    @pytest.mark.parity("A85")
    def test_vectors_have_the_length_one(self, small):
        """
        Of 384 components, each as it is stored: in half precision.
        """
        vectors = rows("SELECT embedding::real[] AS values FROM documents_chunkvector")
        lengths = [math.hypot(*row["values"]) for row in vectors]

        assert 250 == len({tuple(row["values"]) for row in vectors})
        assert {384} == {len(row["values"]) for row in vectors}
        assert [1.0] * 250 == pytest.approx(lengths, abs=1e-6)

    @pytest.mark.parity("A85")
    def test_citations_are_exact(self, small):
        """
        Each quote stands at its place in the page, in its chunk and in the answer, and
        each sentence of an answer has one.
        """
        cited = rows(
            "SELECT c.quote, c.source_start, c.source_end, chunk.start, chunk.end,"
            " substr(p.text, c.source_start::int + 1, length(c.quote)) AS in_page,"
            " substr(m.text, c.answer_start::int + 1, length(c.quote)) AS in_answer,"
            " c.answer_end - c.answer_start AS size"
            " FROM chat_citation c"
            " JOIN documents_documentchunk chunk ON chunk.id = c.chunk_id"
            " JOIN documents_documentpage p"
            " ON p.document_id = c.document_id AND p.number = c.page"
            " JOIN chat_message m ON m.generation_id = c.generation_id"
        )
        answers = rows(
            "SELECT m.text, g.claims, g.grounding FROM chat_message m"
            " JOIN chat_generation g ON g.id = m.generation_id"
        )

        assert small["citations"] == len(cited)
        for row in cited:
            assert row["quote"] == row["in_page"] == row["in_answer"]
            assert row["size"] == row["source_end"] - row["source_start"]
            assert row["start"] <= row["source_start"] < row["source_end"] <= row["end"]
        for row in answers:
            assert 1 == row["grounding"]["state"]
            assert {1} == {claim["support"] for claim in row["claims"]}
            assert len(row["text"]) == row["claims"][-1]["end"]

    def test_chunks_stand_where_they_say(self, small):
        """
        A chunk is its page's text from start to end; a page has several.
        """
        chunks = rows(
            'SELECT c.text, substr(p.text, c.start + 1, c."end" - c.start) AS in_page'
            " FROM documents_documentchunk c JOIN documents_documentpage p"
            " ON p.document_id = c.document_id AND p.number = c.page"
        )

        assert 250 == len(chunks)
        assert [row["text"] for row in chunks] == [row["in_page"] for row in chunks]
        assert count("documents_documentpage") < 80

    def test_the_original_is_read_as_what_is_stored(self, small):
        """
        So that it can be downloaded, and ingested again to the same pages.
        """
        for row in rows("SELECT * FROM documents_document"):
            path = Path(settings.CONFIG.documents_dir) / "originals"
            path /= row["storage_name"]
            data = path.read_bytes()
            pages = rows(
                "SELECT text FROM documents_documentpage WHERE document_id = %s"
                " ORDER BY number",
                row["id"],
            )
            events = READER.read(Source(path, row["file_name"], MARKDOWN))
            read = [event.text for event in events if isinstance(event, Page)]

            assert (len(data), MARKDOWN) == (row["size_bytes"], row["media_type"])
            assert hashlib.sha256(data).digest() == bytes(row["content_sha256"])
            assert read == [page["text"] for page in pages]

    def test_again_changes_no_document(self, small):
        """
        What is there already stays; conversations are made anew, not twice.
        """
        ids = "SELECT id FROM documents_document ORDER BY id"
        before = rows(ids), len(originals())

        called("seed_database", "--size", "small")

        assert before == (rows(ids), len(originals()))
        assert [5, 250, 20] == counts(*SEEDED)


class TestSizes:
    @pytest.mark.parity("A81")
    def test_they_are_those_of_the_plan(self):
        """
        Documents, chunks of each, conversations.
        """
        assert {
            "small": Size(5, 50, 20),
            "medium": Size(20, 100, 100),
            "large": Size(50, 200, 500),
        } == SIZES

    @pytest.mark.parametrize("size", SIZES.values())
    def test_a_manual_has_so_many_chunks(self, size):
        """
        Of whatever machine, and no two chunks are the same.
        """
        kinds = range(min(size.documents, len(catalogue().machines)))
        chunks = [manual(number, size.chunks).chunks for number in kinds]
        texts = [chunk.text for each in chunks for chunk in each]

        assert [size.chunks] * len(chunks) == [len(each) for each in chunks]
        assert len(texts) == len(set(texts))

    def test_manuals_are_told_apart(self):
        """
        By title and by file name.
        """
        manuals = [manual(number, 1) for number in range(50)]

        assert 50 == len({one.title for one in manuals})
        assert 50 == len({one.file_name for one in manuals})


class TestClear:
    @pytest.mark.parity("A81")
    def test_it_removes_only_what_was_seeded(self, database, manage):
        """
        What somebody else, or the same account, has stored stays.
        """
        manage("seed_database")
        (account,) = rows("SELECT id FROM identity_user")
        files = len(originals())
        with_own(account["id"])

        outcome = called("seed_database", "--clear")

        assert {"conversations_removed": 20, "documents_removed": 5} == outcome
        assert [1, 0, 1] == counts(*SEEDED)
        assert [0] * len(HANGS_BELOW) == counts(*HANGS_BELOW)
        assert files - 5 == len(originals())

    def test_with_a_size_it_seeds_afterwards(self, database):
        """
        Both are said.
        """
        called("seed_database", "--documents-only")

        outcome = called("seed_database", "--clear", "--size", "small")

        assert (5, 5) == (outcome["documents_removed"], outcome["documents"])
        assert [5, 250, 20] == counts(*SEEDED)


class TestParts:
    def test_documents_only(self, database):
        """
        No conversation is made.
        """
        called("seed_database", "--documents-only")

        assert [5, 250, 0] == counts(*SEEDED)

    def test_conversations_only_cite_nothing_where_there_is_nothing(self, database):
        """
        Answers without documents name none.
        """
        outcome = called("seed_database", "--conversations-only")

        assert 0 == outcome["citations"]
        assert [0, 0, 20] == counts(*SEEDED)


class TestRefusals:
    @pytest.mark.parity("A86")
    def test_production_is_never_seeded(self, database, run):
        """
        Nor cleared; before anything is touched.
        """
        options = ("--clear", "--size", "small")
        result = run(
            sys.executable, "manage.py", "seed_database", *options, **PRODUCTION
        )

        assert 1 == result.returncode
        assert "Cannot seed database in production environment" in result.stderr
        assert [0, 0, 0, 0] == counts("identity_user", *SEEDED)

    def test_an_owner_who_is_not_there(self, database):
        """
        Only the account that is nobody's is made.
        """
        with pytest.raises(CommandError, match=r"no account who@example\.org"):
            called("seed_database", "--owner", "who@example.org")
