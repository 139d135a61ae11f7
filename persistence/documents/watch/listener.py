"""Listens to the database: one connection per process, however many people follow.

A trigger on `documents_document` notifies of every change when it commits.
"""

from __future__ import annotations

import asyncio
from uuid import UUID

import psycopg
import structlog

from persistence.database import Database
from persistence.documents.watch.changes import Changes

log = structlog.get_logger()

CHANNEL = "lamla_documents"
# A connection that is quiet for so long is asked whether it is still there.
QUIET_SECONDS = 15.0
ANSWER_SECONDS = 5.0
RETRY_SECONDS = 1.0


class Listener:
    """Passes the database's notifications on."""

    def __init__(self, database: Database, changes: Changes) -> None:
        """`database` says as whom to listen; no rights on any table are needed."""
        self._database = database
        self._changes = changes

    async def run(self) -> None:
        """Listens until cancelled; connects again whenever the connection is lost."""
        while True:
            try:
                await self._listen()
            except (psycopg.Error, OSError, TimeoutError) as error:
                log.warning("listening_interrupted", error=type(error).__name__)
            await asyncio.sleep(RETRY_SECONDS)

    async def _listen(self) -> None:
        connection = await psycopg.AsyncConnection.connect(
            **self._database.connection(), autocommit=True
        )
        async with connection:
            await connection.execute(f"LISTEN {CHANNEL}".encode())
            # Whatever was said before went unheard.
            self._changes.put_all()
            while True:
                async for notification in connection.notifies(timeout=QUIET_SECONDS):
                    self._pass_on(notification.payload)
                async with asyncio.timeout(ANSWER_SECONDS):
                    await connection.execute("SELECT 1")

    def _pass_on(self, payload: str) -> None:
        owner, _, document = payload.partition(":")
        try:
            owner_id, document_id = UUID(owner), UUID(document)
        except ValueError:  # Anybody with a login may notify.
            log.warning("notification_not_understood")
            return
        self._changes.put(owner_id, document_id)
