"""What goes wrong while an answer is made, and what its readers are told."""

from __future__ import annotations

import asyncio

import pytest
from lamla.errors.v1.error_reason_pb2 import ErrorReason

from gateway.domain import State
from mesh.errors import ServiceError
from tests.gateway.harness import (
    kinds,
    read,
    reason_of,
    text_of,
)
from tests.gateway.worker import Drop, lost


class TestFailures:
    async def test_provider_dies_in_mid_answer(self, gateway, worker, store):
        """
        The partial text is kept, and the stream ends OK with a typed `failed`.
        """
        reason = ErrorReason.ERROR_REASON_PROVIDER_INTERRUPTED
        worker.script = ["mito", ServiceError(reason, "It stopped.", provider="x")]

        events = await read(gateway.send())

        row = store.rows[events[0].generation_id]
        assert ["started", "tokens", "failed"] == kinds(events)
        assert "ERROR_REASON_PROVIDER_INTERRUPTED" == reason_of(events[-1])
        assert 4 == events[-1].failed.text_length
        assert (State.FAILED, "mito") == (row.view.state, row.view.text)

    async def test_provider_refuses_before_the_first_token(self, gateway, worker):
        """
        The question is stored, so the failure is an event after `started`.
        """
        reason = ErrorReason.ERROR_REASON_PROVIDER_UNAVAILABLE
        worker.accepts = False
        worker.script = [ServiceError(reason, "Nobody answered.")]

        events = await read(gateway.send())

        assert ["started", "failed"] == kinds(events)
        assert ("tiny", "") == (events[0].started.model, events[0].started.provider)
        assert "ERROR_REASON_PROVIDER_UNAVAILABLE" == reason_of(events[-1])

    async def test_worker_is_away_for_good(self, gateway, worker, store):
        """
        The message is stored, and the answer fails after a bounded time.
        """
        worker.down = lost()

        events = await read(gateway.send())

        assert ["started", "failed"] == kinds(events)
        assert "ERROR_REASON_DEPENDENCY_UNAVAILABLE" == reason_of(events[-1])
        assert State.FAILED is store.rows[events[0].generation_id].view.state

    async def test_connection_to_the_worker_is_lost(self, gateway, worker):
        """
        Gateway attaches again after the last event that it has, at that worker.
        """
        worker.script = ["mito", Drop(2), "chondria"]

        events = await read(gateway.send())

        assert "mitochondria" == text_of(events)
        assert [(2, "worker:2"), (2, "worker:2")] == worker.attached
        assert 1 == len(worker.jobs)

    async def test_worker_is_killed_before_the_first_token(self, gateway, worker):
        """
        As nothing was said yet, the answer begins again and nobody notices.
        """
        worker.script = [Drop(forgets=True), "mito"]

        events = await read(gateway.send())

        assert ["started", "tokens", "completed"] == kinds(events)
        assert 2 == len(worker.jobs)

    async def test_worker_is_killed_in_mid_answer(self, gateway, worker):
        """
        The text is kept, and the reason is told.
        """
        worker.script = ["mito", Drop(forgets=True), "chondria"]

        events = await read(gateway.send())

        assert "mito" == text_of(events)
        assert "ERROR_REASON_PROVIDER_INTERRUPTED" == reason_of(events[-1])

    @pytest.mark.parity("A69")
    @pytest.mark.parametrize("overrides", [{"generation_timeout_seconds": 0.1}])
    async def test_answer_takes_too_long(self, gateway, worker):
        """
        An answer has a deadline; llm_worker is told to stop.
        """
        worker.script = ["mito", asyncio.Event()]

        events = await read(gateway.send())

        assert "ERROR_REASON_DEADLINE_EXCEEDED" == reason_of(events[-1])
        assert [events[0].generation_id] == worker.cancelled
