"""Reaches other gateways over `lamla.chat.v1`, with the user's own token."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

from lamla.chat.v1 import chat_service_pb2 as pb
from lamla.chat.v1.chat_service_pb2_grpc import ChatServiceStub

from gateway.clients.convert import view_from_proto
from gateway.clients.events import event_from_proto
from gateway.clients.pool import ChannelPool
from gateway.domain import GenerationView
from gateway.events import Event
from mesh import calls

PEER = "gateway"
# A stop waits for llm_worker and the store; a look waits for nothing.
CANCEL_SECONDS = 12.0
GET_SECONDS = 1.0


class OtherGateways:
    """Implements `Gateways`."""

    def __init__(self, pool: ChannelPool, *, timeout_seconds: float) -> None:
        """`timeout_seconds` is how long a stream may last."""
        self._pool = pool
        self._timeout_seconds = timeout_seconds

    async def resume(
        self, endpoint: str, generation_id: str, *, after: int
    ) -> AsyncGenerator[Event, None]:
        """See `Gateways.resume`."""
        stub = await self._at(endpoint)
        request = pb.ResumeGenerationRequest(
            generation_id=generation_id, after_sequence=after
        )
        options = calls.options(self._timeout_seconds, forward_user=True)
        call = stub.ResumeGeneration(request, **options)
        try:
            with calls.to(PEER):
                async for message in call:
                    yield event_from_proto(message)
        finally:
            call.cancel()  # Leaving a generator does not end the call it reads.

    async def cancel(self, endpoint: str, generation_id: str) -> GenerationView:
        """See `Gateways.cancel`."""
        stub = await self._at(endpoint)
        request = pb.CancelGenerationRequest(generation_id=generation_id)
        options = calls.options(CANCEL_SECONDS, forward_user=True)
        with calls.to(PEER):
            response = await stub.CancelGeneration(request, **options)
        return view_from_proto(response.generation)

    async def get(self, endpoint: str, generation_id: str) -> GenerationView:
        """See `Gateways.get`."""
        stub = await self._at(endpoint)
        request = pb.GetGenerationRequest(generation_id=generation_id)
        options = calls.options(GET_SECONDS, forward_user=True)
        with calls.to(PEER):
            response = await stub.GetGeneration(request, **options)
        return view_from_proto(response.generation)

    async def _at(self, endpoint: str) -> Any:
        return (await self._pool.get(endpoint)).stub(ChatServiceStub)
