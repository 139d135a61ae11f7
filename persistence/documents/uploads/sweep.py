"""Removes what nobody comes back to: uploads that expired, originals of no document."""

from __future__ import annotations

from datetime import timedelta

import structlog
from django.utils import timezone

from persistence.chat.clock import Clock
from persistence.documents.models import Document, Upload
from persistence.documents.storage import (
    original_delete,
    originals_listed,
    owners_listed,
)
from persistence.documents.uploads.spool import Spool

log = structlog.get_logger()

BATCH = 500
# A file is stored before its document is, and its time is that of its last part.
ORIGINAL_KEPT = timedelta(hours=48)


class ExpiredUploads:
    """Uploads that got no part for a day, and files that belong to none."""

    def __init__(self, spool: Spool) -> None:
        self._spool = spool

    def delete(self) -> bool:
        """Deletes one batch; says whether there may be more. Spans owners."""
        rows = Upload.objects.filter(expire_time__lt=Clock())
        ids = list(rows.values_list("id", flat=True)[:BATCH])
        Upload.objects.filter(id__in=ids).delete()
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

    def delete(self) -> bool:
        """Deletes those of one owner; says whether there are more. Spans owners."""
        if self._folders is None:
            self._folders = owners_listed()
        if not self._folders:
            self._folders = None
            return False
        before = timezone.now() - ORIGINAL_KEPT
        names = [
            name
            for name, stored in originals_listed(self._folders.pop())
            if stored < before
        ]
        rows = Document.objects.filter(storage_name__in=names)
        orphans = set(names) - set(rows.values_list("storage_name", flat=True))
        for name in orphans:
            original_delete(name)
        if orphans:
            log.info("originals_orphaned", count=len(orphans))
        return True
