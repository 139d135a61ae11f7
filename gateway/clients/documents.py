"""The port to the documents of the calling user."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, kw_only=True)
class Document:
    """A document as older clients see it.

    Attributes:
        state: `queued`, `processing`, `ready`, `failed` or `cancelled`.
        error: Why it failed, in words; empty otherwise.
    """

    id: str
    title: str
    file_name: str
    state: str
    error: str
    page_count: int
    chunk_count: int
    size_bytes: int
    create_time: datetime
    update_time: datetime


class Documents(Protocol):
    """Lists and gets. Raises `ServiceError`; see DocumentService for why."""

    async def list(self, limit: int) -> list[Document]:
        """Returns at most `limit` documents, newest first.

        Args:
            limit: Range [1, 100].
        """

    async def get(self, document_id: str) -> Document:
        """Returns one."""
