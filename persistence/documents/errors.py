"""The planned failures of documents, each made in one place."""

from __future__ import annotations

from uuid import UUID

from lamla.errors.v1.error_reason_pb2 import ErrorReason

from mesh.errors import RETRY_AFTER, ServiceError


def document_not_found(document_id: UUID) -> ServiceError:
    """Makes the error for a document that is not there, or somebody else's."""
    return ServiceError(
        ErrorReason.ERROR_REASON_DOCUMENT_NOT_FOUND,
        f"No document {document_id}.",
        document_id=str(document_id),
    )


def collection_not_found(collection_id: UUID) -> ServiceError:
    """Makes the error for a collection that is not there, or somebody else's."""
    return ServiceError(
        ErrorReason.ERROR_REASON_COLLECTION_NOT_FOUND,
        f"No collection {collection_id}.",
        collection_id=str(collection_id),
    )


def collection_name_taken(collection_id: UUID) -> ServiceError:
    """Makes the error for a name that another collection of the user has."""
    return ServiceError(
        ErrorReason.ERROR_REASON_COLLECTION_NAME_TAKEN,
        f"The collection {collection_id} has this name.",
        collection_id=str(collection_id),
    )


def upload_not_found(upload_id: UUID) -> ServiceError:
    """Makes the error for an upload that is not there, over, or somebody else's."""
    return ServiceError(
        ErrorReason.ERROR_REASON_UPLOAD_NOT_FOUND,
        f"No upload {upload_id}.",
        upload_id=str(upload_id),
    )


def upload_offset_mismatch(received_bytes: int) -> ServiceError:
    """Makes the error for a part that begins beyond what was received."""
    return ServiceError(
        ErrorReason.ERROR_REASON_UPLOAD_OFFSET_MISMATCH,
        f"{received_bytes} bytes were received: go on there.",
        received_bytes=str(received_bytes),
    )


def upload_incomplete(received_bytes: int) -> ServiceError:
    """Makes the error for an upload of which parts are missing."""
    return ServiceError(
        ErrorReason.ERROR_REASON_UPLOAD_INCOMPLETE,
        f"Only {received_bytes} bytes were received: go on there.",
        received_bytes=str(received_bytes),
    )


def content_hash_mismatch() -> ServiceError:
    """Makes the error for data that is not what was announced."""
    return ServiceError(
        ErrorReason.ERROR_REASON_CONTENT_HASH_MISMATCH,
        "The data does not have the SHA-256 that was announced.",
    )


def file_too_large(max_bytes: int) -> ServiceError:
    """Makes the error for a file that is larger than is taken, or was announced."""
    return ServiceError(
        ErrorReason.ERROR_REASON_FILE_TOO_LARGE,
        f"The file has more than {max_bytes} bytes.",
        max_bytes=str(max_bytes),
    )


def url_refused(url: str) -> ServiceError:
    """Makes the error for an address that is not fetched."""
    return ServiceError(
        ErrorReason.ERROR_REASON_URL_REFUSED,
        f"{url} is not a public web address.",
        url=url,
    )


def draining() -> ServiceError:
    """Makes the error for a stream of a process that is going away."""
    return ServiceError(
        ErrorReason.ERROR_REASON_DRAINING,
        "This process is going away; another one serves.",
        retry_after=RETRY_AFTER,
    )


def overloaded() -> ServiceError:
    """Makes the error for a file that cannot be taken in beside those that are."""
    return ServiceError(
        ErrorReason.ERROR_REASON_OVERLOADED,
        "As many files are being received as this process can hold.",
        retry_after=RETRY_AFTER,
    )
