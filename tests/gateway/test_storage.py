"""What is stored while an answer is written, and what an outage does to it."""

from __future__ import annotations

import asyncio

import pytest

from gateway.domain import State
from tests.gateway.harness import (
    eventually,
    kinds,
    read,
    read_one,
    read_until,
    reason_of,
    text_of,
)
from tests.gateway.store import outage
from tests.mesh.failures import stream_failure, typed


class TestCheckpoints:
    @pytest.mark.parity("A7")
    async def test_stores_the_text_while_it_grows(self, gateway, worker, store):
        """
        What was sent is stored soon, in pieces that fit together, with the number of
        the last event and the worker that generates.
        """
        first, second = asyncio.Event(), asyncio.Event()
        worker.script = ["mi", "to", first, "chon", second, "dria"]
        call = gateway.send()
        id_ = (await read_one(call)).generation_id

        await eventually(lambda: store.rows[id_].view.text == "mito")
        assert (3, "worker:2") == (
            store.rows[id_].view.last_sequence,
            store.rows[id_].lease.worker_endpoint,
        )
        first.set()
        await eventually(lambda: store.rows[id_].view.text == "mitochon")
        second.set()
        await read(call)

        pieces = [(d.text_offset, d.text) for d in store.deltas if d.text]
        assert [(0, "mito"), (4, "chon")] == pieces
        assert "mitochondria" == store.rows[id_].view.text

    async def test_renews_leases_of_silent_answers(self, gateway, worker, store):
        """
        An answer that has nothing new keeps its lease.
        """
        worker.script = [asyncio.Event()]
        await read_one(gateway.send())

        await eventually(lambda: len([d for d in store.deltas if not d.text]) >= 3)

    async def test_all_answers_in_one_call(self, gateway, worker, store, monkeypatch):
        """
        However many answers are written, a checkpoint is one call.
        """
        sizes: list[int] = []
        append = store.append

        async def counting(deltas: list) -> set[str]:
            sizes.append(len(deltas))
            return await append(deltas)

        gate = asyncio.Event()
        worker.script = [gate, "mito", asyncio.Event()]
        calls = [gateway.send() for _ in range(20)]
        for call in calls:
            await read_one(call)
        monkeypatch.setattr(store, "append", counting)
        gate.set()
        await eventually(
            lambda: all(row.view.text == "mito" for row in store.rows.values())
        )

        assert 20 == max(sizes)

    async def test_a_lost_lease_stops_the_writer(self, gateway, worker, store):
        """
        Who has lost the lease writes no more, and does not stop the worker, which may
        serve the new writer.
        """
        worker.script = ["mito", asyncio.Event()]
        call = gateway.send()
        id_ = (await read_until(call, "tokens"))[0].generation_id
        store.steal(id_, "gateway:2")

        await eventually(lambda: gateway.application.hub.active == 0)

        assert worker.closed.is_set()
        assert [] == worker.cancelled == store.finished

    async def test_deleted_with_its_conversation(self, gateway, worker, store):
        """
        An answer whose conversation was deleted ends, and its readers learn why.
        """
        worker.script = ["mito", asyncio.Event()]
        call = gateway.send()
        id_ = (await read_until(call, "tokens"))[0].generation_id
        del store.rows[id_]

        tail = await read(call)

        assert ["failed"] == kinds(tail)
        assert "ERROR_REASON_GENERATION_NOT_FOUND" == reason_of(tail[0])


class TestOutage:
    async def test_in_mid_stream(self, gateway, worker, store):
        """
        The answer goes on while the store is down, and is stored when it is back.
        """
        gate = asyncio.Event()
        worker.script = ["mito", gate, "chondria"]
        call = gateway.send()
        head = await read_until(call, "tokens")
        store.down = outage()
        gate.set()

        events = head + await read(call)
        assert "mitochondria" == text_of(events)
        assert "completed" == kinds(events)[-1]
        assert [] == store.finished
        store.down = None
        await store.ended.wait()

        view = store.rows[head[0].generation_id].view
        assert (State.COMPLETE, "mitochondria") == (view.state, view.text)

    @pytest.mark.parametrize("overrides", [{"finish_wait_seconds": 5}])
    async def test_the_end_waits_for_the_store(self, gateway, worker, store):
        """
        `completed` is sent when the answer is stored, within a bounded wait.
        """
        gate = asyncio.Event()
        worker.script = ["mito", gate]
        call = gateway.send()
        head = await read_until(call, "tokens")
        store.append_down = outage()
        gate.set()
        ending = asyncio.ensure_future(read(call))
        await asyncio.sleep(0.1)

        assert not ending.done()
        store.append_down = None
        assert ["completed"] == kinds(await ending)
        assert 1 == store.rows[head[0].generation_id].finishes

    async def test_resume_while_the_store_is_down(self, gateway, worker, store):
        """
        What this process writes needs no store to be followed; what it does not know
        fails with a typed status, before any event.
        """
        worker.script = ["mito", asyncio.Event()]
        head = await read_until(gateway.send(), "tokens")
        id_ = head[0].generation_id
        store.down = outage()

        assert head[0] == await read_one(gateway.resume(id_))
        error = await stream_failure(
            gateway.resume("0197b2a0-0000-7000-8000-000000000000")
        )
        assert "ERROR_REASON_DATABASE_UNAVAILABLE" == typed(error).reason_name
