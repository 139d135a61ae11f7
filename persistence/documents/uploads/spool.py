"""The files of uploads that are not complete yet. Everything here blocks."""

from __future__ import annotations

import errno
import hashlib
import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from uuid import UUID

from mesh.ids import uuid7
from persistence.documents import errors
from persistence.documents.uploads.domain import Digest

PIECE_BYTES = 1024 * 1024
# Longer than an upload waits for its next part: what is older belongs to none.
KEPT_SECONDS = 48 * 3600


class Spool:
    """One directory, which all replicas share."""

    def __init__(self, directory: Path, *, keep_free_bytes: int = 0) -> None:
        """Makes the directory where it is missing; leaves so much of its disk free."""
        self.directory = directory
        self._keep_free_bytes = keep_free_bytes
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)

    def path(self, upload_id: UUID) -> Path:
        """Where the parts of an upload are put together."""
        return self.directory / f"{upload_id}.part"

    def size(self, upload_id: UUID) -> int:
        """How many bytes of an upload are there."""
        try:
            return self.path(upload_id).stat().st_size
        except FileNotFoundError:
            return 0

    def write(self, upload_id: UUID, *, offset: int, data: bytes) -> None:
        """Writes the next bytes and waits until the disk has them.

        What was written beyond `offset` before a crash is cut off.

        Raises:
            OSError: the disk is full, or fails.
        """
        self.check_room(len(data))
        flags = os.O_RDWR | os.O_CREAT
        descriptor = os.open(self.path(upload_id), flags, 0o600)
        try:
            os.ftruncate(descriptor, offset)
            os.lseek(descriptor, offset, os.SEEK_SET)
            _write_all(descriptor, data)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        if offset == 0:
            self._sync()

    def remove(self, upload_id: UUID) -> None:
        """Removes the parts of an upload; none is no error."""
        self.path(upload_id).unlink(missing_ok=True)

    def receiver(self, max_bytes: int) -> Receiver:
        """Gives a file for one stream."""
        path = self.directory / f"{uuid7()}.stream"
        return Receiver(path, max_bytes, self.check_room)

    def check_room(self, size: int) -> None:
        """Lets so many bytes be written only where enough is left for others.

        Raises:
            OSError: it is not.
        """
        disk = os.statvfs(self.directory)
        if disk.f_bavail * disk.f_frsize < self._keep_free_bytes + size:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def remove_old(self) -> int:
        """Removes what no upload can come back to; says how many there were."""
        count = 0
        before = time.time() - KEPT_SECONDS
        for entry in os.scandir(self.directory):
            with suppress(FileNotFoundError):
                if entry.stat().st_mtime < before:
                    Path(entry).unlink()
                    count += 1
        return count

    def _sync(self) -> None:
        descriptor = os.open(self.directory, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


class Receiver:
    """Takes a file in as it comes, piece by piece.

    Who is cancelled discards it while a thread may still be writing.
    """

    def __init__(
        self, path: Path, max_bytes: int, check_room: Callable[[int], None]
    ) -> None:
        """The file at `path` is made with the first piece.

        Args:
            check_room: Raises when there is no room for so many bytes.
        """
        self.path = path
        self._check_room = check_room
        self._max_bytes = max_bytes
        self._size = 0
        self._hash = hashlib.sha256()
        self._descriptor: int | None = None
        self._is_over = False
        self._lock = threading.Lock()

    def write(self, data: bytes) -> None:
        """Adds a piece.

        Raises:
            ServiceError: `FILE_TOO_LARGE`.
            OSError: the disk is full, or fails.
        """
        with self._lock:
            if self._is_over:
                return
            if self._descriptor is None:
                flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
                self._descriptor = os.open(self.path, flags, 0o600)
            self._size += len(data)
            if self._size > self._max_bytes:
                raise errors.file_too_large(self._max_bytes)
            self._check_room(len(data))
            self._hash.update(data)
            _write_all(self._descriptor, data)

    def finish(self) -> Digest:
        """Waits until the disk has it all; says what it is."""
        with self._lock:
            if self._descriptor is not None:
                os.fsync(self._descriptor)
            self._close()
            return Digest(self._size, self._hash.digest())

    def discard(self) -> None:
        """Takes no more and removes the file, unless it was moved."""
        with self._lock:
            self._close()
            self.path.unlink(missing_ok=True)

    def _close(self) -> None:
        self._is_over = True
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def digest_of(path: Path) -> Digest:
    """Reads a file and says what its content is.

    Raises:
        FileNotFoundError: there is none.
    """
    found, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while piece := file.read(PIECE_BYTES):
            found.update(piece)
            size += len(piece)
    return Digest(size, found.digest())


def _write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]
