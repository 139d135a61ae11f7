"""Documents become searchable whatever dies meanwhile, each of them once."""

from __future__ import annotations

import asyncio
import os
import signal
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import grpc
import psycopg
import pytest
from lamla.documents.v1 import (
    document_pb2,
    document_service_pb2,
    document_service_pb2_grpc,
    upload_service_pb2,
    upload_service_pb2_grpc,
)

from deploy.embedded.testing import Stack
from tests.system.conftest import bearer, channel, guest, wait_until_it_answers
from tests.system.library import service_login

READY = document_pb2.DOCUMENT_STATE_READY
CANCELLED = document_pb2.DOCUMENT_STATE_CANCELLED
ENDED = {READY, CANCELLED, document_pb2.DOCUMENT_STATE_FAILED}
SECONDS = 120
# Embedded at once: after each batch it is seen how far a document is.
BATCH = 32


@pytest.fixture(scope="module")
def stack(mesh: Stack) -> Iterator[Stack]:
    """A mesh to break: whoever is next finds it whole."""
    yield mesh
    wait_until_it_answers(mesh)


@dataclass
class Library:
    """The documents of one guest."""

    documents: document_service_pb2_grpc.DocumentServiceAsyncStub
    uploads: upload_service_pb2_grpc.UploadServiceAsyncStub
    metadata: tuple[tuple[str, str], ...]
    # Of the eight streams that a user may have, as some end a little later than they
    # are answered.
    places: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(4))

    async def upload(self, name: str, content: bytes) -> str:
        """Brings a file in; returns its document's id."""
        header = upload_service_pb2.UploadDocumentHeader(
            request_id=str(uuid.uuid4()),
            file=upload_service_pb2.NewFile(file_name=name),
        )
        pieces = [
            upload_service_pb2.UploadDocumentRequest(header=header),
            upload_service_pb2.UploadDocumentRequest(data=content),
        ]
        async with self.places:
            answer = await self.uploads.UploadDocument(
                iter(pieces), metadata=self.metadata, timeout=SECONDS
            )
        return answer.document.document_id

    async def get(self, document_id: str) -> document_pb2.Document:
        """Returns how a document is, when the mesh can say."""
        request = document_service_pb2.GetDocumentRequest(document_id=document_id)
        while True:
            try:
                answer = await self.documents.GetDocument(
                    request, metadata=self.metadata, timeout=5
                )
            except grpc.aio.AioRpcError:
                await asyncio.sleep(0.1)
            else:
                return answer.document

    async def embedded(self, document_id: str, chunks: int) -> document_pb2.Document:
        """Waits until so many chunks are embedded, or it has ended."""
        while True:
            document = await self.get(document_id)
            if document.state in ENDED or document.progress.chunks_embedded >= chunks:
                return document
            await asyncio.sleep(0.05)

    async def ended(self, document_id: str) -> document_pb2.Document:
        """Waits until a document has ended."""
        async with asyncio.timeout(SECONDS):
            return await self.embedded(document_id, 1_000_000)


@asynccontextmanager
async def library(stack: Stack) -> AsyncIterator[Library]:
    """A new guest."""
    async with channel(stack) as edge:
        yield Library(
            document_service_pb2_grpc.DocumentServiceStub(edge),
            upload_service_pb2_grpc.UploadServiceStub(edge),
            bearer(guest(stack)),
        )


def text(chapters: int, subject: str) -> bytes:
    """Markdown with two chunks for each chapter."""
    return "\n\n".join(
        f"# Of {subject} {n}\n\n" + f"What {subject} {n} says is said once. " * 30
        for n in range(chapters)
    ).encode()


def stored(stack: Stack, document_id: str) -> tuple[int, int, int, int]:
    """Counts chunks, their places, their vectors, and what was left behind."""
    with psycopg.connect(**service_login(stack)) as connection:
        row = connection.execute(
            "SELECT count(*), count(DISTINCT (c.page, c.start)),"
            " (SELECT count(*) FROM documents_chunkvector WHERE document_id = %(id)s),"
            " (SELECT count(*) FROM documents_stagedvector WHERE document_id = %(id)s)"
            " + (SELECT count(*) FROM procrastinate_jobs"
            " WHERE args->>'document_id' = %(id)s::text)"
            " FROM documents_documentchunk c WHERE c.document_id = %(id)s",
            {"id": document_id},
        ).fetchone()
    assert row is not None
    return row


@pytest.mark.parity("A73")
async def test_kills_of_everything_cost_nothing(stack):
    """
    The ingest worker, llm_worker, persistence and PostgreSQL die one after the other
    in mid-ingestion: it completes, and each chunk is there once.
    """
    async with library(stack) as mine:
        document_id = await mine.upload("Kant.md", text(120, "reason"))
        kills = ("ingest", "llm_worker", "postgres", "persistence")
        for number, name in enumerate(kills, start=1):
            document = await mine.embedded(document_id, BATCH * number)
            assert READY != document.state
            os.kill(stack.pid(name), signal.SIGKILL)
            await asyncio.sleep(0.5)
        document = await mine.ended(document_id)
        for _ in range(300):
            chunks, places, vectors, left = stored(stack, document_id)
            if not left:
                break
            await asyncio.sleep(0.1)

    assert READY == document.state
    assert document.chunk_count == chunks == places == vectors
    assert 0 == left


async def test_twenty_files_at_once_progress_together(stack):
    """
    Small ones do not wait for the large one; a damaged one is in nobody's way; one is
    cancelled.
    """
    async with library(stack) as mine:
        large = await mine.upload("large.md", text(600, "length"))
        bad = await mine.upload("bad.pdf", b"%PDF-1.7\n" + bytes(100))
        small = await asyncio.gather(
            *(mine.upload(f"{n}.md", text(1, f"matter {n}")) for n in range(18))
        )
        documents = await asyncio.gather(*map(mine.ended, small))
        slow = await mine.get(large)
        await mine.documents.CancelIngestion(
            document_service_pb2.CancelIngestionRequest(document_id=large),
            metadata=mine.metadata,
        )
        cancelled = await mine.get(large)
        damaged = await mine.ended(bad)

    assert {READY} == {document.state for document in documents}
    assert document_pb2.DOCUMENT_STATE_PROCESSING == slow.state
    assert CANCELLED == cancelled.state
    assert document_pb2.DOCUMENT_STATE_FAILED == damaged.state
    assert damaged.failure.message
    assert 0 == stored(stack, large)[0]


def test_the_log_names_no_content(stack):
    """
    Neither text nor titles of what was ingested.
    """
    log = Path(stack.home / "logs" / "ingest.log").read_text()

    assert "ingestion_ended" in log
    assert "is said once" not in log
    assert "Kant" not in log
