"""How much one owner may have: looked at before anything is stored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from lamla.errors.v1.error_reason_pb2 import ErrorReason

from mesh.errors import Quota, ServiceError
from persistence.pool import Connection
from persistence.storage_settings import StorageSettings

# Uploads that became documents are remembered for a while, and count no more.
_HELD = """
SELECT open_uploads, announced + stored FROM (
    SELECT count(*) AS open_uploads, coalesce(sum(size_bytes), 0)::bigint AS announced
    FROM documents_upload
    WHERE owner_id = %(owner_id)s AND document_id IS NULL
      AND expire_time > clock_timestamp()
) AS uploads, (
    SELECT coalesce(sum(size_bytes), 0)::bigint AS stored
    FROM documents_document WHERE owner_id = %(owner_id)s
) AS documents
"""
_ALONE = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"


@dataclass(frozen=True, slots=True)
class Quotas:
    """What each owner may have.

    Attributes:
        stored_bytes: Of originals, and of uploads as they were announced.
        open_uploads: That are not complete.
    """

    stored_bytes: int
    open_uploads: int

    @classmethod
    def configured(cls, config: StorageSettings) -> Quotas:
        """Reads them from the settings."""
        return cls(config.max_owner_bytes, config.max_open_uploads)

    def check_upload(self, owner_id: UUID, size_bytes: int) -> None:
        """Lets an upload begin, if it fits; after `uploads_alone`.

        Raises:
            ServiceError: `QUOTA_EXCEEDED`.
        """
        with connection.cursor() as cursor:
            cursor.execute(_HELD, {"owner_id": owner_id})
            open_uploads, held = cursor.fetchone()
        if open_uploads >= self.open_uploads:
            raise quota_exceeded(
                owner_id,
                "open_uploads",
                self.open_uploads,
                "uploads that are not complete",
            )
        self._check(owner_id, held, size_bytes)

    def check_bytes(self, owner_id: UUID, size_bytes: int) -> None:
        """Lets a file be stored that was not announced, if it fits.

        Those of one owner that come at the same time may pass the bound together.

        Raises:
            ServiceError: `QUOTA_EXCEEDED`.
        """
        with connection.cursor() as cursor:
            cursor.execute(_HELD, {"owner_id": owner_id})
            _, held = cursor.fetchone()
        self._check(owner_id, held, size_bytes)

    async def check_fetched(
        self, database: Connection, owner_id: UUID, size_bytes: int
    ) -> None:
        """Does the same as `check_bytes` for the ingest worker.

        Raises:
            ServiceError: `QUOTA_EXCEEDED`.
        """
        cursor = await database.execute(_HELD, {"owner_id": owner_id})
        row: Any = await cursor.fetchone()
        self._check(owner_id, row[1], size_bytes)

    def _check(self, owner_id: UUID, held: int, size_bytes: int) -> None:
        if held + size_bytes > self.stored_bytes:
            raise quota_exceeded(
                owner_id,
                "stored_bytes",
                self.stored_bytes,
                "bytes of files and open uploads",
            )


def uploads_alone(owner_id: UUID) -> None:
    """Lets uploads of one owner that begin together begin one after the other."""
    with connection.cursor() as cursor:
        cursor.execute(_ALONE, [f"lamla:uploads:{owner_id}"])


class Streams:
    """How many calls that last each owner may have in this process.

    They take room from everybody's: without a bound one user could leave none.

    Attributes:
        most: How many.
    """

    def __init__(self, name: str, most: int) -> None:
        """Bounds what is called `name`, for programs."""
        self._name = name
        self.most = most
        self._running: Counter[UUID] = Counter()

    @contextmanager
    def one(self, owner_id: UUID) -> Iterator[None]:
        """Counts one for as long as it lasts.

        Raises:
            ServiceError: `QUOTA_EXCEEDED`.
        """
        if self._running[owner_id] >= self.most:
            raise quota_exceeded(
                owner_id, self._name, self.most, "of these streams at a time"
            )
        self._running[owner_id] += 1
        try:
            yield
        finally:
            self._running[owner_id] -= 1
            if not self._running[owner_id]:
                del self._running[owner_id]


def quota_exceeded(owner_id: UUID, name: str, limit: int, what: str) -> ServiceError:
    """Makes the error for more than one owner may have.

    Args:
        name: Of the quota, for programs.
        what: Is counted, for people.
    """
    error = ServiceError(
        ErrorReason.ERROR_REASON_QUOTA_EXCEEDED,
        f"One user may have {limit} {what}.",
        quota=Quota(name, limit, f"user:{owner_id}"),
        limit=str(limit),
    )
    error.metadata["quota"] = name
    return error
