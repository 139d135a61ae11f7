"""UploadService: converts, hands files to the intake, converts back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from uuid import UUID

import grpc
from lamla.documents.v1 import upload_service_pb2 as pb
from lamla.documents.v1 import upload_service_pb2_grpc as pb_grpc

from mesh.errors import invalid
from mesh.identity import current_user
from persistence import orm
from persistence.documents import files
from persistence.documents.convert import (
    document_to_proto,
    file_from_proto,
    ids_from_proto,
    upload_to_proto,
)
from persistence.documents.uploads import services
from persistence.documents.uploads.documents import url_import
from persistence.documents.uploads.domain import Part
from persistence.documents.uploads.intake import Intake
from persistence.documents.uploads.streams import StreamRequest
from persistence.documents.uploads.urls import url_checked

SERVICE = "lamla.documents.v1.UploadService"


class UploadServicer(pb_grpc.UploadServiceServicer):
    """Files of the calling user on their way in."""

    def __init__(self, intake: Intake, *, fetch_private: bool = False) -> None:
        """`fetch_private` lets addresses of the organisation's own network pass."""
        self._intake = intake
        self._fetch_private = fetch_private

    def register(self, server: grpc.aio.Server) -> None:
        """Adds the service to `server`."""
        pb_grpc.add_UploadServiceServicer_to_server(self, server)

    async def CreateUpload(
        self, request: pb.CreateUploadRequest, context: grpc.aio.ServicerContext
    ) -> pb.CreateUploadResponse:
        user = current_user()
        self._intake.check_size(request.size_bytes)
        begun = await orm.run(
            services.upload_create,
            owner=user.id,
            owner_id=user.id,
            request_id=UUID(request.request_id),
            file=file_from_proto(request.file),
            size_bytes=request.size_bytes,
            quotas=self._intake.quotas,
        )
        upload, existing = begun.upload, begun.existing
        return pb.CreateUploadResponse(
            upload=upload_to_proto(upload) if upload else None,
            existing_document=document_to_proto(existing) if existing else None,
        )

    async def UploadPart(
        self, request: pb.UploadPartRequest, context: grpc.aio.ServicerContext
    ) -> pb.UploadPartResponse:
        part = Part(request.offset, request.data, request.data_sha256)
        upload = await self._intake.part(
            current_user().id, UUID(request.upload_id), part
        )
        return pb.UploadPartResponse(upload=upload_to_proto(upload))

    async def GetUpload(
        self, request: pb.GetUploadRequest, context: grpc.aio.ServicerContext
    ) -> pb.GetUploadResponse:
        user = current_user()
        upload = await orm.run(
            services.upload_get,
            owner=user.id,
            owner_id=user.id,
            upload_id=UUID(request.upload_id),
        )
        return pb.GetUploadResponse(upload=upload_to_proto(upload))

    async def CompleteUpload(
        self, request: pb.CompleteUploadRequest, context: grpc.aio.ServicerContext
    ) -> pb.CompleteUploadResponse:
        taken = await self._intake.complete(current_user().id, UUID(request.upload_id))
        return pb.CompleteUploadResponse(
            document=document_to_proto(taken.document),
            already_existed=taken.already_existed,
        )

    async def CancelUpload(
        self, request: pb.CancelUploadRequest, context: grpc.aio.ServicerContext
    ) -> pb.CancelUploadResponse:
        user, upload_id = current_user(), UUID(request.upload_id)
        is_given_up = await orm.run(
            services.upload_delete,
            owner=user.id,
            owner_id=user.id,
            upload_id=upload_id,
        )
        if is_given_up:
            await files.run(self._intake.spool.remove, upload_id)
        return pb.CancelUploadResponse()

    async def UploadDocument(
        self,
        request_iterator: AsyncIterator[pb.UploadDocumentRequest],
        context: grpc.aio.ServicerContext,
    ) -> pb.UploadDocumentResponse:
        header = await _header(request_iterator)
        request = StreamRequest(UUID(header.request_id), file_from_proto(header.file))
        pieces = _pieces(request_iterator)
        taken = await self._intake.stream(current_user().id, request, pieces)
        return pb.UploadDocumentResponse(
            document=document_to_proto(taken.document),
            already_existed=taken.already_existed,
        )

    async def ImportUrl(
        self, request: pb.ImportUrlRequest, context: grpc.aio.ServicerContext
    ) -> pb.ImportUrlResponse:
        user = current_user()
        now = await orm.run(
            url_import,
            owner=user.id,
            owner_id=user.id,
            request_id=UUID(request.request_id),
            url=url_checked(request.url, with_private=self._fetch_private),
            collection_ids=ids_from_proto(request.collection_ids),
            quotas=self._intake.quotas,
        )
        return pb.ImportUrlResponse(document=document_to_proto(now))


async def _header(
    requests: AsyncIterator[pb.UploadDocumentRequest],
) -> pb.UploadDocumentHeader:
    async for request in requests:
        if request.HasField("header"):
            return request.header
        break
    raise invalid("header", "must be the first message, and only it")


async def _pieces(
    requests: AsyncIterator[pb.UploadDocumentRequest],
) -> AsyncIterator[bytes]:
    async for request in requests:
        if not request.HasField("data"):
            raise invalid("header", "must be the first message, and only it")
        yield request.data
