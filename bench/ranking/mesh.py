"""Asks a running mesh: documents in through the public API, questions through search.

Native gRPC through Envoy, as a guest.
"""

from __future__ import annotations

import asyncio
import re
import time
import uuid
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import grpc
from lamla.documents.v1 import (
    document_pb2,
    document_service_pb2,
    document_service_pb2_grpc,
    search_service_pb2,
    search_service_pb2_grpc,
    upload_service_pb2,
    upload_service_pb2_grpc,
)
from lamla.identity.v1 import identity_service_pb2, identity_service_pb2_grpc

from bench.ranking.questions import Passage, Question

AT_ONCE = 8
MOST_CHUNKS = 100
POLL_SECONDS = 1.0
CALL_SECONDS = 60.0
# An access token lives for a quarter of an hour.
TOKEN_SECONDS = 600.0
_READY = (document_pb2.DOCUMENT_STATE_READY,)
_ENDED_BADLY = (
    document_pb2.DOCUMENT_STATE_FAILED,
    document_pb2.DOCUMENT_STATE_CANCELLED,
)
_WORDS = re.compile(r"\w")

Progress = Callable[[int, int], None]
Rankings = dict[str, list[str]]


class IngestionError(Exception):
    """Documents of the set could not be made searchable."""


@dataclass
class Answers:
    """The order of passages by question: fused, and as each leg has them."""

    fused: Rankings = field(default_factory=dict)
    keyword: Rankings = field(default_factory=dict)
    vector: Rankings = field(default_factory=dict)
    milliseconds: list[float] = field(default_factory=list)


@asynccontextmanager
async def connected(address: str) -> AsyncIterator[Mesh]:
    """Connects to a mesh as a new guest.

    Args:
        address: Host and port of the edge, without TLS.
    """
    async with grpc.aio.insecure_channel(address) as channel:
        yield Mesh(channel)


