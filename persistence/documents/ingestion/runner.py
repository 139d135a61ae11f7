"""Takes one document of the queue to its end, whatever that is."""

from __future__ import annotations

import asyncio
from typing import Protocol
from uuid import UUID

import structlog
from grpc import StatusCode
from lamla.errors.v1.error_reason_pb2 import ErrorReason

from mesh.errors import ServiceError
from persistence.documents.ingestion.domain import Claim, Progress, SupersededError
from persistence.documents.ingestion.failures import (
    failure_of,
    internal_failure,
    serialized,
)
from persistence.documents.ingestion.pipeline import Pipeline
from persistence.documents.ingestion.progress import Reporter
from persistence.documents.ingestion.store import Store
from persistence.documents.models import Phase
from persistence.documents.parsing.domain import FailureReason, ParseError

log = structlog.get_logger()

# A fault of ours may pass, as one of a library's that depends on the moment.
TRIES = 3
PAUSE_SECONDS = 1.0
# When so many processes have died with a document, it is taken for the cause.
MOST_DEATHS = 30
# Of something that this process needs, not of the document.
PASSING = frozenset({StatusCode.UNAVAILABLE, StatusCode.DEADLINE_EXCEEDED})
# UNAVAILABLE too, but of the address that a document is to come from.
UNREACHABLE = ErrorReason.ERROR_REASON_URL_UNREACHABLE


class Fetcher(Protocol):
    """Brings a file in from the web."""

    async def __call__(self, claim: Claim) -> Claim:
        """Returns the claim with its original stored.

        Raises:
            ServiceError: `URL_REFUSED`, `URL_UNREACHABLE`, `FILE_TOO_LARGE`.
            SupersededError: nobody wants it any more, or its user has it already.
        """


class Runner:
    """What a job of the queue does."""

    def __init__(
        self, store: Store, reporter: Reporter, fetch: Fetcher, pipeline: Pipeline
    ) -> None:
        """Uses parts that other jobs use at the same time."""
        self._store = store
        self._reporter = reporter
        self._fetch = fetch
        self._pipeline = pipeline

    async def run(self, document_id: UUID, attempt: int, deaths: int) -> None:
        """Takes a document to READY or FAILED, or lets it go when nobody wants it.

        Args:
            deaths: How many processes have died while they worked on it.

        Raises:
            ServiceError: what it needs is away: later.
            OSError: likewise.
        """
        claim = await self._store.claim(document_id, attempt)
        if claim is None:
            return
        bound = log.bind(document_id=str(document_id), attempt=attempt)
        bound.info("ingestion_begins", deaths=deaths)
        if deaths > MOST_DEATHS:
            await self._fail(claim, Progress(), failure_of(FailureReason.CRASHED))
            return
        progress = Progress(Phase.READING if claim.storage_name else Phase.FETCHING)
        try:
            await self._work(claim, progress)
        except SupersededError:
            bound.info("ingestion_let_go")
        except ParseError as error:
            bound.info("ingestion_failed", reason=error.reason, detail=error.detail)
            await self._fail(claim, progress, failure_of(error.reason))
        except ServiceError as error:
            if error.code in PASSING and error.reason != UNREACHABLE:
                raise
            bound.info("ingestion_failed", reason=error.reason_name)
            await self._fail(claim, progress, error)
        else:
            bound.info("ingestion_ended")

    async def _work(self, claim: Claim, progress: Progress) -> None:
        for left in reversed(range(TRIES)):
            try:
                await self._watched(claim, progress)
            except (SupersededError, ParseError, ServiceError, OSError):
                raise
            except Exception as error:
                # The text of the exception may hold content of the document.
                log.error(  # noqa: TRY400 - Likewise the traceback's last line.
                    "ingestion_fault",
                    document_id=str(claim.document_id),
                    error=type(error).__name__,
                    where=_where(error),
                    tries_left=left,
                )
                if not left:
                    raise internal_failure() from error
                await asyncio.sleep(PAUSE_SECONDS)
            else:
                return

    async def _watched(self, claim: Claim, progress: Progress) -> None:
        """Works until it is done, or until its user does not want it any more.

        Raises:
            SupersededError: the latter.
        """
        work = asyncio.create_task(self._stages(claim, progress))
        is_wanted = True

        def stop() -> None:
            nonlocal is_wanted
            is_wanted = False
            work.cancel()

        with self._reporter.watch(claim, progress, stop):
            try:
                await work
            except asyncio.CancelledError:
                if is_wanted:
                    raise
                raise SupersededError from None
            finally:
                # Cancelled itself, it takes its work along.
                work.cancel()
                await asyncio.gather(work, return_exceptions=True)

    async def _stages(self, claim: Claim, progress: Progress) -> None:
        if not claim.storage_name:
            claim = await self._fetch(claim)
        await self._pipeline.run(claim, progress)

    async def _fail(
        self, claim: Claim, progress: Progress, failure: ServiceError
    ) -> None:
        await self._store.fail(claim, serialized(failure), progress.media_type)


def _where(error: BaseException) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return ""
    code = trace.tb_frame.f_code
    return f"{code.co_filename}:{trace.tb_lineno} {code.co_name}"
