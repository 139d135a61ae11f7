"""Writes one line per call at its end: who, what, how it ended; never content."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import grpc
import structlog
from grpc import StatusCode

from mesh import tracing
from mesh.interceptors.base import Call

log = structlog.get_logger()

OUR_FAULTS = {
    StatusCode.DATA_LOSS,
    StatusCode.DEADLINE_EXCEEDED,
    StatusCode.INTERNAL,
    StatusCode.UNAVAILABLE,
    StatusCode.UNIMPLEMENTED,
    StatusCode.UNKNOWN,
}
# A caller's deadline comes rounded up and passes later here, so it leaves just before.
DEADLINE_SLACK_SECONDS = 0.1
STATUS_BY_NUMBER = {status.value[0]: status for status in StatusCode}


@asynccontextmanager
async def access_log(call: Call) -> AsyncIterator[None]:
    """Logs the call. Outermost, so that it sees the final status."""
    began = time.perf_counter()
    trace = tracing.start(call.metadata)
    try:
        yield
    except asyncio.CancelledError:
        call.code = _why_cancelled(call)
        raise
    except Exception as error:
        if call.code is StatusCode.OK:
            call.code = _code_of(error, call)
        raise
    finally:
        (log.warning if call.code in OUR_FAULTS else log.info)(
            "call",
            method=call.method,
            peer=call.peer,
            user_id=str(call.user.id) if call.user else None,
            code=call.code.name,
            reason=call.reason or None,
            duration_ms=round((time.perf_counter() - began) * 1_000, 3),
            messages=call.messages,
            # Said explicitly: a cancelled call may end in another context.
            request_id=trace.request_id,
            trace_id=trace.trace_id,
            span_id=trace.span_id,
        )


def _code_of(error: Exception, call: Call) -> StatusCode:
    if isinstance(error, grpc.aio.AbortError):  # A servicer set a status by itself.
        code = call.context.code()
        return code if isinstance(code, StatusCode) else STATUS_BY_NUMBER[code]
    if call.context.done():  # The client has gone.
        return _why_cancelled(call)
    return StatusCode.UNKNOWN


def _why_cancelled(call: Call) -> StatusCode:
    remaining = call.context.time_remaining()
    if remaining is not None and remaining <= DEADLINE_SLACK_SECONDS:
        return StatusCode.DEADLINE_EXCEEDED
    return StatusCode.CANCELLED
