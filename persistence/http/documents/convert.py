"""Documents in older clients' words, and why one failed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from google.protobuf.json_format import MessageToDict
from google.rpc.status_pb2 import Status  # type: ignore[import-untyped]
from lamla.compat.v1 import compat_service_pb2 as pb
from lamla.errors.v1.error_reason_pb2 import ErrorReason

from mesh.errors import INTERNAL_MESSAGE, ServiceError, from_status
from persistence.documents.convert import document_to_proto, time_to_proto
from persistence.documents.models import Document, State
from persistence.documents.selectors import DocumentNow


def document_to_json(now: DocumentNow) -> dict[str, Any]:
    """Writes a document as `CompatService.GetDocument` does, every field of it."""
    row, document = now.row, document_to_proto(now)
    message = pb.Document(
        id=str(row.id),
        title=row.title,
        file_name=row.file_name,
        state=State(row.state).name.lower(),
        error=document.failure.message,
        page_count=document.page_count,
        chunk_count=document.chunk_count,
        size_bytes=row.size_bytes,
        created_at=_time(row.create_time),
        updated_at=_time(row.update_time),
    )
    written: dict[str, Any] = MessageToDict(
        message, always_print_fields_with_no_presence=True
    )
    return written


def failure_of(document: Document) -> ServiceError:
    """Reads why a document failed."""
    status = Status.FromString(bytes(document.failure or b""))
    return from_status(status) or ServiceError(
        ErrorReason.ERROR_REASON_INTERNAL, INTERNAL_MESSAGE
    )


def _time(time: datetime) -> str:
    return time_to_proto(time).ToJsonString()
