"""The services of documents as one person calls them."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import grpc
from lamla.documents.v1 import collection_service_pb2 as collections
from lamla.documents.v1 import document_pb2
from lamla.documents.v1 import document_service_pb2 as documents
from lamla.documents.v1 import upload_service_pb2 as uploads
from lamla.documents.v1.collection_service_pb2_grpc import CollectionServiceStub
from lamla.documents.v1.document_service_pb2_grpc import DocumentServiceStub
from lamla.documents.v1.upload_service_pb2_grpc import UploadServiceStub

from mesh.ids import uuid7
from mesh.testing import Served, TokenIssuer, serving
from persistence import orm
from persistence.config import PersistenceSettings
from persistence.documents.application import DocumentsApplication
from persistence.documents.models import Document
from persistence.documents.policy import POLICY
from tests.persistence.chat.people import Person

TEXT = b"Sapere aude! Have the courage to use your own understanding.\n"


@asynccontextmanager
async def documents_served(
    config: PersistenceSettings, certs: Path, issuer: TokenIssuer
) -> AsyncIterator[tuple[DocumentsApplication, Served]]:
    """Serves all three, as a process of persistence does."""
    application = DocumentsApplication(config)

    def register(server: grpc.aio.Server) -> None:
        for each in application.registrations.values():
            each(server)

    async with serving(
        register,
        *application.registrations,
        certs=certs,
        policy=POLICY,
        peer="persistence",
        verifier=issuer.verifier,
    ) as served:
        yield application, served


@dataclass
class Library:
    """One person's documents."""

    served: Served
    person: Person

    def __post_init__(self) -> None:
        self.documents = self.served.channel.stub(DocumentServiceStub)
        self.uploads = self.served.channel.stub(UploadServiceStub)
        self.collections = self.served.channel.stub(CollectionServiceStub)
        self.options: dict[str, Any] = {
            "metadata": self.person.metadata,
            "timeout": 30,
        }

    async def begin(
        self, data: bytes, *, request_id: str = "", promise: bool = False, **file: Any
    ) -> uploads.CreateUploadResponse:
        """Begins to upload `data`; with `promise` its hash is announced."""
        sha256 = hashlib.sha256(data).hexdigest() if promise else ""
        request = uploads.CreateUploadRequest(
            request_id=request_id or str(uuid7()),
            file=uploads.NewFile(
                **{"file_name": "kant.txt", "content_sha256": sha256, **file}
            ),
            size_bytes=len(data),
        )
        return await self.uploads.CreateUpload(request, **self.options)

    async def part(self, upload_id: str, offset: int, data: bytes) -> uploads.Upload:
        """Sends one part."""
        request = uploads.UploadPartRequest(
            upload_id=upload_id,
            offset=offset,
            data=data,
            data_sha256=hashlib.sha256(data).digest(),
        )
        return (await self.uploads.UploadPart(request, **self.options)).upload

    async def complete(self, upload_id: str) -> uploads.CompleteUploadResponse:
        """Makes a document of an upload."""
        request = uploads.CompleteUploadRequest(upload_id=upload_id)
        return await self.uploads.CompleteUpload(request, **self.options)

    async def upload(
        self, data: bytes, *, part_bytes: int = 1024 * 1024, **file: Any
    ) -> document_pb2.Document:
        """Uploads a whole file in parts."""
        begun = await self.begin(data, **file)
        for offset in range(0, len(data), part_bytes):
            part = data[offset : offset + part_bytes]
            await self.part(begun.upload.upload_id, offset, part)
        return (await self.complete(begun.upload.upload_id)).document

    def stream(
        self,
        pieces: Iterable[bytes],
        *,
        request_id: str = "",
        timeout: float | None = 30,
        **file: Any,
    ) -> Any:
        """Uploads a whole file in one stream."""
        header = uploads.UploadDocumentHeader(
            request_id=request_id or str(uuid7()),
            file=uploads.NewFile(**{"file_name": "kant.txt", **file}),
        )

        async def requests() -> AsyncIterator[uploads.UploadDocumentRequest]:
            yield uploads.UploadDocumentRequest(header=header)
            for piece in pieces:
                yield uploads.UploadDocumentRequest(data=piece)

        return self.uploads.UploadDocument(
            requests(), **{**self.options, "timeout": timeout}
        )

    async def get(self, document_id: str) -> document_pb2.Document:
        """Gets one."""
        request = documents.GetDocumentRequest(document_id=document_id)
        return (await self.documents.GetDocument(request, **self.options)).document

    async def list(self, **values: Any) -> documents.ListDocumentsResponse:
        """Lists a page."""
        request = documents.ListDocumentsRequest(**values)
        return await self.documents.ListDocuments(request, **self.options)

    async def titles(self, **values: Any) -> list[str]:
        """The titles of a page."""
        return [each.title for each in (await self.list(**values)).documents]

    async def delete(self, document_id: str, request_id: str = "") -> None:
        """Deletes one."""
        request = documents.DeleteDocumentRequest(
            document_id=document_id, request_id=request_id or str(uuid7())
        )
        await self.documents.DeleteDocument(request, **self.options)

    async def retry(self, document_id: str) -> document_pb2.Document:
        """Queues one again."""
        request = documents.RetryIngestionRequest(document_id=document_id)
        return (await self.documents.RetryIngestion(request, **self.options)).document

    async def cancel(self, document_id: str) -> document_pb2.Document:
        """Stops one."""
        request = documents.CancelIngestionRequest(document_id=document_id)
        return (await self.documents.CancelIngestion(request, **self.options)).document

    async def download(self, document_id: str) -> bytes:
        """The original of one."""
        call = self.documents.DownloadDocument(
            documents.DownloadDocumentRequest(document_id=document_id), **self.options
        )
        return b"".join([body.data async for body in call])

    def watch(self, *ids: str) -> Any:
        """Follows documents; the events come as they are sent."""
        request = documents.WatchIngestionRequest(document_ids=ids)
        return self.documents.WatchIngestion(request, **self.options)

    async def collect(self, name: str, request_id: str = "") -> document_pb2.Collection:
        """Creates a collection."""
        request = collections.CreateCollectionRequest(
            request_id=request_id or str(uuid7()), name=name
        )
        response = await self.collections.CreateCollection(request, **self.options)
        return response.collection

    async def change(
        self, collection_id: str, *, add: Iterable[str] = (), take: Iterable[str] = ()
    ) -> document_pb2.Collection:
        """Puts documents into a collection and takes others out."""
        request = collections.ChangeDocumentsRequest(
            collection_id=collection_id,
            added_document_ids=add,
            removed_document_ids=take,
        )
        response = await self.collections.ChangeDocuments(request, **self.options)
        return response.collection


async def document_set(document_id: str, **values: Any) -> None:
    """Does what the ingest worker would: changes a row."""
    await orm.run(
        lambda: Document.objects.filter(id=UUID(document_id)).update(**values),
        using="service",
    )


async def document_row(document_id: str) -> Document:
    """Returns a row."""
    return await orm.run(
        lambda: Document.objects.get(id=UUID(document_id)), using="service"
    )
