"""Documents in tests, as uploads leave them, and what became of them."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from django.conf import settings
from google.rpc.error_details_pb2 import ErrorInfo
from google.rpc.status_pb2 import Status
from psycopg.rows import dict_row

from mesh.ids import uuid7
from persistence import orm
from persistence.documents.ingestion.queue import ingestion_defer
from persistence.documents.models import Document, State
from persistence.identity.models import User

ENDED = {State.READY, State.FAILED, State.CANCELLED}


@dataclass
class Owner:
    """Somebody with documents."""

    id: UUID

    async def upload(self, name: str, content: bytes, **fields: Any) -> UUID:
        """Stores a file and queues its document."""
        document_id = uuid7()
        storage_name = f"{self.id}/{document_id}"
        path = Path(settings.CONFIG.documents_dir) / "originals" / storage_name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

        def store() -> None:
            Document.objects.create(
                id=document_id,
                owner_id=self.id,
                title=name,
                file_name=name,
                storage_name=storage_name,
                size_bytes=len(content),
                content_sha256=hashlib.sha256(content).digest(),
                **fields,
            )
            ingestion_defer(document_id, 1)

        await orm.run(store, owner=self.id)
        return document_id

    async def import_url(self, url: str) -> UUID:
        """Queues a document that is to be fetched."""
        document_id = uuid7()

        def store() -> None:
            Document.objects.create(
                id=document_id, owner_id=self.id, title=url[:255], source_url=url
            )
            ingestion_defer(document_id, 1)

        await orm.run(store, owner=self.id)
        return document_id

    async def get(self, document_id: UUID) -> Document | None:
        """Reads a document's row."""
        return await orm.run(
            Document.objects.filter(id=document_id).first, owner=self.id
        )

    async def cancel(self, document_id: UUID) -> None:
        """Does what `CancelIngestion` does."""
        await self._change(document_id, state=State.CANCELLED, attempt=2)

    async def retry(self, document_id: UUID) -> None:
        """Does what `RetryIngestion` does, after a first cancellation."""
        await self._change(document_id, state=State.QUEUED, attempt=3)
        await orm.run(ingestion_defer, document_id, 3, owner=self.id)

    async def ended(self, document_id: UUID) -> Document:
        """Waits until a document has ended."""
        while True:
            row = await self.get(document_id)
            assert row is not None
            if row.state in ENDED:
                return row
            await asyncio.sleep(0.02)

    async def _change(self, document_id: UUID, **fields: Any) -> None:
        await orm.run(
            lambda: Document.objects.filter(id=document_id).update(**fields),
            owner=self.id,
        )


async def owner_create() -> Owner:
    """Stores somebody."""
    owner_id = uuid7()
    await orm.run(
        lambda: User.objects.create(id=owner_id, role="guest"), owner=owner_id
    )
    return Owner(owner_id)


def rows(statement: str, *arguments: Any) -> list[dict[str, Any]]:
    """What the service role sees."""
    with psycopg.connect(
        **settings.CONFIG.service_database.connection(), row_factory=dict_row
    ) as connection:
        return connection.execute(statement, arguments).fetchall()


def count(table: str) -> int:
    """How many rows a table has."""
    (row,) = rows(f"SELECT count(*) AS rows FROM {table}")  # noqa: S608 - Our own tables.
    return int(row["rows"])


def reason(failure: bytes | memoryview | None) -> str:
    """The reason that a stored failure names."""
    info = ErrorInfo()
    Status.FromString(bytes(failure or b"")).details[0].Unpack(info)
    return info.reason
