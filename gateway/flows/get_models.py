"""Tells which models may be asked for, and how much of them."""

from __future__ import annotations

from gateway.domain import Offer
from gateway.models import Models
from gateway.settings import GatewaySettings


class GetModels:
    """llm_worker's models, within the bounds of this deployment."""

    def __init__(self, models: Models, settings: GatewaySettings) -> None:
        self._models = models
        self._settings = settings

    async def __call__(self) -> Offer:
        """Returns the offer; without models while llm_worker was never reached."""
        settings = self._settings
        return Offer(
            models=await self._models.all(),
            default_temperature=settings.default_temperature,
            default_max_output_tokens=settings.output_tokens,
            max_output_tokens_cap=settings.max_output_tokens,
        )
