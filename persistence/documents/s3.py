"""Originals in an S3 bucket, by django-storages; reading one streams it.

The storage's own files fetch the whole object before the first byte is read.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from botocore.config import Config  # type: ignore[import-untyped]
from botocore.exceptions import (  # type: ignore[import-untyped]
    BotoCoreError,
    ClientError,
)
from django.core.files.base import File
from storages.backends.s3 import S3Storage  # type: ignore[import-untyped]

CONNECT_SECONDS = 5
READ_SECONDS = 30
ATTEMPTS = 3
NOT_FOUND = 404


class StorageUnavailableError(OSError):
    """The bucket cannot be reached, or refuses."""


class S3Originals(S3Storage):  # type: ignore[misc]
    """One bucket."""

    def __init__(self, **options: Any) -> None:
        client_config = Config(
            connect_timeout=CONNECT_SECONDS,
            read_timeout=READ_SECONDS,
            retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
        )
        super().__init__(client_config=client_config, **options)

    def _open(self, name: str, mode: str = "rb") -> File[bytes]:
        """Opens an object for reading.

        Raises:
            FileNotFoundError: there is none.
            StorageUnavailableError: the bucket cannot be reached.
        """
        if mode != "rb":
            raise ValueError("Originals are read, never changed.")
        try:
            answer = self.bucket.Object(self._normalize_name(name)).get()
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] == NOT_FOUND:
                raise FileNotFoundError(name) from error
            raise StorageUnavailableError(str(error)) from error
        except BotoCoreError as error:
            raise StorageUnavailableError(str(error)) from error
        return _Streamed(answer["Body"], name)

    def save(
        self, name: str | None, content: Any, max_length: int | None = None
    ) -> str:
        """See `Storage.save`.

        Raises:
            StorageUnavailableError: the bucket cannot be reached.
        """
        try:
            saved: str = super().save(name, content, max_length)
        except (BotoCoreError, ClientError) as error:
            raise StorageUnavailableError(str(error)) from error
        return saved

    def delete(self, name: str) -> None:
        """See `Storage.delete`.

        Raises:
            StorageUnavailableError: the bucket cannot be reached.
        """
        try:
            super().delete(name)
        except (BotoCoreError, ClientError) as error:
            raise StorageUnavailableError(str(error)) from error

    def listed(self, folder: str) -> list[tuple[str, datetime]]:
        """Returns the names in a folder, and when each was stored: see `Listing`.

        Raises:
            StorageUnavailableError: the bucket cannot be reached.
        """
        prefix = self._normalize_name(folder) + "/"
        try:
            return [
                (f"{folder}/{each.key.removeprefix(prefix)}", each.last_modified)
                for each in self.bucket.objects.filter(Prefix=prefix)
            ]
        except (BotoCoreError, ClientError) as error:
            raise StorageUnavailableError(str(error)) from error


class _Streamed(File):
    def read(self, num_bytes: int = -1) -> bytes:
        """Returns the next bytes; empty at the end."""
        try:
            data: bytes = self.file.read(None if num_bytes < 0 else num_bytes)  # type: ignore[union-attr,arg-type]
        except BotoCoreError as error:
            raise StorageUnavailableError(str(error)) from error
        return data
