"""Reaches persistence's DocumentService with the user's own token."""

from __future__ import annotations

from lamla.documents.v1 import document_pb2
from lamla.documents.v1 import document_service_pb2 as pb
from lamla.documents.v1.document_service_pb2_grpc import DocumentServiceStub

from gateway.clients.convert import timestamp_from_proto
from gateway.clients.documents import Document
from mesh import calls
from mesh.channels import PeerChannel

PEER = "persistence"
CALL_SECONDS = 5.0
STATE = "DOCUMENT_STATE_"


class DocumentStore:
    """Implements `Documents`."""

    def __init__(self, channel: PeerChannel) -> None:
        self._documents = channel.stub(DocumentServiceStub)

    async def list(self, limit: int) -> list[Document]:
        """See `Documents.list`."""
        request = pb.ListDocumentsRequest(page_size=limit)
        options = calls.options(CALL_SECONDS, forward_user=True)
        with calls.to(PEER):
            response = await self._documents.ListDocuments(request, **options)
        return [_document_from_proto(each) for each in response.documents]

    async def get(self, document_id: str) -> Document:
        """See `Documents.get`."""
        request = pb.GetDocumentRequest(document_id=document_id)
        options = calls.options(CALL_SECONDS, forward_user=True)
        with calls.to(PEER):
            response = await self._documents.GetDocument(request, **options)
        return _document_from_proto(response.document)


def _document_from_proto(message: document_pb2.Document) -> Document:
    state = document_pb2.DocumentState.Name(message.state)
    return Document(
        id=message.document_id,
        title=message.title,
        file_name=message.file_name,
        state=state.removeprefix(STATE).lower(),
        error=message.failure.message,
        page_count=message.page_count,
        chunk_count=message.chunk_count,
        size_bytes=message.size_bytes,
        create_time=timestamp_from_proto(message.create_time),
        update_time=timestamp_from_proto(message.update_time),
    )
