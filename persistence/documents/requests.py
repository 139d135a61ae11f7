"""Lets a change of documents or collections happen once, however often it is asked."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from persistence.chat.clock import Clock
from persistence.claims import Claims, body_hashed
from persistence.documents.models import DocumentRequest

# How long a request id is remembered.
KEPT = timedelta(days=7)

_CLAIMS = Claims("documents_documentrequest", "subject_id")


def request_claim(
    *, owner_id: UUID, request_id: UUID, body: tuple[object, ...], subject_id: UUID
) -> UUID | None:
    """Claims a request id for a change of documents: see `Claims.claim`.

    Raises:
        ServiceError: `REQUEST_ID_REUSED`.
    """
    return _CLAIMS.claim(owner_id, request_id, body_hashed(body), subject_id)


def requests_forget() -> bool:
    """Deletes request ids that are too old to come again. Returns False: no more."""
    DocumentRequest.objects.filter(create_time__lt=Clock() - KEPT).delete()
    return False
