"""Takes files of this machine in, one after the other, as uploads would bring them."""

from __future__ import annotations

import asyncio
import os
import stat
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from lamla.errors.v1.error_reason_pb2 import ErrorReason

from mesh.errors import ServiceError
from mesh.ids import uuid7
from persistence.documents.ingestion.failures import failure_of
from persistence.documents.models import TITLE_MAX_LENGTH
from persistence.documents.parsing.domain import ParseError
from persistence.documents.parsing.sniff import sniff
from persistence.documents.uploads.domain import NewFile, base_name
from persistence.documents.uploads.intake import Intake
from persistence.documents.uploads.streams import StreamRequest

PIECE_BYTES = 512 * 1024

# Of the next file it would be just the same.
_NOT_THE_FILES = frozenset(
    {
        ErrorReason.ERROR_REASON_DATABASE_UNAVAILABLE,
        ErrorReason.ERROR_REASON_DEPENDENCY_UNAVAILABLE,
        ErrorReason.ERROR_REASON_SESSION_ENDED,
    }
)


@dataclass(frozen=True, slots=True)
class Brought:
    """What became of a file.

    Attributes:
        document_id: None where it was refused.
        message: Why, for people.
    """

    path: Path
    document_id: UUID | None = None
    already_existed: bool = False
    message: str = ""


class Folders:
    """Brings files of one owner."""

    def __init__(
        self, intake: Intake, owner_id: UUID, collection_ids: tuple[UUID, ...] = ()
    ) -> None:
        self._intake = intake
        self._owner_id = owner_id
        self._collection_ids = collection_ids

    async def bring(self, path: Path) -> Brought:
        """Stores a file and queues it, or says why it cannot be read.

        What can be told without a parser is told at once: an empty file, a program, a
        container that is damaged or wants a password.

        Raises:
            ServiceError: database or storage cannot be used, or the owner is gone.
        """
        try:
            file = await asyncio.to_thread(_opened, path)
        except OSError as error:
            return Brought(path, message=f"It cannot be opened: {error.strerror}.")
        try:
            return await self._take(path, file)
        except ParseError as error:
            return Brought(path, message=failure_of(error.reason).message)
        except ServiceError as error:
            if error.reason in _NOT_THE_FILES:
                raise
            return Brought(path, message=error.message)
        except OSError as error:
            return Brought(path, message=f"It cannot be read: {error.strerror}.")
        finally:
            file.close()

    async def _take(self, path: Path, file: BinaryIO) -> Brought:
        name = _storable(base_name("file_name", path.name))
        self._intake.check_size(os.fstat(file.fileno()).st_size)
        await asyncio.to_thread(sniff, path, name)
        request = StreamRequest(uuid7(), NewFile(name, "", self._collection_ids))
        taken = await self._intake.stream(self._owner_id, request, _pieces(file))
        return Brought(path, taken.document.row.id, taken.already_existed)


def files_in(paths: Iterable[Path], *, recursive: bool) -> Iterator[Path]:
    """Yields files in order, and whatever else is named where a file should be.

    Of folders: what lies in them but is hidden; what is in folders in them only if it
    is `recursive`, links to folders never.
    """
    for path in paths:
        if path.is_dir():
            yield from _within(path, recursive=recursive)
        else:
            yield path


def _within(folder: Path, *, recursive: bool) -> Iterator[Path]:
    try:
        found = sorted(folder.iterdir())
    except OSError:
        found = []
        yield folder  # To be named among what cannot be opened.
    for path in found:
        if path.name.startswith("."):
            continue
        if not path.is_dir():
            yield path
        elif recursive and not path.is_symlink():
            yield from _within(path, recursive=True)


def _opened(path: Path) -> BinaryIO:
    mode = path.stat().st_mode
    if stat.S_ISDIR(mode):
        raise OSError(0, "The folder cannot be listed")
    # A pipe would wait for a writer.
    if not stat.S_ISREG(mode):
        raise OSError(0, "Not a file")
    return path.open("rb")


async def _pieces(file: BinaryIO) -> AsyncIterator[bytes]:
    while piece := await asyncio.to_thread(file.read, PIECE_BYTES):
        yield piece


def _storable(name: str) -> str:
    """Names on disk are bytes, which need not be text."""
    text = name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return text[:TITLE_MAX_LENGTH]
