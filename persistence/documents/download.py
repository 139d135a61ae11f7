"""Reads originals for people: in pieces, the next one while one is being sent."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator
from typing import IO
from urllib.parse import quote

import structlog

from persistence.documents import errors, files
from persistence.documents.models import Document
from persistence.documents.storage import original_open

log = structlog.get_logger()

PIECE_BYTES = 256 * 1024
# Beyond this, a name is of no use to a file system.
NAME_LENGTH = 255


async def original_pieces(document: Document) -> AsyncGenerator[bytes, None]:
    """Yields the original of a document in its order.

    Raises:
        ServiceError: `DOCUMENT_NOT_FOUND` while there is no file;
            `DEPENDENCY_UNAVAILABLE`.
    """
    if not document.storage_name:
        raise errors.document_not_found(document.id)
    original = _Original(document.storage_name)
    ahead = asyncio.ensure_future(files.run(original.read))
    try:
        while piece := await ahead:
            ahead = asyncio.ensure_future(files.run(original.read))
            yield piece
    except FileNotFoundError as error:
        log.error("original_missing", document_id=str(document.id))  # noqa: TRY400 - Its name says it all.
        raise errors.document_not_found(document.id) from error
    finally:
        ahead.cancel()
        await files.surely(original.close)


class _Original:
    """A file for threads: one may close it while another one reads."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._file: IO[bytes] | None = None
        self._is_closed = False
        self._lock = threading.Lock()

    def read(self) -> bytes:
        """Returns the next piece; empty at the end."""
        with self._lock:
            if self._is_closed:
                return b""
            if self._file is None:
                self._file = original_open(self._name)
            return self._file.read(PIECE_BYTES)

    def close(self) -> None:
        """Reads no more."""
        with self._lock:
            self._is_closed = True
            if self._file is not None:
                self._file.close()


def attachment(file_name: str) -> str:
    """Returns the `content-disposition` that saves a file under a name (RFC 6266)."""
    name = "".join(c for c in file_name if c.isprintable())[:NAME_LENGTH] or "file"
    plain = "".join(c if c.isascii() and c not in '"\\%' else "_" for c in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
