"""Django's ASGI handler, with as many threads and connections as there is room for."""

from __future__ import annotations

import asyncio

from asgiref.sync import ThreadSensitiveContext, sync_to_async
from django.core.handlers.asgi import ASGIHandler
from django.db import connections

from persistence import orm
from persistence.http.asgi import Receive, Scope, Send


class BoundedDjango(ASGIHandler):
    """Serves the admin site as the service role: it shows every owner's rows.

    Django's own handler gives each request a thread, and so a connection, and leaves
    the connection open when the thread goes.
    """

    def __init__(self, threads: int) -> None:
        """Allows `threads` requests, and so connections, at a time."""
        super().__init__()
        self._slots = asyncio.Semaphore(threads)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request."""
        async with self._slots, ThreadSensitiveContext():
            await sync_to_async(orm.be_service)()
            try:
                await self.handle(scope, receive, send)
            finally:
                await sync_to_async(connections.close_all)()
