"""Between rows of documents and the messages of `lamla.documents.v1`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from google.protobuf.timestamp_pb2 import Timestamp
from google.rpc.status_pb2 import Status  # type: ignore[import-untyped]
from lamla.documents.v1 import document_pb2, document_service_pb2, upload_service_pb2

from persistence.documents.collections.selectors import CollectionNow
from persistence.documents.models import DocumentPage, State, Upload
from persistence.documents.selectors import DocumentNow, Wanted
from persistence.documents.uploads.domain import NewFile, base_name
from persistence.documents.watch.follow import Beat, Changed, Event, Removed

MAX_PART_BYTES = 1024 * 1024


def document_to_proto(now: DocumentNow) -> document_pb2.Document:
    """Writes a document."""
    row = now.row
    message = document_pb2.Document(
        document_id=str(row.id),
        title=row.title,
        file_name=row.file_name,
        media_type=row.media_type,
        size_bytes=row.size_bytes,
        content_sha256=bytes(row.content_sha256 or b"").hex(),
        state=document_pb2.DocumentState.ValueType(row.state),
        failed_pages=[
            document_pb2.FailedPage(number=page.number, failure=_status(page.failure))
            for page in now.failed_pages
        ],
        failed_page_count=row.failed_page_count,
        collection_ids=[str(each) for each in now.collection_ids],
        source_url=row.source_url,
        create_time=time_to_proto(row.create_time),
        update_time=time_to_proto(row.update_time),
    )
    match row.state:
        case State.PROCESSING:
            message.progress.phase = document_pb2.IngestionPhase.ValueType(row.phase)
            message.progress.pages_read = row.pages_read
            message.progress.page_count = row.page_count
            message.progress.chunks_embedded = row.chunks_embedded
            message.progress.chunk_count = row.chunk_count
            if row.failure is not None:
                message.failure.CopyFrom(_status(bytes(row.failure)))
        case State.READY:
            message.page_count = row.page_count
            message.chunk_count = row.chunk_count
            message.language = row.language
        case State.FAILED if row.failure is not None:
            message.failure.CopyFrom(_status(bytes(row.failure)))
    return message


def event_to_proto(event: Event) -> document_service_pb2.WatchIngestionResponse:
    """Writes an event of the stream that follows documents."""
    response = document_service_pb2.WatchIngestionResponse()
    match event:
        case Changed(document=now):
            response.document.CopyFrom(document_to_proto(now))
        case Removed(document_id=document_id):
            response.removed_document_id = str(document_id)
        case Beat():
            response.heartbeat.server_time.GetCurrentTime()
    return response


def wanted_from_proto(request: document_service_pb2.ListDocumentsRequest) -> Wanted:
    """Reads which documents a list is to hold."""
    return Wanted(
        collection_id=UUID(request.collection_id) if request.collection_id else None,
        states=tuple(sorted(request.states)),
        title_contains=request.title_contains,
    )


def page_to_proto(row: DocumentPage) -> document_pb2.DocumentPage:
    """Writes a page of text."""
    return document_pb2.DocumentPage(
        number=row.number, label=row.label, text=row.text, from_image=row.from_image
    )


def collection_to_proto(now: CollectionNow) -> document_pb2.Collection:
    """Writes a collection."""
    return document_pb2.Collection(
        collection_id=str(now.row.id),
        name=now.row.name,
        document_count=now.document_count,
        create_time=time_to_proto(now.row.create_time),
        update_time=time_to_proto(now.row.update_time),
    )


def upload_to_proto(row: Upload) -> upload_service_pb2.Upload:
    """Writes an upload."""
    return upload_service_pb2.Upload(
        upload_id=str(row.id),
        size_bytes=row.size_bytes,
        received_bytes=row.received_bytes,
        max_part_bytes=MAX_PART_BYTES,
        expire_time=time_to_proto(row.expire_time),
    )


def file_from_proto(message: upload_service_pb2.NewFile) -> NewFile:
    """Reads what a file is called and where it goes.

    Raises:
        ServiceError: `INVALID_FIELD` for a name that is only folders.
    """
    promised = message.content_sha256
    return NewFile(
        file_name=base_name("file.file_name", message.file_name),
        title=message.title,
        collection_ids=ids_from_proto(message.collection_ids),
        content_sha256=bytes.fromhex(promised) if promised else None,
    )


def ids_from_proto(ids: Iterable[str]) -> tuple[UUID, ...]:
    """Reads ids; the contract says that they are UUIDs."""
    return tuple(map(UUID, ids))


def time_to_proto(time: datetime) -> Timestamp:
    """Writes a time."""
    timestamp = Timestamp()
    timestamp.FromDatetime(time)
    return timestamp


def _status(serialized: bytes) -> Status:
    return Status.FromString(serialized)
