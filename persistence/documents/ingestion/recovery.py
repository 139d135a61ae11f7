"""Finds what a process that died, or a database that went away, has left behind."""

from __future__ import annotations

from collections.abc import Sequence

from persistence.documents.ingestion.queue import QUEUE
from persistence.documents.ingestion.store import Store
from persistence.pool import Connection

# Rows that others are at work on are left to them.
_STALLED = """
SELECT job.id, EXISTS (
    SELECT FROM procrastinate_jobs waiting
    WHERE waiting.queueing_lock = job.queueing_lock AND waiting.status = 'todo')
FROM procrastinate_jobs job
LEFT JOIN procrastinate_workers worker ON worker.id = job.worker_id
WHERE job.status = 'doing' AND job.queue_name = %s AND (
    worker.id IS NULL
    OR worker.last_heartbeat < now() - make_interval(secs => %s)
    OR job.id = ANY (%s))
FOR UPDATE OF job SKIP LOCKED
"""
_REPLACED = "DELETE FROM procrastinate_jobs WHERE id = ANY (%s)"
# The priority counts the processes that have died with it, below the thousands, which
# are its owner's turn (`documents_ingestion_defer`); from the fourth on it waits
# longer and longer, so that others get done if it is the cause.
_AGAIN = """
SELECT procrastinate_retry_job_v2(
    id,
    now() + make_interval(
        secs => CASE WHEN mod(-priority, 1000) < 3 THEN 0
            ELSE least(60, 2 ^ (mod(-priority, 1000) - 3)) END),
    priority - 1, NULL, NULL)
FROM procrastinate_jobs WHERE id = ANY (%s)
"""
_LOST = """
SELECT documents_ingestion_defer(document.id, document.attempt)
FROM documents_document document
WHERE state IN (1, 2) AND update_time < now() - make_interval(secs => %s)
    AND NOT EXISTS (
        SELECT FROM procrastinate_jobs job
        WHERE job.lock = document.id::text AND job.status IN ('todo', 'doing'))
LIMIT 1000
"""
# What was cancelled may be tried again, soon or never.
_UNWANTED = """
DELETE FROM documents_stagedvector staged USING documents_document document
WHERE document.id = staged.document_id AND (document.state IN (3, 4)
    OR document.state = 5 AND document.update_time < now() - interval '1 day')
"""
_BEATS = """
SELECT FROM procrastinate_workers
WHERE id = %s AND last_heartbeat > now() - make_interval(secs => %s)
"""
_HELD = """
SELECT id FROM procrastinate_jobs WHERE worker_id = %s AND status = 'doing'
"""


class Recovery:
    """Puts jobs back that nobody works on, and documents that have none."""

    def __init__(self, store: Store) -> None:
        """Works through `store`, whose role sees the queue."""
        self._store = store

    async def requeue(self, seconds: float, orphans: Sequence[int] = ()) -> int:
        """Puts back the jobs of workers that were not heard of for so long.

        Args:
            orphans: Jobs that are known to be nobody's.

        Returns:
            How many there were.
        """

        async def work(connection: Connection) -> int:
            cursor = await connection.execute(_STALLED, [QUEUE, seconds, list(orphans)])
            rows = await cursor.fetchall()
            replaced = [job for job, is_replaced in rows if is_replaced]
            stalled = [job for job, is_replaced in rows if not is_replaced]
            if replaced:
                await connection.execute(_REPLACED, [replaced])
            if stalled:
                await connection.execute(_AGAIN, [stalled])
            return len(rows)

        return await self._store.run(work)

    async def requeue_lost(self, seconds: float) -> int:
        """Queues documents that wait for so long and are in no queue; says how many."""

        async def work(connection: Connection) -> int:
            cursor = await connection.execute(_LOST, [seconds])
            count = cursor.rowcount
            await connection.execute(_UNWANTED)
            return count

        return await self._store.run(work)

    async def beats(self, worker_id: int, seconds: float) -> bool:
        """Whether a worker was heard of within so long."""

        async def work(connection: Connection) -> bool:
            cursor = await connection.execute(_BEATS, [worker_id, seconds])
            return await cursor.fetchone() is not None

        return await self._store.run(work)

    async def held(self, worker_id: int) -> set[int]:
        """Returns the jobs that a worker has taken."""

        async def work(connection: Connection) -> set[int]:
            cursor = await connection.execute(_HELD, [worker_id])
            return {job for (job,) in await cursor.fetchall()}

        return await self._store.run(work)
