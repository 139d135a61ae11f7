"""`manage.py process_documents`, beside a worker that runs."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from pathlib import Path

import pytest

from persistence.documents.models import State
from tests.llm_worker.eventually import eventually
from tests.persistence.conftest import ENVIRONMENT
from tests.persistence.documents.ingestion.texts import text
from tests.persistence.documents.ingestion.uploaded import count, rows

ROOT = Path(__file__).parents[4]


async def started(*arguments):
    """Starts the command, as an operator does."""
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "manage.py",
        "process_documents",
        *arguments,
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **ENVIRONMENT},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def run(*arguments):
    """Runs it to its end; returns its exit code and what it printed."""
    process = await started(*arguments)
    out, err = await process.communicate()
    return process.returncode, out.decode(), err.decode()


def doubles():
    """Chunks that are there twice, or with more than one vector of a version."""
    return rows(
        "SELECT document_id, page, start FROM documents_documentchunk"
        " GROUP BY document_id, page, start HAVING count(*) > 1"
    )


class TestProcessDocuments:
    @pytest.mark.parity("A26")
    async def test_killed_and_run_again_it_makes_no_duplicates(
        self, owner, worker, embeddings
    ):
        """
        What was begun goes on; what is done is not done again.
        """
        embeddings.seconds = 0.002
        ids = [await owner.upload(f"{n}.md", text(12, f"part {n}")) for n in range(3)]
        failed = await owner.upload("4.md", text(4, "part 4"), state=State.FAILED)
        async with worker():
            process = await started()
            await eventually(lambda: count("documents_stagedvector") > 0)
            process.send_signal(signal.SIGKILL)
            await process.wait()
            code, out, err = await run("--json")
            documents = [await owner.get(each) for each in (*ids, failed)]

        assert 0 == code, err
        assert [] == json.loads(out)["failed"]
        assert {State.READY} == {row.state for row in documents}
        assert [] == doubles()
        chunks = sum(row.chunk_count for row in documents)
        assert chunks == count("documents_documentchunk")
        assert chunks == count("documents_chunkvector")

    async def test_what_cannot_be_read_is_named(self, owner, worker):
        """
        With its reason, and an exit code that scripts see.
        """
        document_id = await owner.upload("empty.txt", b"")
        async with worker():
            await owner.ended(document_id)
            code, out, _ = await run("--failed")

        assert 1 == code
        assert "empty.txt: There is no text in it." in out

    async def test_what_documents_wait_for_is_said(self, owner, worker, embeddings):
        """
        Otherwise nobody knew why nothing moves.
        """
        embeddings.runs = set()
        await owner.upload("Kant.md", text(3))
        async with worker():
            process = await started()
            while b"Waits: No embedding model" not in await process.stderr.readline():
                assert process.returncode is None
            embeddings.runs = None
            await process.communicate()

        assert 0 == process.returncode

    async def test_without_a_worker_it_says_so(self, owner):
        """
        Queued the documents are all the same.
        """
        await owner.upload("Kant.md", text(1), state=State.FAILED)
        code, out, _ = await run("--no-wait", "--json")

        assert 0 == code
        assert {"queued": 1} == json.loads(out)
        assert 1 == count("procrastinate_jobs")

    async def test_an_unknown_document_is_refused(self, database):
        """
        Rather than nothing being done.
        """
        code, _, err = await run("--document", "01a1f850-0000-7000-8000-000000000000")

        assert 1 == code
        assert "no such document" in err

    async def test_an_unknown_owner_is_refused(self, database):
        """
        A slip in an address would look like work that is done.
        """
        code, _, err = await run("--owner", "who@example.org")

        assert 1 == code
        assert "There is no account who@example.org." in err

    async def test_without_documents_no_bars_are_shown(self, database):
        """
        The sentence says all.
        """
        assert (0, "0 documents are searchable.\n", "") == await run()
