"""Gives every call an end, and lets the calls it makes know of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from mesh import deadlines as current
from mesh.errors import deadline_exceeded
from mesh.interceptors.base import Call, Layer

# For callers who set none: they would otherwise wait for ever.
UNARY_SECONDS = 30.0


def deadlines(unary_seconds: float = UNARY_SECONDS) -> Layer:
    """Makes the layer; `unary_seconds` is what a unary call without a deadline gets.

    Streams without a deadline get none: an answer may take its time, and heartbeats
    show that it lives.
    """

    @asynccontextmanager
    async def layer(call: Call) -> AsyncIterator[None]:
        remaining = call.context.time_remaining()
        if remaining is not None:
            if remaining <= 0:
                raise deadline_exceeded()
            current.begin(remaining)
            yield  # gRPC itself cancels the call when its own deadline passes.
        elif call.is_stream:
            current.begin(None)
            yield
        else:
            current.begin(unary_seconds)
            timeout = asyncio.timeout(unary_seconds)
            try:
                async with timeout:
                    yield
            except TimeoutError as error:
                if timeout.expired():
                    raise deadline_exceeded() from error
                raise

    return layer
