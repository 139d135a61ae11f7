"""Health with HTTP status codes, for load balancers and people.

`/health` tells what the probes found last; `/api/health/db` asks the database now.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import Any

import structlog

from mesh.health import HealthRegistry
from persistence.http.asgi import Receive, Scope, Send, respond_json
from persistence.pool import Connection, Pool

log = structlog.get_logger()

SLOW_MILLISECONDS = 100
GIVE_UP_SECONDS = 5.0
OK, UNAVAILABLE = 200, 503


@dataclass(frozen=True)
class Answer:
    """What the database said when it was asked."""

    status: int
    content: dict[str, Any]


class ServiceHealth:
    """`/health`: 200 while the process serves and all it needs answers."""

    def __init__(self, registry: HealthRegistry) -> None:
        self._registry = registry

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers with each dependency named."""
        snapshot = self._registry.snapshot()
        dependencies = snapshot["dependencies"].values()
        is_well = snapshot["status"] == "serving" and all(
            dependency["status"] == "serving" for dependency in dependencies
        )
        if snapshot["status"] == "serving" and not is_well:
            snapshot["status"] = "degraded"
        await respond_json(scope, send, OK if is_well else UNAVAILABLE, snapshot)


class DatabaseHealth:
    """`/api/health/db`: how long the database takes to answer, now."""

    def __init__(self, pool: Pool, database: str) -> None:
        self._pool = pool
        self._database = database
        self._running: asyncio.Task[Answer] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers; callers at the same time share one question."""
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._ask())
        answer = await asyncio.shield(self._running)
        await respond_json(scope, send, answer.status, answer.content)

    async def _ask(self) -> Answer:
        began = time.perf_counter()
        try:
            async with asyncio.timeout(GIVE_UP_SECONDS):
                await ping(self._pool)
        except Exception as error:  # noqa: BLE001 - Whatever it is, it is not healthy.
            log.warning("database_unhealthy", error=type(error).__name__)
            status, word = UNAVAILABLE, "unavailable"
        else:
            status, word = OK, "ok"
        latency_ms = round((time.perf_counter() - began) * 1_000, 3)
        if latency_ms > SLOW_MILLISECONDS:
            log.warning("database_slow", latency_ms=latency_ms)
        content = {
            "status": word,
            "latency_ms": latency_ms,
            "database": self._database,
        }
        return Answer(status, content)


async def ping(pool: Pool) -> None:
    """Asks the database for nothing.

    Raises:
        ServiceError: it does not answer.
    """

    async def work(connection: Connection) -> None:
        await connection.execute("SELECT 1")

    await pool.run(work)
