"""Lists the caller's documents as older clients know it: all at once."""

from __future__ import annotations

from gateway.clients.documents import Document, Documents
from mesh.identity import optional_user

MOST = 100


class ListDocuments:
    """Newest first; a caller without a token has none."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    async def __call__(self) -> list[Document]:
        """Returns at most 100.

        Raises:
            ServiceError: the store is away.
        """
        if optional_user() is None:
            return []
        return await self._documents.list(MOST)
