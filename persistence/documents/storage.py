"""The originals: the files as they were uploaded, on disk or in S3.

Everything here blocks: it is called by `files.run`, or where there is no event loop.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, Protocol, runtime_checkable
from uuid import UUID

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, Storage, storages

ALIAS = "originals"
COPY_BYTES = 1024 * 1024


@runtime_checkable
class Listing(Protocol):
    """A storage for which asking for each file by itself would take long."""

    def listed(self, folder: str) -> list[tuple[str, datetime]]:
        """Returns the names in a folder, and when each was stored."""


class _Moved(File):
    """A file that a storage on the same disk may take instead of copying it."""

    def temporary_file_path(self) -> str:
        """Where it is now: Django renames it from there."""
        return str(self.name)


def original_name(owner_id: UUID, file_id: UUID) -> str:
    """Returns what the original of an upload is called in the storage."""
    return f"{owner_id}/{file_id}"


def original_keep(path: Path, name: str) -> None:
    """Moves a file into the storage; once it is there, doing it again changes nothing.

    Raises:
        FileNotFoundError: it is in neither place.
        OSError: the storage cannot take it.
    """
    storage = _storage()
    try:
        with path.open("rb") as file:
            storage.save(name, _Moved(file, str(path)))
    except FileNotFoundError:
        # Another call, or one before a crash, was faster.
        if not storage.exists(name):
            raise
    if isinstance(storage, FileSystemStorage):
        _sync(Path(storage.path(name)).parent)
        _sync(Path(storage.location))


def original_open(name: str) -> IO[bytes]:
    """Opens an original for reading, from its begin to its end.

    Raises:
        FileNotFoundError: there is none of this name.
        OSError: the storage cannot be read.
    """
    file: IO[bytes] = _storage().open(name, "rb")
    return file


@contextmanager
def original_local(name: str) -> Iterator[Path]:
    """Gives an original as a file on this machine, for programs that need one.

    It is not to be changed.

    Raises:
        FileNotFoundError: there is none of this name.
        OSError: the storage cannot be read.
    """
    storage = _storage()
    if isinstance(storage, FileSystemStorage):
        path = Path(storage.path(name))
        if not path.is_file():
            raise FileNotFoundError(name)
        yield path
        return
    with tempfile.NamedTemporaryFile(dir=temporary_directory()) as copy:
        with original_open(name) as file:
            while piece := file.read(COPY_BYTES):
                copy.write(piece)
        copy.flush()
        yield Path(copy.name)


def original_delete(name: str) -> None:
    """Deletes an original; one that is gone already is no error.

    Raises:
        OSError: the storage cannot be reached.
    """
    _storage().delete(name)


def owners_listed() -> list[str]:
    """Returns the names of the folders of originals, one for each owner."""
    storage = _storage()
    try:
        folders, _ = storage.listdir("")
    except FileNotFoundError:  # Nothing was ever stored.
        return []
    return sorted(folders)


def originals_listed(folder: str) -> list[tuple[str, datetime]]:
    """Returns the names of the originals in a folder, and when each was stored."""
    storage = _storage()
    if isinstance(storage, Listing):
        return storage.listed(folder)
    try:
        _, names = storage.listdir(folder)
    except FileNotFoundError:
        return []
    paths = [f"{folder}/{name}" for name in names]
    found = []
    for path in paths:
        try:
            found.append((path, storage.get_modified_time(path)))
        except FileNotFoundError:
            continue
    return found


def temporary_directory() -> Path | None:
    """Returns where files may lie for a while; None: where the machine has such.

    What a crash leaves there is swept. Where the machine has them may be its memory.
    """
    directory: Path | None = settings.CONFIG.documents_dir
    if directory is None:
        return None
    path = directory / "uploads"
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def _storage() -> Storage:
    return storages[ALIAS]


def _sync(directory: Path) -> None:
    """Makes the names in a directory survive a loss of power."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
