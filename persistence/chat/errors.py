"""The planned failures of chat, each made in one place."""

from __future__ import annotations

from uuid import UUID

from lamla.errors.v1.error_reason_pb2 import ErrorReason

from mesh.errors import ServiceError


def conversation_not_found(conversation_id: UUID | None) -> ServiceError:
    """Makes the error for a conversation that is not there, or somebody else's."""
    return ServiceError(
        ErrorReason.ERROR_REASON_CONVERSATION_NOT_FOUND,
        f"No conversation {conversation_id}.",
        conversation_id=str(conversation_id),
    )


def message_not_found(message_id: UUID) -> ServiceError:
    """Makes the error for a message that is not there, or somebody else's."""
    return ServiceError(
        ErrorReason.ERROR_REASON_MESSAGE_NOT_FOUND,
        f"No message {message_id}.",
        message_id=str(message_id),
    )


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


def message_role_mismatch(message_id: UUID, wanted: str) -> ServiceError:
    """Makes the error for a message of the other role."""
    return ServiceError(
        ErrorReason.ERROR_REASON_MESSAGE_ROLE_MISMATCH,
        f"The message {message_id} is not {wanted}.",
        message_id=str(message_id),
    )


def generation_not_found(generation_id: UUID) -> ServiceError:
    """Makes the error for a generation that is not there, or somebody else's."""
    return ServiceError(
        ErrorReason.ERROR_REASON_GENERATION_NOT_FOUND,
        f"No generation {generation_id}.",
        generation_id=str(generation_id),
    )


def generation_ended(generation_id: UUID) -> ServiceError:
    """Makes the error for a generation that runs no more."""
    return ServiceError(
        ErrorReason.ERROR_REASON_GENERATION_ENDED,
        f"The generation {generation_id} has ended.",
        generation_id=str(generation_id),
    )


def generation_in_progress(generation_id: UUID | None) -> ServiceError:
    """Makes the error for an answer that cannot be continued yet."""
    return ServiceError(
        ErrorReason.ERROR_REASON_GENERATION_IN_PROGRESS,
        "The answer is still being generated.",
        generation_id=str(generation_id or ""),
    )


def answer_complete(generation_id: UUID | None) -> ServiceError:
    """Makes the error for an answer of which nothing is left to continue."""
    return ServiceError(
        ErrorReason.ERROR_REASON_GENERATION_ENDED,
        "The model has ended this answer: nothing is left to continue.",
        generation_id=str(generation_id or ""),
    )


def lease_lost(generation_id: UUID) -> ServiceError:
    """Makes the error for a generation that somebody else writes."""
    return ServiceError(
        ErrorReason.ERROR_REASON_LEASE_LOST,
        f"Another process writes the generation {generation_id}.",
        generation_id=str(generation_id),
    )


def generation_interrupted() -> ServiceError:
    """Makes the error that readers of an abandoned answer get."""
    return ServiceError(
        ErrorReason.ERROR_REASON_GENERATION_INTERRUPTED,
        "The process that made the answer ended before the answer did.",
    )


def request_id_reused(request_id: UUID) -> ServiceError:
    """Makes the error for a request id that came with another body before."""
    return ServiceError(
        ErrorReason.ERROR_REASON_REQUEST_ID_REUSED,
        f"The request id {request_id} belongs to another request.",
        request_id=str(request_id),
    )


def session_ended() -> ServiceError:
    """Makes the error for a user whose session, or account, is gone."""
    return ServiceError(
        ErrorReason.ERROR_REASON_SESSION_ENDED,
        "The session was signed out or has expired.",
    )
