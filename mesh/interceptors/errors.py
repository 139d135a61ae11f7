"""Turns exceptions into statuses, so that no servicer has to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import grpc
import structlog
from lamla.errors.v1.error_reason_pb2 import ErrorReason

from mesh import tracing
from mesh.errors import (
    DETAILS_KEY,
    INTERNAL_MESSAGE,
    ServiceError,
    status_of,
)
from mesh.interceptors.base import Call
from mesh.rpc_errors import from_rpc_error

log = structlog.get_logger()

# A client of grpc.aio that is refused in mid-sending reports INTERNAL instead of the
# status. Most have little left to send.
READ_ON_SECONDS = 5.0


@asynccontextmanager
async def errors(call: Call) -> AsyncIterator[None]:
    """Ends a failed call with its typed status, and any other with INTERNAL.

    Sits right inside the access log: the layers within it fail with `ServiceError`
    like servicers do.
    """
    try:
        yield
    except ServiceError as error:
        await _abort(call, error)
    except grpc.aio.AioRpcError as error:
        await _abort(call, from_rpc_error(error, "peer"))
    except grpc.aio.AbortError:
        raise  # The servicer has already set a status.
    except Exception as error:
        if call.context.done():
            raise  # The client has gone; a write to it failed.
        await _abort(call, _internal(error))


def _internal(error: Exception) -> ServiceError:
    fault = ServiceError(ErrorReason.ERROR_REASON_INTERNAL, INTERNAL_MESSAGE)
    fault.__cause__ = error
    return fault


async def _abort(call: Call, error: ServiceError) -> None:
    if error.reason == ErrorReason.ERROR_REASON_INTERNAL:
        # The text stays in our log: it may quote user data or SQL.
        log.error("internal_error", method=call.method, exc_info=error)
        error.message = INTERNAL_MESSAGE
        error.field_violations = ()
        error.metadata = {"request_id": tracing.request_id()}
    call.code = error.code
    call.reason = error.reason_name
    status = status_of(error)
    if call.is_request_stream:
        await _read_on(call.context)
    await call.context.abort(
        error.code, status.message, ((DETAILS_KEY, status.SerializeToString()),)
    )


async def _read_on(context: grpc.aio.ServicerContext) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(READ_ON_SECONDS):
            while await context.read() is not grpc.aio.EOF:
                pass
