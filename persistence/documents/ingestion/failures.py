"""Why a document, or a page of it, cannot be found: typed, and in words for people."""

from __future__ import annotations

from lamla.errors.v1.error_reason_pb2 import ErrorReason

from mesh.errors import INTERNAL_MESSAGE, ServiceError, status_of
from persistence.documents.parsing.domain import FailureReason

_KINDS: dict[FailureReason, tuple[ErrorReason.ValueType, str]] = {
    FailureReason.UNSUPPORTED_TYPE: (
        ErrorReason.ERROR_REASON_DOCUMENT_TYPE_UNSUPPORTED,
        "Files of this type cannot be read.",
    ),
    FailureReason.EMPTY: (
        ErrorReason.ERROR_REASON_DOCUMENT_EMPTY,
        "There is no text in it.",
    ),
    FailureReason.ENCRYPTED: (
        ErrorReason.ERROR_REASON_DOCUMENT_ENCRYPTED,
        "It is protected by a password. Remove the password and upload it again.",
    ),
    FailureReason.DAMAGED: (
        ErrorReason.ERROR_REASON_DOCUMENT_DAMAGED,
        "The file is damaged or incomplete.",
    ),
    FailureReason.NO_TEXT_LAYER: (
        ErrorReason.ERROR_REASON_DOCUMENT_NO_TEXT_LAYER,
        "It holds pictures of text only, and no text could be recognised in them.",
    ),
    FailureReason.UNREADABLE_TEXT: (
        ErrorReason.ERROR_REASON_DOCUMENT_UNREADABLE,
        "Its text is not readable in any known encoding.",
    ),
    FailureReason.TOO_LARGE: (
        ErrorReason.ERROR_REASON_DOCUMENT_TOO_LARGE,
        "It is too large to be read. Split it and upload the parts.",
    ),
    FailureReason.TOO_SLOW: (
        ErrorReason.ERROR_REASON_DOCUMENT_TOO_SLOW,
        "It takes too long to be read. Split it and upload the parts.",
    ),
    FailureReason.CRASHED: (
        ErrorReason.ERROR_REASON_DOCUMENT_PARSER_CRASHED,
        "It cannot be read: the program that reads such files failed.",
    ),
}


def failure_of(reason: FailureReason, *, media_type: str = "") -> ServiceError:
    """Returns why reading failed, as callers and people are told."""
    kind, sentence = _KINDS[reason]
    if reason is FailureReason.UNSUPPORTED_TYPE:
        return ServiceError(kind, sentence, media_type=media_type)
    return ServiceError(kind, sentence)


def internal_failure() -> ServiceError:
    """Returns what is told of a fault that is ours; the log has the rest."""
    return ServiceError(ErrorReason.ERROR_REASON_INTERNAL, INTERNAL_MESSAGE)


def serialized(failure: ServiceError) -> bytes:
    """Returns the `google.rpc.Status` that a row keeps."""
    data: bytes = status_of(failure).SerializeToString()
    return data
