"""Guards the methods that are not ours: health for every peer, reflection for few.

Their servicers have shapes of their own (`Watch` writes through its context), so each
handler is replaced by one of the same shape that asks first.
"""

from __future__ import annotations

import inspect
from typing import Any

import grpc

from mesh.identity import peer_of
from mesh.interceptors.base import Continuation
from mesh.policy import OWN_METHODS

HEALTH = "/grpc.health.v1.Health/"
REFLECTION = "/grpc.reflection."
REFLECTION_PEERS = frozenset({"developer", "launcher"})


class GateInterceptor(grpc.aio.ServerInterceptor):
    """Refuses callers of health and reflection that may not call them."""

    async def intercept_service(
        self,
        continuation: Continuation,
        handler_call_details: grpc.HandlerCallDetails,
    ) -> grpc.RpcMethodHandler | None:
        """Puts the question before the handler of a method that is not ours."""
        handler = await continuation(handler_call_details)
        method = handler_call_details.method
        if handler is None or method.startswith(OWN_METHODS):
            return handler
        return _guarded(handler, method)


def _guarded(handler: Any, method: str) -> grpc.RpcMethodHandler:
    for shape in ("unary_unary", "unary_stream", "stream_unary", "stream_stream"):
        behaviour = getattr(handler, shape)
        if behaviour is not None:
            guarded: grpc.RpcMethodHandler = handler._replace(
                **{shape: _ask_first(behaviour, method)}
            )
            return guarded
    raise TypeError(f"{method} has no behaviour.")


def _ask_first(behaviour: Any, method: str) -> Any:
    async def ask(context: grpc.aio.ServicerContext) -> None:
        peer = peer_of(context)
        if not _may_call(peer, method):
            await context.abort(
                grpc.StatusCode.PERMISSION_DENIED,
                f"The peer {peer!r} may not call this method.",
            )

    async def generator(request: Any, context: grpc.aio.ServicerContext) -> Any:
        await ask(context)
        async for response in behaviour(request, context):
            yield response

    async def coroutine(request: Any, context: grpc.aio.ServicerContext) -> Any:
        await ask(context)
        return await behaviour(request, context)

    return generator if inspect.isasyncgenfunction(behaviour) else coroutine


def _may_call(peer: str, method: str) -> bool:
    if method.startswith(HEALTH):
        return peer != ""
    return method.startswith(REFLECTION) and peer in REFLECTION_PEERS
