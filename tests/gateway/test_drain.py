"""Shutting down: answers end, or end honestly."""

from __future__ import annotations

import asyncio

import grpc
import pytest

from gateway.domain import State
from tests.gateway.harness import kinds, read, read_until, reason_of
from tests.mesh.failures import reason, stream_failure


class TestDrain:
    @pytest.mark.parity("A71")
    async def test_a_short_answer_ends_as_ever(self, gateway, worker, store):
        """
        What ends within the time to drain is complete; nobody sees an error.
        """
        gate = asyncio.Event()
        worker.script = ["mito", gate, "chondria"]
        call = gateway.send()
        await read_until(call, "tokens")

        draining = asyncio.ensure_future(gateway.application.drain())
        await asyncio.sleep(0.05)
        assert not draining.done()
        gate.set()

        assert ["tokens", "completed"] == kinds(await read(call))
        await draining
        assert State.COMPLETE is store.finished[0].state

    @pytest.mark.parametrize("overrides", [{"drain_seconds": 0.5}])
    async def test_a_long_one_is_interrupted(self, gateway, worker, store):
        """
        What does not end in time is stored as INTERRUPTED with its text, its readers
        are told, and llm_worker stops.
        """
        worker.script = ["mito", asyncio.Event()]
        call = gateway.send()
        head = await read_until(call, "tokens")

        await gateway.application.drain()
        tail = await read(call)

        assert ["failed"] == kinds(tail)
        assert "ERROR_REASON_GENERATION_INTERRUPTED" == reason_of(tail[0])
        view = store.rows[head[0].generation_id].view
        assert (State.INTERRUPTED, "mito") == (view.state, view.text)
        assert [view.id] == worker.cancelled

    async def test_takes_no_new_messages(self, gateway, store):
        """
        A process that shuts down refuses before anything is stored.
        """
        await gateway.application.drain()

        error = await stream_failure(gateway.send())

        assert grpc.StatusCode.UNAVAILABLE == error.code()
        assert "DRAINING" == reason(error)
        assert {} == store.rows
