"""What a call to another peer carries on: deadline, request id, trace, user.

Usage: `await stub.BeginTurn(request, **calls.options(5, forward_user=True))`.
"""

from __future__ import annotations

import contextvars
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypedDict

import grpc

from mesh import deadlines, tracing
from mesh.errors import deadline_exceeded
from mesh.identity import current_user
from mesh.rpc_errors import from_rpc_error

# What the caller keeps of its deadline to answer in after a callee has used it up.
RESERVE_SECONDS = 0.05

Metadata = tuple[tuple[str, str], ...]


class Options(TypedDict):
    """Keyword arguments of a stub's method."""

    timeout: float | None
    metadata: Metadata


def options(timeout: float | None, *, forward_user: bool = False) -> Options:
    """Returns the arguments for a call that may take `timeout` seconds.

    The call gets less when the call being served has less left. None, for streams
    that may last, leaves that as the only bound.

    Raises:
        ServiceError: `DEADLINE_EXCEEDED` when nothing is left; `TOKEN_MISSING` when
            a user is to be forwarded and there is none.
    """
    left = deadlines.remaining()
    if left is not None:
        left -= RESERVE_SECONDS
        if left <= 0:
            raise deadline_exceeded()
        timeout = left if timeout is None else min(timeout, left)
    return {"timeout": timeout, "metadata": _metadata(forward_user=forward_user)}


def detached() -> contextvars.Context:
    """Returns a context for work that outlives the call which starts it.

    It keeps request id, trace and user and has no deadline:
    `asyncio.create_task(work(), context=calls.detached())`.
    """
    context = contextvars.copy_context()
    context.run(deadlines.begin, None)
    return context


@contextmanager
def to(peer: str) -> Iterator[None]:
    """Turns the failure of a call to `peer` into the `ServiceError` it stands for."""
    try:
        yield
    except grpc.aio.AioRpcError as error:
        raise from_rpc_error(error, peer) from error


def _metadata(*, forward_user: bool) -> Metadata:
    trace = tracing.current() or tracing.start({})
    metadata: Metadata = (
        (tracing.REQUEST_ID_KEY, trace.request_id),
        (tracing.TRACEPARENT_KEY, trace.traceparent),
    )
    if forward_user:
        metadata += (("authorization", f"Bearer {current_user().token}"),)
    return metadata
