"""Tells where an answer stands, without waiting."""

from __future__ import annotations

import structlog

from gateway.clients.gateways import Gateways
from gateway.domain import GenerationView
from gateway.flows.find_generation import Elsewhere, FindGeneration, Here
from mesh.errors import ServiceError

log = structlog.get_logger()


class GetGeneration:
    """Asks the writer where there is one, the store otherwise."""

    def __init__(self, *, find: FindGeneration, gateways: Gateways) -> None:
        self._find = find
        self._gateways = gateways

    async def __call__(
        self, generation_id: str, *, is_relayed: bool = False
    ) -> GenerationView:
        """Returns a generation of the calling user.

        Raises:
            ServiceError: `GENERATION_NOT_FOUND`.
        """
        found = await self._find(generation_id, may_take_over=False)
        if isinstance(found, Here):
            return found.generation.view
        if isinstance(found, Elsewhere) and not is_relayed:
            try:
                return await self._gateways.get(found.endpoint, generation_id)
            except ServiceError as error:
                log.info("read_from_store", reason=error.reason_name)
        return found.located.view
