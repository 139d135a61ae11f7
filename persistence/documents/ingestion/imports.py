"""The row of an imported document once its file is there."""

from __future__ import annotations

from dataclasses import dataclass

import psycopg

from persistence.documents.ingestion.domain import Claim, SupersededError
from persistence.documents.ingestion.store import check_current
from persistence.documents.ingestion.web.download import Download
from persistence.documents.models import TITLE_MAX_LENGTH
from persistence.pool import Connection

_STORE = """
UPDATE documents_document SET content_sha256 = %s, storage_name = %s, size_bytes = %s,
    file_name = %s, phase = 2, update_time = now(),
    title = CASE WHEN title = left(source_url, %s) THEN %s ELSE title END
WHERE id = %s AND attempt = %s AND state = 2
"""
_TITLE = "SELECT title FROM documents_document WHERE id = %s"
_KNOWN = """
SELECT id, attempt, state FROM documents_document
WHERE owner_id = %s AND content_sha256 = %s FOR NO KEY UPDATE
"""
_COLLECT = """
INSERT INTO documents_collectiondocument (collection_id, document_id, owner_id)
SELECT collection_id, %s, owner_id FROM documents_collectiondocument
WHERE document_id = %s AND owner_id = %s
ON CONFLICT DO NOTHING
"""
_RETRY = """
UPDATE documents_document SET state = 1, phase = 0, attempt = attempt + 1,
    failure = NULL, update_time = now()
WHERE id = %s AND state IN (4, 5)
RETURNING id, attempt
"""
_DEFER = "SELECT documents_ingestion_defer(%s, %s)"
_DELETE = "DELETE FROM documents_document WHERE id = %s AND attempt = %s AND state = 2"


@dataclass(frozen=True, slots=True)
class Imported:
    """A document, what was downloaded for it, and where that is kept."""

    claim: Claim
    download: Download
    storage_name: str

    async def store(self, connection: Connection) -> bool:
        """Gives the row its file; says no when its owner has that file already.

        Raises:
            SupersededError: nobody wants it any more.
        """
        got = self.download
        name = got.file_name
        values = [got.sha256, self.storage_name, got.size_bytes, name]
        try:
            async with connection.transaction():
                cursor = await connection.execute(
                    _STORE,
                    [
                        *values,
                        TITLE_MAX_LENGTH,
                        name,
                        self.claim.document_id,
                        self.claim.attempt,
                    ],
                )
        except psycopg.errors.UniqueViolation:
            return False
        if not cursor.rowcount:
            raise SupersededError
        return True

    async def title(self, connection: Connection) -> str:
        """Returns what the document is called now."""
        cursor = await connection.execute(_TITLE, [self.claim.document_id])
        row = await cursor.fetchone()
        if row is None:
            raise SupersededError
        return str(row[0])

    async def merge(self, connection: Connection) -> None:
        """Lets the document that has the file take the place of this one.

        It is put into the same collections, and tried again if it had failed. If it is
        gone by now, this one is begun again.

        Raises:
            SupersededError: nobody wants this one any more.
        """
        claim = self.claim
        await check_current(connection, claim)
        cursor = await connection.execute(
            _KNOWN, [claim.owner_id, self.download.sha256]
        )
        row = await cursor.fetchone()
        if row is None:
            return
        known = row[0]
        await connection.execute(_COLLECT, [known, claim.document_id, claim.owner_id])
        cursor = await connection.execute(_RETRY, [known])
        if again := await cursor.fetchone():
            await connection.execute(_DEFER, again)
        await connection.execute(_DELETE, [claim.document_id, claim.attempt])
