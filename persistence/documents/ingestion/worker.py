"""The worker of the queue: procrastinate's, watched and started again.

When the database goes away procrastinate's worker ends: what it ran is cancelled, and
goes on from what is stored when the database is back.
"""

from __future__ import annotations

import asyncio
import logging
import time
from contextlib import suppress
from uuid import UUID

import structlog
from procrastinate import (
    App,
    BaseRetryStrategy,
    JobContext,
    PsycopgConnector,
    RetryDecision,
)
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import DeleteJobCondition, Job
from procrastinate.worker import Worker
from psycopg_pool import PoolTimeout

from mesh.errors import ServiceError
from persistence.database import Database
from persistence.documents.ingestion.queue import QUEUE, TASK
from persistence.documents.ingestion.recovery import Recovery
from persistence.documents.ingestion.runner import Runner

log = structlog.get_logger()

HEARTBEAT_SECONDS = 2.0
# A worker that was not heard of for so long is dead, and its documents are others'.
STALLED_SECONDS = 8.0
POLL_SECONDS = 2.0
LOST_SECONDS = 30.0
RESTART_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 60
DEATHS = 1_000
CONNECTIONS = 2
"""Of the queue, besides the one that listens."""


class Patience(BaseRetryStrategy):
    """A job that ended with an exception is run again, for as long as it takes.

    What is a document's own fault is no exception by then: it is FAILED.
    """

    def get_retry_decision(
        self, *, exception: BaseException, job: Job
    ) -> RetryDecision | None:
        """Returns when: at once when the worker was stopped, later for all else."""
        if isinstance(exception, asyncio.CancelledError):
            return RetryDecision()
        seconds = min(2 ** min(job.attempts, 10), LONGEST_PAUSE_SECONDS)
        return RetryDecision(retry_in={"seconds": seconds})


class IngestWorker:
    """Takes documents from the queue, several at a time, until it is stopped."""

    def __init__(
        self, database: Database, runner: Runner, recovery: Recovery, *, documents: int
    ) -> None:
        """Works on at most `documents` at a time."""
        self._database = database
        self._runner = runner
        self._recovery = recovery
        self._documents = documents
        self._stopping = asyncio.Event()
        self._stopped = asyncio.Event()
        self._running: set[int] = set()
        self._worker: Worker | None = None
        # What it would say is said here, and without tracebacks.
        logging.getLogger("procrastinate").setLevel(logging.CRITICAL)

    async def run(self) -> None:
        """Works until `stop`; what it was at by then goes back into the queue."""
        try:
            while not self._stopping.is_set():
                try:
                    await self._work()
                except (ConnectorException, PoolTimeout, OSError) as error:
                    log.warning("queue_unavailable", error=type(error).__name__)
                except Exception:
                    log.exception("queue_worker_failed")
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._stopping.wait(), RESTART_SECONDS)
        finally:
            self._stopped.set()

    async def stop(self) -> None:
        """Gives all documents back to the queue, and returns when that is done."""
        self._stopping.set()
        if self._worker is not None:
            self._worker.stop()  # type: ignore[no-untyped-call]
        await self._stopped.wait()

    async def _work(self) -> None:
        connector = PsycopgConnector(
            kwargs=self._database.connection(),
            min_size=1,
            max_size=CONNECTIONS,
            timeout=5,
            name="queue",
        )
        app = App(connector=connector)
        register = app.task(name=TASK, queue=QUEUE, pass_context=True, retry=Patience())
        register(self._ingest)
        async with app.open_async():
            worker = self._worker = Worker(
                app,
                queues=[QUEUE],
                name="ingest",
                concurrency=self._documents,
                fetch_job_polling_interval=POLL_SECONDS,
                # Cancelling is by the documents' rows: progress.py.
                abort_job_polling_interval=3600,
                shutdown_graceful_timeout=0,
                delete_jobs=DeleteJobCondition.ALWAYS,
                install_signal_handlers=False,
                update_heartbeat_interval=HEARTBEAT_SECONDS,
                stalled_worker_timeout=STALLED_SECONDS,
            )
            watching = asyncio.create_task(self._watch(worker))
            try:
                await worker.run()  # type: ignore[no-untyped-call]
            finally:
                watching.cancel()
                self._worker = None

    async def _ingest(
        self, context: JobContext, *, document_id: str, attempt: int
    ) -> None:
        job_id = context.job.id or 0
        self._running.add(job_id)
        try:
            # Below the thousands the priority counts deaths: recovery.py.
            deaths = -context.job.priority % DEATHS
            await self._runner.run(UUID(document_id), attempt, deaths)
        finally:
            self._running.discard(job_id)

    async def _watch(self, worker: Worker) -> None:
        """Looks after the queue while `worker` runs, and after `worker` itself."""
        suspects: set[int] = set()
        looked = 0.0
        while True:
            if self._stopping.is_set():
                worker.stop()  # type: ignore[no-untyped-call]
            try:
                suspects = await self._requeue(worker, suspects)
                if time.monotonic() - looked > LOST_SECONDS:
                    looked = time.monotonic()
                    if lost := await self._recovery.requeue_lost(LOST_SECONDS):
                        log.warning("documents_queued_again", count=lost)
            except ServiceError as error:
                log.info("queue_not_watched", reason=error.reason_name)
            except Exception:  # Without this task nothing is put back.
                log.exception("queue_not_watched")
            await asyncio.sleep(HEARTBEAT_SECONDS)

    async def _requeue(self, worker: Worker, suspects: set[int]) -> set[int]:
        """Puts jobs back that nobody works on; returns whom to suspect next time."""
        worker_id = worker.worker_id
        if worker_id is None:  # Not registered yet.
            return set()
        if not await self._recovery.beats(worker_id, STALLED_SECONDS):
            # Procrastinate's own tasks can end without a word.
            log.warning("queue_worker_has_no_pulse")
            worker.stop()  # type: ignore[no-untyped-call]
            return set()
        # Taken by this process, but not run by it: the end of it could not be written.
        idle = await self._recovery.held(worker_id) - self._running
        count = await self._recovery.requeue(STALLED_SECONDS, list(idle & suspects))
        if count:
            log.warning("jobs_queued_again", count=count)
        return idle
