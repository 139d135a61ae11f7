"""Lets a change of documents or collections happen once, however often it is asked."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from uuid import UUID

from django.db import connection

from persistence.chat.clock import Clock
from persistence.chat.errors import request_id_reused
from persistence.documents.models import DocumentRequest

# How long a request id is remembered.
KEPT = timedelta(days=7)

_CLAIM = """
INSERT INTO documents_documentrequest (owner_id, request_id, body_hash, subject_id)
VALUES (%s, %s, %s, %s)
ON CONFLICT (owner_id, request_id) DO NOTHING
"""


def request_claim(
    *, owner_id: UUID, request_id: UUID, body: tuple[object, ...], subject_id: UUID
) -> UUID | None:
    """Claims a request id for a change; it stays claimed when the change commits.

    Waits for the same request when that is running.

    Returns:
        None when the change is to be made; when it has been made, the document or
        collection that it was made to.

    Raises:
        ServiceError: `REQUEST_ID_REUSED` when it had another body.
    """
    body_hash = body_hashed(body)
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [owner_id, request_id, body_hash, subject_id])
        if cursor.rowcount:
            return None
    made = DocumentRequest.objects.get(owner_id=owner_id, request_id=request_id)
    if bytes(made.body_hash) != body_hash:
        raise request_id_reused(request_id)
    return made.subject_id


def body_hashed(body: tuple[object, ...]) -> bytes:
    """Returns the SHA-256 of what a request asks for."""
    return hashlib.sha256(json.dumps(body, default=str).encode()).digest()


def requests_forget() -> bool:
    """Deletes request ids that are too old to come again. Returns False: no more."""
    DocumentRequest.objects.filter(create_time__lt=Clock() - KEPT).delete()
    return False
