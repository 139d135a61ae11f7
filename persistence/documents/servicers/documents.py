"""DocumentService: converts, runs a service or selector, converts back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any
from uuid import UUID

import grpc
from google.api.httpbody_pb2 import HttpBody  # type: ignore[import-untyped]
from lamla.documents.v1 import document_service_pb2 as pb
from lamla.documents.v1 import document_service_pb2_grpc as pb_grpc

from mesh.identity import current_user
from persistence import orm
from persistence.documents import files, selectors, services
from persistence.documents.convert import (
    document_to_proto,
    event_to_proto,
    ids_from_proto,
    page_to_proto,
    wanted_from_proto,
)
from persistence.documents.download import attachment, original_pieces
from persistence.documents.quotas import Streams
from persistence.documents.storage import original_delete
from persistence.documents.watch.follow import FollowIngestion

SERVICE = "lamla.documents.v1.DocumentService"

DOCUMENTS_PAGE = 50
TEXT_PAGES = 10
CONTENT_TYPE = "application/octet-stream"


class DocumentServicer(pb_grpc.DocumentServiceServicer):
    """The documents of the calling user."""

    def __init__(self, follow: FollowIngestion, downloads: Streams) -> None:
        self._follow = follow
        self._downloads = downloads

    def register(self, server: grpc.aio.Server) -> None:
        """Adds the service to `server`."""
        pb_grpc.add_DocumentServiceServicer_to_server(self, server)

    async def ListDocuments(
        self, request: pb.ListDocumentsRequest, context: grpc.aio.ServicerContext
    ) -> pb.ListDocumentsResponse:
        user = current_user()
        page = await orm.run(
            selectors.document_list,
            owner=user.id,
            owner_id=user.id,
            wanted=wanted_from_proto(request),
            page_size=request.page_size or DOCUMENTS_PAGE,
            page_token=request.page_token,
        )
        return pb.ListDocumentsResponse(
            documents=[document_to_proto(now) for now in page.documents],
            next_page_token=page.next_token,
            total_size=page.total,
        )

    async def GetDocument(
        self, request: pb.GetDocumentRequest, context: grpc.aio.ServicerContext
    ) -> pb.GetDocumentResponse:
        now = await _document(UUID(request.document_id))
        return pb.GetDocumentResponse(document=document_to_proto(now))

    async def UpdateDocument(
        self, request: pb.UpdateDocumentRequest, context: grpc.aio.ServicerContext
    ) -> pb.UpdateDocumentResponse:
        user = current_user()
        now = await orm.run(
            services.document_update,
            owner=user.id,
            owner_id=user.id,
            document_id=UUID(request.document_id),
            title=request.title,
        )
        return pb.UpdateDocumentResponse(document=document_to_proto(now))

    async def DeleteDocument(
        self, request: pb.DeleteDocumentRequest, context: grpc.aio.ServicerContext
    ) -> pb.DeleteDocumentResponse:
        user = current_user()
        which: dict[str, Any] = {
            "owner": user.id,
            "owner_id": user.id,
            "document_id": UUID(request.document_id),
        }
        request_id = UUID(request.request_id)
        is_large = await orm.run(
            services.deletion_begin, request_id=request_id, **which
        )
        while is_large:
            is_large = await orm.run(services.chunks_delete, **which)
        original = await orm.run(services.document_delete, **which)
        if original is not None:
            await files.try_run(original_delete, original)
        return pb.DeleteDocumentResponse()

    async def RetryIngestion(
        self, request: pb.RetryIngestionRequest, context: grpc.aio.ServicerContext
    ) -> pb.RetryIngestionResponse:
        user = current_user()
        now = await orm.run(
            services.ingestion_retry,
            owner=user.id,
            owner_id=user.id,
            document_id=UUID(request.document_id),
        )
        return pb.RetryIngestionResponse(document=document_to_proto(now))

    async def CancelIngestion(
        self, request: pb.CancelIngestionRequest, context: grpc.aio.ServicerContext
    ) -> pb.CancelIngestionResponse:
        user = current_user()
        now = await orm.run(
            services.ingestion_cancel,
            owner=user.id,
            owner_id=user.id,
            document_id=UUID(request.document_id),
        )
        return pb.CancelIngestionResponse(document=document_to_proto(now))

    async def WatchIngestion(
        self, request: pb.WatchIngestionRequest, context: grpc.aio.ServicerContext
    ) -> AsyncIterator[pb.WatchIngestionResponse]:
        ids = ids_from_proto(request.document_ids)
        async with aclosing(self._follow(current_user().id, ids)) as events:
            async for event in events:
                yield event_to_proto(event)

    async def ReadDocumentPages(
        self, request: pb.ReadDocumentPagesRequest, context: grpc.aio.ServicerContext
    ) -> pb.ReadDocumentPagesResponse:
        user = current_user()
        pages = await orm.run(
            selectors.pages_read,
            owner=user.id,
            owner_id=user.id,
            document_id=UUID(request.document_id),
            first_page=request.first_page,
            page_size=request.page_size or TEXT_PAGES,
        )
        return pb.ReadDocumentPagesResponse(
            pages=[page_to_proto(row) for row in pages.rows],
            next_page=pages.next_page,
        )

    async def DownloadDocument(
        self, request: pb.DownloadDocumentRequest, context: grpc.aio.ServicerContext
    ) -> AsyncIterator[HttpBody]:
        row = (await _document(UUID(request.document_id))).row
        disposition = attachment(row.file_name or row.title)
        with self._downloads.one(row.owner_id):
            async with aclosing(original_pieces(row)) as pieces:
                content_type = CONTENT_TYPE
                async for piece in pieces:
                    if content_type:
                        metadata = (("content-disposition", disposition),)
                        await context.send_initial_metadata(metadata)
                    yield HttpBody(content_type=content_type, data=piece)
                    content_type = ""


async def _document(document_id: UUID) -> selectors.DocumentNow:
    user = current_user()
    return await orm.run(
        selectors.document_get,
        owner=user.id,
        owner_id=user.id,
        document_id=document_id,
    )
