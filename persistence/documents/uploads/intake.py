"""Takes whole files in: from the disk into the storage, then into the database.

A crash in between leaves an original that no document names; the same call again finds
it, and the sweep removes it otherwise.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID
from weakref import WeakValueDictionary

from mesh.errors import invalid
from mesh.ids import uuid7
from persistence import orm
from persistence.documents import errors, files
from persistence.documents.models import Upload
from persistence.documents.quotas import Quotas, Streams
from persistence.documents.storage import (
    original_delete,
    original_keep,
    original_local,
    original_name,
)
from persistence.documents.uploads import services, streams
from persistence.documents.uploads.domain import (
    Arrived,
    Digest,
    NewFile,
    Part,
    Taken,
)
from persistence.documents.uploads.spool import Receiver, Spool, digest_of
from persistence.documents.uploads.streams import StreamRequest, gathered

# Parts that are being written: each holds one of the threads that users' calls need.
WRITERS = 4
# Whole files that are being read, and moved into the storage: half of the threads that
# there are for files.
KEEPERS = 4
# Files of one owner that come in as streams: until its end nobody knows their size.
OWNER_STREAMS = 8


class Intake:
    """Where files come in, whichever way they came."""

    def __init__(self, spool: Spool, *, max_file_bytes: int, quotas: Quotas) -> None:
        self.spool = spool
        self.max_file_bytes = max_file_bytes
        self.quotas = quotas
        self.streams = Streams("upload_streams", OWNER_STREAMS)
        self._writers = asyncio.Semaphore(WRITERS)
        self._keeping = asyncio.Semaphore(KEEPERS)
        self._completing = WeakValueDictionary[tuple[UUID, UUID], asyncio.Lock]()

    def check_size(self, size_bytes: int) -> None:
        """Checks that a file is not too large.

        Raises:
            ServiceError: `FILE_TOO_LARGE`.
        """
        if size_bytes > self.max_file_bytes:
            raise errors.file_too_large(self.max_file_bytes)

    async def part(self, owner_id: UUID, upload_id: UUID, part: Part) -> Upload:
        """Stores a part of an upload.

        Raises:
            ServiceError: those of `part_store`; `DEPENDENCY_UNAVAILABLE`.
        """
        async with self._writers:
            with files.storage_failures():
                return await orm.run(
                    services.part_store,
                    owner=owner_id,
                    owner_id=owner_id,
                    upload_id=upload_id,
                    part=part,
                    spool=self.spool,
                )

    async def complete(self, owner_id: UUID, upload_id: UUID) -> Taken:
        """Makes a document of an upload.

        Raises:
            ServiceError: `UPLOAD_NOT_FOUND`, `UPLOAD_INCOMPLETE`,
                `CONTENT_HASH_MISMATCH`, `DEPENDENCY_UNAVAILABLE`.
        """
        # The file is read for the first of several calls, not for each.
        alone = self._completing.setdefault((owner_id, upload_id), asyncio.Lock())
        async with alone:
            return await self._complete(owner_id, upload_id)

    async def stream(
        self, owner_id: UUID, request: StreamRequest, pieces: AsyncIterator[bytes]
    ) -> Taken:
        """Makes a document of a stream of bytes.

        Raises:
            ServiceError: `REQUEST_ID_REUSED`, `COLLECTION_NOT_FOUND`,
                `FILE_TOO_LARGE`, `QUOTA_EXCEEDED`, `CONTENT_HASH_MISMATCH`,
                `INVALID_FIELD` for an empty file, `DEPENDENCY_UNAVAILABLE`.
        """
        made = await orm.run(
            streams.stream_begin,
            owner=owner_id,
            owner_id=owner_id,
            request=request,
            quotas=self.quotas,
        )
        if made is not None:
            return made
        with self.streams.one(owner_id):
            async with self.receiving() as receiver:
                async for piece in gathered(pieces):
                    await files.run(receiver.write, piece)
                return await self.received(owner_id, request, receiver)

    @asynccontextmanager
    async def receiving(self) -> AsyncIterator[Receiver]:
        """Gives a file to receive into, which is gone afterwards unless it was moved.

        Raises:
            ServiceError: `DEPENDENCY_UNAVAILABLE`.
        """
        receiver = self.spool.receiver(self.max_file_bytes)
        try:
            yield receiver
        finally:
            await files.surely(receiver.discard)

    async def received(
        self, owner_id: UUID, request: StreamRequest, receiver: Receiver
    ) -> Taken:
        """Makes a document of a file that was received.

        Raises:
            ServiceError: `REQUEST_ID_REUSED`, `CONTENT_HASH_MISMATCH`,
                `QUOTA_EXCEEDED`, `INVALID_FIELD` for an empty file,
                `DEPENDENCY_UNAVAILABLE`.
        """
        digest: Digest = await files.run(receiver.finish)
        if not digest.size_bytes:
            raise invalid("data", "the file is empty")
        promised = request.file.content_sha256
        if promised is not None and promised != digest.sha256:
            raise errors.content_hash_mismatch()
        await orm.run(
            streams.stream_check,
            owner=owner_id,
            owner_id=owner_id,
            digest=digest,
            quotas=self.quotas,
        )
        upload_id = uuid7()
        name = original_name(owner_id, upload_id)
        async with self._keeping:
            await files.run(original_keep, receiver.path, name)
        taken = await orm.run(
            streams.stream_finish,
            owner=owner_id,
            owner_id=owner_id,
            upload_id=upload_id,
            request=request,
            arrived=Arrived(request.file, digest, name),
        )
        await self._tidy(taken, name)
        return taken

    async def _complete(self, owner_id: UUID, upload_id: UUID) -> Taken:
        who: dict[str, Any] = {
            "owner": owner_id,
            "owner_id": owner_id,
            "upload_id": upload_id,
        }
        row = await orm.run(services.upload_get, **who)
        if row.document_id is not None:
            return await self._made(row, row.document_id)
        if row.received_bytes < row.size_bytes:
            raise errors.upload_incomplete(row.received_bytes)
        name = original_name(owner_id, upload_id)
        try:
            async with self._keeping:
                digest = await self._kept(row, name)
        except FileNotFoundError as error:
            # Another call may have done all of it meanwhile.
            row = await orm.run(services.upload_get, **who)
            if row.document_id is None:
                raise errors.upload_incomplete(0) from error
            return await self._made(row, row.document_id)
        file = NewFile(
            file_name=row.file_name,
            title=row.title,
            collection_ids=tuple(row.collection_ids),
        )
        arrived = Arrived(file, digest, name)
        taken = await orm.run(services.upload_finish, arrived=arrived, **who)
        await self._tidy(taken, name)
        await files.try_run(self.spool.remove, upload_id)
        return taken

    async def _kept(self, row: Upload, name: str) -> Digest:
        """Moves the parts of an upload into the storage, or finds them moved.

        Raises:
            FileNotFoundError: they are in neither place.
            ServiceError: `UPLOAD_INCOMPLETE`, `CONTENT_HASH_MISMATCH`,
                `DEPENDENCY_UNAVAILABLE`.
        """
        parts = self.spool.path(row.id)
        try:
            digest = await files.run(digest_of, parts)
        except FileNotFoundError:
            # Moved by a call that was cut off, or that runs beside this one.
            digest = await files.run(_digest_of_original, name)
        if digest.size_bytes < row.size_bytes:
            raise errors.upload_incomplete(digest.size_bytes)
        promised = row.content_sha256
        if promised is not None and bytes(promised) != digest.sha256:
            await orm.run(
                services.upload_delete,
                owner=row.owner_id,
                owner_id=row.owner_id,
                upload_id=row.id,
            )
            await files.run(self.spool.remove, row.id)
            raise errors.content_hash_mismatch()
        await files.run(original_keep, parts, name)
        return digest

    async def _made(self, row: Upload, document_id: UUID) -> Taken:
        """Returns what an upload has become before."""
        return await orm.run(services.upload_made, row, document_id, owner=row.owner_id)

    async def _tidy(self, taken: Taken, name: str) -> None:
        """Deletes the new original where the document has another one."""
        if taken.document.row.storage_name != name:
            await files.try_run(original_delete, name)


def _digest_of_original(name: str) -> Digest:
    with original_local(name) as path:
        return digest_of(path)
