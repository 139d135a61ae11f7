"""Reads originals for people: in pieces, the next one while one is being sent."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
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
    try:
        file = await files.run(original_open, document.storage_name)
    except FileNotFoundError as error:
        log.error("original_missing", document_id=str(document.id))  # noqa: TRY400 - Its name says it all.
        raise errors.document_not_found(document.id) from error
    ahead = asyncio.ensure_future(files.run(file.read, PIECE_BYTES))
    try:
        while piece := await ahead:
            ahead = asyncio.ensure_future(files.run(file.read, PIECE_BYTES))
            yield piece
    finally:
        # A thread may be reading: it is not to lose the file under its hands.
        await asyncio.gather(ahead, return_exceptions=True)
        await files.run(file.close)


def attachment(file_name: str) -> str:
    """Returns the `content-disposition` that saves a file under a name (RFC 6266)."""
    name = "".join(c for c in file_name if c.isprintable())[:NAME_LENGTH] or "file"
    plain = "".join(c if c.isascii() and c not in '"\\%' else "_" for c in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
