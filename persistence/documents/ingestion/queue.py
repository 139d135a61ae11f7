"""Puts documents into the queue of the ingest worker, in the caller's transaction.

The queue is procrastinate's: https://procrastinate.readthedocs.io/. Users' calls have
no rights on its tables; one SECURITY DEFINER function adds one document of their own.
"""

from __future__ import annotations

from uuid import UUID

from django.db import connection

QUEUE = "ingestion"
TASK = "documents.ingest"


def ingestion_defer(document_id: UUID, attempt: int) -> bool:
    """Queues a document, inside the transaction of `orm.run`.

    What waits for the same document already is replaced. The worker hears of it when
    the transaction commits, and not at all when it is rolled back.

    Args:
        attempt: `Document.attempt`, after whatever this transaction did to it.

    Returns:
        Whether there is such a document of the transaction's owner, in that attempt.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT documents_ingestion_defer(%s, %s)", [document_id, attempt]
        )
        (is_queued,) = cursor.fetchone()
    return bool(is_queued)
