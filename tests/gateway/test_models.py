"""What may be asked for: models, and bounds on an answer."""

from __future__ import annotations

from typing import Any

import pytest
from lamla.chat.v1 import chat_service_pb2 as pb

from tests.gateway.harness import Gateway
from tests.gateway.worker import lost


async def offer(gateway: Gateway) -> pb.GetModelsResponse:
    """Asks what may be asked for."""
    return await gateway.stub.GetModels(pb.GetModelsRequest(), **gateway.user)


class TestOffer:
    @pytest.fixture
    def overrides(self) -> dict[str, Any]:
        """Settings of an operator who saves tokens."""
        return {"max_output_tokens": 300, "default_temperature": 0.5}

    @pytest.mark.parity("A3")
    async def test_names_models_defaults_and_caps(self, gateway, worker):
        """
        llm_worker's models with what is known of them, the default first, and this
        deployment's bounds; the default length never exceeds the cap.
        """
        worker.small = ["tiny"]
        await gateway.application._models._refresh(0)  # noqa: SLF001 - Time passes.

        response = await offer(gateway)

        assert [("tiny", "local", 2048, True), ("large", "local", 2048, False)] == [
            (m.name, m.provider, m.context_tokens, m.small_built_in)
            for m in response.models
        ]
        assert 0.5 == response.default_temperature
        assert 300 == response.default_max_output_tokens
        assert 300 == response.max_output_tokens_cap


class TestWorkerDown:
    @pytest.fixture
    def worker(self, worker):
        """A worker that is not there."""
        worker.down = lost()
        return worker

    async def test_offers_none_and_recovers(self, gateway, worker, monkeypatch):
        """
        Without llm_worker the list is empty, not an error; it is there when the worker
        is.
        """
        monkeypatch.setattr("gateway.models.MISS_SECONDS", 0)
        before = await offer(gateway)
        worker.down = None

        after = await offer(gateway)

        assert [] == list(before.models)
        assert 400 == before.default_max_output_tokens
        assert ["tiny", "large"] == [model.name for model in after.models]

    async def test_callers_do_not_queue(self, gateway, worker, monkeypatch):
        """
        Who waited while the list was fetched shares the outcome.
        """
        asked = []

        async def count() -> None:
            asked.append(True)
            raise lost()

        models = gateway.application._models  # noqa: SLF001 - Time passes.
        monkeypatch.setattr(worker, "models", count)
        monkeypatch.setattr(models, "_asked", -1_000.0)

        for _ in range(5):
            await offer(gateway)

        assert 1 == len(asked)
