"""Lets each concern of a call be one context manager, whatever the call's shape."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, aclosing
from dataclasses import dataclass
from typing import Any

import grpc
from google.protobuf.message import DecodeError

from mesh.identity import User, peer_of
from mesh.policy import OWN_METHODS

Continuation = Callable[
    [grpc.HandlerCallDetails], Awaitable[grpc.RpcMethodHandler | None]
]


@dataclass(slots=True)
class Call:
    """One call being served: what it is, and what the layers found out about it.

    Attributes:
        method: For example `/lamla.llm.v1.GenerationService/Generate`.
        request: The request; for streamed requests the iterator of them. A layer may
            put another in its place: the servicer gets that.
        is_stream: Whether requests or responses are a stream.
        is_request_stream: Whether requests are.
        peer: Name in the caller's certificate; empty when it is none of ours.
        user: The user whose token was verified.
        messages: How many messages were sent so far.
        code: The status, known when the call has failed.
        reason: The `ErrorReason` of that status, by name.
    """

    method: str
    request: Any
    context: grpc.aio.ServicerContext
    is_stream: bool
    metadata: dict[str, str]
    peer: str
    is_request_stream: bool = False
    user: User | None = None
    messages: int = 0
    code: grpc.StatusCode = grpc.StatusCode.OK
    reason: str = ""


Layer = Callable[[Call], AbstractAsyncContextManager[None]]


class Malformed:
    """Stands for a request that could not be decoded; validation refuses it.

    grpc.aio would end the call with an untyped UNKNOWN, before any layer sees it.
    """


class ChainInterceptor(grpc.aio.ServerInterceptor):
    """Runs every call of our own methods inside `layers`, the first outermost.

    Our servicers are coroutines (unary, client streaming) or async generators (server
    streaming); none streams both ways. A stream is written with `context.write` instead
    of being yielded on: grpc.aio drops an async generator without closing it when a
    write fails, and then neither servicer nor layer would learn of it before garbage
    collection.
    """

    def __init__(self, layers: Sequence[Layer]) -> None:
        self._layers = tuple(layers)
        self._wrapped: dict[str, grpc.RpcMethodHandler] = {}

    async def intercept_service(
        self,
        continuation: Continuation,
        handler_call_details: grpc.HandlerCallDetails,
    ) -> grpc.RpcMethodHandler | None:
        """Wraps the handler of one of our methods; passes others through."""
        method = handler_call_details.method
        if method in self._wrapped:
            return self._wrapped[method]
        handler = await continuation(handler_call_details)
        if handler is None or not method.startswith(OWN_METHODS):
            return handler
        self._wrapped[method] = self._wrap(method, handler)
        return self._wrapped[method]

    def _wrap(self, method: str, handler: Any) -> grpc.RpcMethodHandler:
        if handler.request_streaming and handler.response_streaming:
            raise NotImplementedError(f"{method}: no method streams both ways.")
        answer = handler.stream_unary or handler.unary_unary

        async def unary(request: Any, context: grpc.aio.ServicerContext) -> Any:
            call = _call(method, request, context, handler)
            async with AsyncExitStack() as stack:
                for layer in self._layers:
                    await stack.enter_async_context(layer(call))
                response = await answer(call.request, context)
                call.messages = 1
                return response

        async def stream(request: Any, context: grpc.aio.ServicerContext) -> None:
            call = _call(method, request, context, handler)
            async with AsyncExitStack() as stack:
                for layer in self._layers:
                    await stack.enter_async_context(layer(call))
                responses = await stack.enter_async_context(
                    aclosing(handler.unary_stream(call.request, context))
                )
                async for response in responses:
                    await context.write(response)
                    call.messages += 1

        if handler.response_streaming:
            behaviour: dict[str, Any] = {"unary_stream": stream}
        else:
            shape = "stream_unary" if handler.request_streaming else "unary_unary"
            behaviour = {shape: unary}
        wrapped: grpc.RpcMethodHandler = handler._replace(
            request_deserializer=_decoder(handler.request_deserializer), **behaviour
        )
        return wrapped


def _decoder(decode: Callable[[bytes], Any]) -> Callable[[bytes], Any]:
    def decode_or_stand_in(data: bytes) -> Any:
        try:
            return decode(data)
        except DecodeError:
            return Malformed()

    return decode_or_stand_in


def _call(
    method: str, request: Any, context: grpc.aio.ServicerContext, handler: Any
) -> Call:
    metadata = {
        key: value
        for key, value in context.invocation_metadata() or ()
        if isinstance(value, str)
    }
    return Call(
        method=method,
        request=request,
        context=context,
        is_stream=handler.request_streaming or handler.response_streaming,
        metadata=metadata,
        peer=peer_of(context),
        is_request_stream=handler.request_streaming,
    )
