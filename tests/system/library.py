"""A person with documents at the public port, as scripts and services are."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from google.protobuf.message import Message
from lamla.chat.v1 import chat_service_pb2, generation_pb2
from lamla.documents.v1 import document_pb2, retrieval_scope_pb2
from lamla.documents.v1 import document_service_pb2 as documents
from lamla.documents.v1 import search_service_pb2 as search
from lamla.documents.v1 import upload_service_pb2 as uploads

from deploy.embedded.testing import Stack
from mesh.ids import uuid7
from tests.clients import GrpcClient, JsonClient, method
from tests.persistence.parsing.pdf_files import paragraph, pdf
from tests.system.conftest import channel, guest

CHAT = "lamla.chat.v1.ChatService"
CONVERSATIONS = "lamla.chat.v1.ConversationService"
DOCUMENTS = "lamla.documents.v1.DocumentService"
SEARCH = "lamla.documents.v1.SearchService"
UPLOADS = "lamla.documents.v1.UploadService"
READY = document_pb2.DOCUMENT_STATE_READY
FAILED = document_pb2.DOCUMENT_STATE_FAILED
MEBIBYTE = 1024 * 1024
# Answers with the sentence of the passages that is nearest to the question.
QUOTING = "scripted-quote"

HOURS = "The pump of type {name} must be oiled after every {hours} hours of work."
ABOUT = (
    "This chapter of the manual is about the machine and its care.",
    "Keep the machine clean, dry and away from children at all times.",
    "Wear gloves and goggles whenever the housing is open.",
    "Call the maker when a part is broken and cannot be replaced.",
)


def manual(*names: str) -> bytes:
    """A PDF with a page for each pump: that of page n is oiled after 40 n hours."""
    return pdf(
        *(
            paragraph([hours_of(name, number), *ABOUT], top=700)
            for number, name in enumerate(names, 1)
        )
    )


def hours_of(name: str, page: int) -> str:
    """The sentence that answers the question below."""
    return HOURS.format(name=name, hours=40 * page)


def question_about(name: str) -> str:
    """A question that one page of a manual answers."""
    return f"After how many hours of work must the pump of type {name} be oiled?"


class Person:
    """A guest, calling through Envoy.

    Attributes:
        seen: Every response to `call`, and so to all but `download`.
    """

    def __init__(self, client: GrpcClient | JsonClient, token: str) -> None:
        self._client = client
        self.token = token
        self.seen: list[Message] = []

    async def call(self, name: str, request: Message) -> list[Any]:
        """Calls any method with one request; returns its responses.

        Raises:
            Refused: it failed.
        """
        if method(name).client_streaming:
            assert isinstance(self._client, GrpcClient)
            up = self._client.upstream(name, [request], token=self.token)
            responses = [await up]
        elif method(name).server_streaming:
            responses = [response async for response in self.stream(name, request)]
        else:
            responses = [await self._client.unary(name, request, token=self.token)]
        self.seen += responses
        return responses

    async def one(self, name: str, request: Message) -> Any:
        """Calls a method that has one response.

        Raises:
            Refused: it failed.
        """
        (response,) = await self.call(name, request)
        return response

    def stream(self, name: str, request: Message) -> AsyncGenerator[Any, None]:
        """Reads the responses of a method as they come."""
        return self._client.stream(name, request, token=self.token)

    async def begin(
        self, name: str, content: bytes, **file: Any
    ) -> uploads.CreateUploadResponse:
        """Begins an upload."""
        request = uploads.CreateUploadRequest(
            request_id=str(uuid7()),
            file=uploads.NewFile(file_name=name, **file),
            size_bytes=len(content),
        )
        return await self.one(f"{UPLOADS}/CreateUpload", request)

    async def send(self, upload_id: str, content: bytes, offset: int = 0) -> None:
        """Sends what follows `offset`, in parts."""
        for at in range(offset, len(content), MEBIBYTE):
            data = content[at : at + MEBIBYTE]
            part = uploads.UploadPartRequest(
                upload_id=upload_id,
                offset=at,
                data=data,
                data_sha256=hashlib.sha256(data).digest(),
            )
            await self.one(f"{UPLOADS}/UploadPart", part)

    async def complete(self, upload_id: str) -> uploads.CompleteUploadResponse:
        """Makes a document of an upload."""
        request = uploads.CompleteUploadRequest(upload_id=upload_id)
        return await self.one(f"{UPLOADS}/CompleteUpload", request)

    async def upload(
        self, name: str, content: bytes, **file: Any
    ) -> document_pb2.Document:
        """Brings a file in, and waits until it is searchable or has failed."""
        begun = await self.begin(name, content, **file)
        await self.send(begun.upload.upload_id, content)
        completed = await self.complete(begun.upload.upload_id)
        return await self.ended(completed.document.document_id)

    async def ended(self, document_id: str) -> document_pb2.Document:
        """Follows an ingestion to its end."""
        request = documents.WatchIngestionRequest(document_ids=[document_id])
        events = await self.call(f"{DOCUMENTS}/WatchIngestion", request)
        told = [event.document for event in events if event.HasField("document")]
        return told[-1]

    async def download(self, document_id: str) -> bytes:
        """Returns the original."""
        request = documents.DownloadDocumentRequest(document_id=document_id)
        pieces = self.stream(f"{DOCUMENTS}/DownloadDocument", request)
        return b"".join([piece.data async for piece in pieces])

    async def page(self, document_id: str, number: int) -> str:
        """Returns the text of one page."""
        request = documents.ReadDocumentPagesRequest(
            document_id=document_id, first_page=number, page_size=1
        )
        response = await self.one(f"{DOCUMENTS}/ReadDocumentPages", request)
        (page,) = response.pages
        text: str = page.text
        return text

    async def found(self, query: str, *document_ids: str) -> list[search.ScoredChunk]:
        """Searches, in some documents or in all."""
        request = search.SearchChunksRequest(query=query, scope=only(*document_ids))
        response = await self.one(f"{SEARCH}/SearchChunks", request)
        return list(response.chunks)

    async def ask(self, text: str, *document_ids: str) -> list[Any]:
        """Asks and returns the answer's events."""
        request = chat_service_pb2.SendMessageRequest(
            request_id=str(uuid7()),
            text=text,
            config=generation_pb2.GenerationConfig(model=QUOTING),
            scope=only(*document_ids),
        )
        return await self.call(f"{CHAT}/SendMessage", request)


def only(*document_ids: str) -> retrieval_scope_pb2.RetrievalScope | None:
    """The scope of some documents; None is that of all."""
    if not document_ids:
        return None
    return retrieval_scope_pb2.RetrievalScope(
        kind=retrieval_scope_pb2.SCOPE_KIND_SELECTED, document_ids=document_ids
    )


def told(events: list[Any], kind: str) -> list[Any]:
    """Returns what the events of one kind say."""
    return [getattr(e, kind) for e in events if e.WhichOneof("event") == kind]


@asynccontextmanager
async def person(stack: Stack) -> AsyncIterator[Person]:
    """A new guest, by native gRPC."""
    async with channel(stack) as edge:
        yield Person(GrpcClient(edge), guest(stack))


def service_login(stack: Stack) -> dict[str, Any]:
    """How to connect to the database as the role that sees everybody's rows."""
    return {
        "host": "127.0.0.1",
        "port": stack.ports.postgres,
        "dbname": "lamla",
        "user": "lamla_service",
        "password": (stack.home / "secrets" / "db-service").read_text().strip(),
    }
