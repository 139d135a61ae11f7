"""The port to other gateways: following and stopping what they write."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Protocol

from gateway.domain import GenerationView
from gateway.events import Event


class Gateways(Protocol):
    """Calls another gateway for the calling user. All raise `ServiceError`.

    An `endpoint` always comes from a lease that the store returned, never from a
    request, and must prove that it is a gateway by its certificate.
    """

    def resume(
        self, endpoint: str, generation_id: str, *, after: int
    ) -> AsyncGenerator[Event, None]:
        """Follows a generation there."""

    async def cancel(self, endpoint: str, generation_id: str) -> GenerationView:
        """Stops a generation there."""

    async def get(self, endpoint: str, generation_id: str) -> GenerationView:
        """Looks at a generation there."""
