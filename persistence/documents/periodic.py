"""What is done for documents every so often."""

from __future__ import annotations

from persistence.documents.requests import requests_forget
from persistence.documents.uploads.spool import Spool
from persistence.documents.uploads.sweep import ExpiredUploads, Orphans
from persistence.periodic import Periodic

HOUR = 3600.0


def documents_periodic(spool: Spool) -> tuple[Periodic, ...]:
    """Returns the work of one process."""
    return (
        Periodic("uploads_expired", ExpiredUploads(spool).delete, HOUR / 6),
        Periodic("originals_orphaned", Orphans().delete, 6 * HOUR),
        Periodic("document_requests_forget", requests_forget, HOUR),
    )
