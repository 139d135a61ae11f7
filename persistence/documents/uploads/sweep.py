"""Removes what nobody comes back to: uploads that expired, originals of no document."""

from __future__ import annotations

from datetime import timedelta

import structlog
from django.db import connection
from django.utils import timezone

from persistence.documents.models import Document
from persistence.documents.storage import (
    original_delete,
    originals_listed,
    owners_listed,
)
from persistence.documents.uploads.spool import Spool

log = structlog.get_logger()

BATCH = 500
# Fewer than a transaction may wait for: a bucket takes its time for each.
ORIGINALS = 200
# A file is stored before its document is, and its time is that of its last part.
ORIGINAL_KEPT = timedelta(hours=48)


# One that is locked is getting a part, and is waited for again.
_EXPIRED = """
DELETE FROM documents_upload WHERE id IN (
    SELECT id FROM documents_upload WHERE expire_time < clock_timestamp()
    LIMIT %s FOR UPDATE SKIP LOCKED
)
RETURNING id
"""


class ExpiredUploads:
    """Uploads that got no part for a day, and files that belong to none."""

    def __init__(self, spool: Spool) -> None:
        self._spool = spool

    def delete(self) -> bool:
        """Deletes one batch; says whether there may be more. Spans owners."""
        with connection.cursor() as cursor:
            cursor.execute(_EXPIRED, [BATCH])
            ids = [upload_id for (upload_id,) in cursor.fetchall()]
        for upload_id in ids:
            self._spool.remove(upload_id)
        old = self._spool.remove_old()
        if ids or old:
            log.info("uploads_expired", count=len(ids), files=old)
        return len(ids) == BATCH


class Orphans:
    """Originals whose document is gone: its owner was deleted, or a process ended."""

    def __init__(self) -> None:
        self._folders: list[str] | None = None
        self._names: list[str] = []

    def delete(self) -> bool:
        """Deletes some of one owner; says whether there may be more. Spans owners."""
        if self._folders is None:
            self._folders = owners_listed()
        if not self._names and self._folders:
            before = timezone.now() - ORIGINAL_KEPT
            self._names = [
                name
                for name, stored in originals_listed(self._folders.pop())
                if stored < before
            ]
        names, self._names = self._names[:ORIGINALS], self._names[ORIGINALS:]
        rows = Document.objects.filter(storage_name__in=names)
        orphans = set(names) - set(rows.values_list("storage_name", flat=True))
        for name in orphans:
            original_delete(name)
        if orphans:
            log.info("originals_orphaned", count=len(orphans))
        if not (self._names or self._folders):
            self._folders = None
            return False
        return True
