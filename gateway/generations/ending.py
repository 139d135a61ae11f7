"""How a generation ends: the last event, and storing it until it is stored."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import structlog
from lamla.errors.v1.error_reason_pb2 import ErrorReason

from gateway.clients.store import FinishTurn, Store
from gateway.domain import FinishReason, State, Usage
from gateway.events import Cancelled, Completed, Failed, Outcome
from mesh.errors import ServiceError

log = structlog.get_logger()

FIRST_PAUSE_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 2.0
# A fault of the store that a repetition may not cure is tried this often.
FAULTS = 5

# Another process writes it, or it was deleted: nothing to store any more.
GONE = {
    ErrorReason.ERROR_REASON_LEASE_LOST,
    ErrorReason.ERROR_REASON_CAPABILITY_INVALID,
    ErrorReason.ERROR_REASON_GENERATION_NOT_FOUND,
    ErrorReason.ERROR_REASON_GENERATION_ENDED,
}
OUTAGES = {
    ErrorReason.ERROR_REASON_DATABASE_UNAVAILABLE,
    ErrorReason.ERROR_REASON_DEADLINE_EXCEEDED,
    ErrorReason.ERROR_REASON_DEPENDENCY_UNAVAILABLE,
    ErrorReason.ERROR_REASON_DRAINING,
    ErrorReason.ERROR_REASON_OVERLOADED,
}


@dataclass(frozen=True, kw_only=True)
class Ending:
    """Why a writer stops writing.

    Attributes:
        finish_reason: Set in state COMPLETE.
        error: Set in states FAILED and INTERRUPTED.
        stops_worker: Whether llm_worker may still generate and must be told.
    """

    state: State
    finish_reason: FinishReason | None = None
    error: ServiceError | None = None
    prompt_tokens: int = 0
    output_tokens: int = 0
    stops_worker: bool = False

    def outcome(self, usage: Usage, text_length: int) -> Outcome:
        """Returns the last event."""
        if self.finish_reason is not None:
            return Completed(
                finish_reason=self.finish_reason, usage=usage, text_length=text_length
            )
        if self.error is not None:
            return Failed(error=self.error, usage=usage, text_length=text_length)
        return Cancelled(usage=usage, text_length=text_length)


CANCELLED = Ending(state=State.CANCELLED, stops_worker=True)


def failed(error: ServiceError) -> Ending:
    """Ends with what llm_worker reported."""
    timed_out = error.reason == ErrorReason.ERROR_REASON_DEADLINE_EXCEEDED
    return Ending(state=State.FAILED, error=error, stops_worker=timed_out)


def interrupted() -> Ending:
    """Ends because the process that wrote it does."""
    error = ServiceError(
        ErrorReason.ERROR_REASON_GENERATION_INTERRUPTED,
        "The process that made the answer ended before the answer did.",
    )
    return Ending(state=State.INTERRUPTED, error=error, stops_worker=True)


async def store(
    turn: FinishTurn, *, at: Store, announce: Callable[[], None], wait_seconds: float
) -> bool:
    """Stores the end, and tries again until it is stored.

    Readers learn the end by `announce`: when it is stored, or after `wait_seconds`
    while the store is away. The text is complete then; what may still change is who
    has the last word, should the outage outlast the lease and another process take
    over what was checkpointed.

    Returns whether it was stored; if not, it is no longer this process's to store.
    """
    timer = asyncio.get_running_loop().call_later(wait_seconds, announce)
    pause, faults = FIRST_PAUSE_SECONDS, 0
    try:
        while True:
            try:
                await at.finish(turn)
            except ServiceError as error:
                id_, reason = turn.permit.generation_id, error.reason_name
                log.warning("finish_failed", generation_id=id_, reason=reason)
                faults += error.reason not in OUTAGES
                if error.reason in GONE or faults >= FAULTS:
                    return False
            else:
                announce()
                return True
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
    finally:
        timer.cancel()