class Mesh:
    """A guest with documents."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        """Takes the channel to the edge."""
        self._identity = identity_service_pb2_grpc.IdentityServiceStub(channel)
        self._documents = document_service_pb2_grpc.DocumentServiceStub(channel)
        self._uploads = upload_service_pb2_grpc.UploadServiceStub(channel)
        self._search = search_service_pb2_grpc.SearchServiceStub(channel)
        self._tokens: identity_service_pb2.TokenResponse | None = None
        self._token_time = 0.0
        self._refreshing = asyncio.Lock()
        self._passages: dict[str, list[Passage]] = defaultdict(list)

    async def ingest(
        self, passages: Sequence[Passage], *, group: int, progress: Progress
    ) -> None:
        """Uploads passages and waits until all can be found.

        Args:
            passages: Where several have the same text, all are what is found with it.
            group: How many passages make up one document.
            progress: Is told how many of how many documents are ready.

        Raises:
            IngestionError: a document failed.
        """
        grouped = list(_groups(passages, group))
        limit = asyncio.Semaphore(AT_ONCE)
        async with asyncio.TaskGroup() as tasks:
            for number, each in enumerate(grouped):
                tasks.create_task(self._upload(number, each, limit))
        await self._wait(len(self._passages), progress)

    async def ask(self, questions: Sequence[Question], progress: Progress) -> Answers:
        """Asks all questions, several at a time."""
        answers = Answers()
        limit = asyncio.Semaphore(AT_ONCE)
        async with asyncio.TaskGroup() as tasks:
            for question in questions:
                tasks.create_task(
                    self._ask(question, answers, limit, len(questions), progress)
                )
        return answers

    async def _upload(
        self, number: int, passages: Sequence[Passage], limit: asyncio.Semaphore
    ) -> None:
        header = upload_service_pb2.UploadDocumentHeader(
            request_id=str(uuid.uuid4()),
            file=upload_service_pb2.NewFile(
                file_name=f"{number}.md" if len(passages) > 1 else f"{number}.txt",
                title=passages[0].title if len(passages) == 1 else "",
            ),
        )
        pieces = [
            upload_service_pb2.UploadDocumentRequest(header=header),
            upload_service_pb2.UploadDocumentRequest(data=_file(passages)),
        ]
        async with limit:
            call = self._uploads.UploadDocument(
                iter(pieces), metadata=await self._metadata(), timeout=CALL_SECONDS
            )
            uploaded = await call
        self._passages[uploaded.document.document_id] += passages

    async def _wait(self, count: int, progress: Progress) -> None:
        ready = 0
        while ready < count:
            await asyncio.sleep(POLL_SECONDS)
            ready = await self._count(_READY)
            progress(ready, count)
            failed = await self._count(_ENDED_BADLY)
            if failed:
                message = f"{failed} of {count} documents could not be ingested."
                raise IngestionError(message)

    async def _count(
        self, states: Sequence[document_pb2.DocumentState.ValueType]
    ) -> int:
        response = await self._documents.ListDocuments(
            document_service_pb2.ListDocumentsRequest(page_size=1, states=states),
            metadata=await self._metadata(),
            timeout=CALL_SECONDS,
        )
        return int(response.total_size)

    async def _ask(
        self,
        question: Question,
        answers: Answers,
        limit: asyncio.Semaphore,
        count: int,
        progress: Progress,
    ) -> None:
        request = search_service_pb2.SearchChunksRequest(
            query=question.text, limit=MOST_CHUNKS
        )
        async with limit:
            metadata = await self._metadata()
            begun = time.perf_counter()
            found = await self._search.SearchChunks(
                request, metadata=metadata, timeout=CALL_SECONDS
            )
            answers.milliseconds.append((time.perf_counter() - begun) * 1000)
        chunks = list(found.chunks)
        answers.fused[question.id] = self._ids(chunks)
        answers.keyword[question.id] = self._ids(
            sorted(
                (chunk for chunk in chunks if chunk.HasField("keyword")),
                key=lambda chunk: chunk.keyword.rank,
            )
        )
        answers.vector[question.id] = self._ids(
            sorted(
                (chunk for chunk in chunks if chunk.HasField("vector")),
                key=lambda chunk: chunk.vector.rank,
            )
        )
        progress(len(answers.fused), count)

    def _ids(self, chunks: Sequence[search_service_pb2.ScoredChunk]) -> list[str]:
        found: dict[str, None] = {}
        for chunk in chunks:
            for passage in _meant(chunk.text, self._passages[chunk.document_id]):
                found[passage.id] = None
        return list(found)

    async def _metadata(self) -> tuple[tuple[str, str], ...]:
        async with self._refreshing:
            if time.monotonic() - self._token_time > TOKEN_SECONDS or not self._tokens:
                self._tokens = await self._new_tokens()
                self._token_time = time.monotonic()
        return (("authorization", f"Bearer {self._tokens.access_token}"),)

    async def _new_tokens(self) -> identity_service_pb2.TokenResponse:
        if self._tokens is None:
            return await self._identity.CreateGuest(
                identity_service_pb2.CreateGuestRequest(), timeout=CALL_SECONDS
            )
        return await self._identity.Refresh(
            identity_service_pb2.RefreshRequest(
                refresh_token=self._tokens.refresh_token
            ),
            timeout=CALL_SECONDS,
        )


def _groups(passages: Sequence[Passage], size: int) -> Iterator[list[Passage]]:
    """Yields passages of one language, `size` at a time."""
    by_language: dict[str, list[Passage]] = defaultdict(list)
    for passage in passages:
        by_language[passage.language].append(passage)
    for same in by_language.values():
        for first in range(0, len(same), size):
            yield same[first : first + size]


def _file(passages: Sequence[Passage]) -> bytes:
    if len(passages) == 1:
        return passages[0].text.encode()
    return "\n\n".join(f"# {each.title}\n\n{each.text}" for each in passages).encode()


def _meant(text: str, passages: Sequence[Passage]) -> list[Passage]:
    """Returns those of a document's passages that a chunk shows most of."""
    if len(passages) < 2:  # noqa: PLR2004 - Nothing to choose from.
        return list(passages)
    shown = _pairs(text)
    shares = [len(shown & _pairs(passage.text)) for passage in passages]
    best = max(shares)
    return [
        passage
        for passage, share in zip(passages, shares, strict=True)
        if share == best
    ]


def _pairs(text: str) -> frozenset[tuple[str, ...]]:
    """Returns what five letters follow each other: enough to tell texts apart."""
    letters = _WORDS.findall(text)
    return frozenset(zip(*(letters[start:] for start in range(5)), strict=False))
