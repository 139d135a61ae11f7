"""Stops an answer, from any device of its user."""

from __future__ import annotations

from gateway.clients.gateways import Gateways
from gateway.domain import GenerationView
from gateway.flows.find_generation import Elsewhere, Ended, FindGeneration, Here
from gateway.flows.patience import PASSING, Patience, unreachable
from gateway.generations.ending import CANCELLED
from gateway.generations.generation import GenerationMovedError
from gateway.generations.writer import Writer
from mesh.errors import ServiceError


class CancelGeneration:
    """Tells the writer to stop, wherever it is, and waits until it has."""

    def __init__(
        self, *, find: FindGeneration, gateways: Gateways, patience_seconds: float
    ) -> None:
        """`patience_seconds`: how long to wait for a writer that shows no life."""
        self._find = find
        self._gateways = gateways
        self._patience_seconds = patience_seconds

    async def __call__(
        self, generation_id: str, *, is_relayed: bool = False
    ) -> GenerationView:
        """Returns the generation in a terminal state.

        Raises:
            ServiceError: `GENERATION_NOT_FOUND`; `DEPENDENCY_UNAVAILABLE` when its
                writer cannot be reached.
        """
        patience = Patience(self._patience_seconds)
        while True:
            view: GenerationView | None = None
            match await self._find(generation_id):
                case Here(writer):
                    view = await self._stop(writer)
                case Ended(located):
                    view = located.view
                case Elsewhere(endpoint) if not is_relayed:
                    view = await self._relay(endpoint, generation_id)
                case _ if is_relayed:
                    raise unreachable()
            if view is not None:
                return view
            await patience.wait()

    async def _stop(self, writer: Writer) -> GenerationView | None:
        writer.stop(CANCELLED)
        try:
            await writer.generation.ended()
        except GenerationMovedError:
            return None
        return writer.generation.view

    async def _relay(self, endpoint: str, generation_id: str) -> GenerationView | None:
        try:
            return await self._gateways.cancel(endpoint, generation_id)
        except ServiceError as error:
            if error.reason in PASSING:
                return None
            raise
