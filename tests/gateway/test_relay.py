"""Two gateways: one writes, the other is asked; one dies, the other goes on."""

from __future__ import annotations

import asyncio

import grpc
from lamla.chat.v1 import chat_service_pb2 as pb
from lamla.chat.v1 import generation_pb2

from gateway.domain import State
from mesh.ids import uuid7
from tests.gateway.harness import (
    eventually,
    kinds,
    read,
    read_one,
    read_until,
    reason_of,
    text_of,
)
from tests.gateway.worker import lost
from tests.mesh.failures import stream_failure, typed


class TestRelay:
    async def test_follows_what_another_gateway_writes(self, gateways, worker):
        """
        A client that reaches another gateway gets the same bytes.
        """
        first, second = gateways
        gate = asyncio.Event()
        worker.script = ["mito", gate, "chondria"]
        call = first.send()
        head = await read_until(call, "tokens")
        relayed = second.resume(head[0].generation_id, 1)
        begun = [await read_one(relayed)]
        gate.set()

        everything = head + await read(call)

        assert everything[1:] == begun + await read(relayed)

    async def test_a_repeated_message_attaches_across_gateways(self, gateways, worker):
        """
        The same request at another gateway generates nothing again.
        """
        first, second = gateways
        gate = asyncio.Event()
        worker.script = ["mito", gate]
        request_id = str(uuid7())
        call = first.send(request_id=request_id)
        head = await read_until(call, "tokens")
        again = second.send(request_id=request_id)
        begun = await read_until(again, "tokens")
        gate.set()

        assert head == begun
        assert await read(call) == await read(again)
        assert 1 == len(worker.jobs)

    async def test_cancels_and_looks_across_gateways(self, gateways, worker):
        """
        Stop and a look reach the gateway that writes.
        """
        first, second = gateways
        worker.script = ["mito", asyncio.Event()]
        call = first.send()
        id_ = (await read_until(call, "tokens"))[0].generation_id

        got = await second.stub.GetGeneration(
            pb.GetGenerationRequest(generation_id=id_), **second.user
        )
        response = await second.cancel(id_)

        assert "mito" == got.generation.text
        assert generation_pb2.GENERATION_STATE_CANCELLED == response.generation.state
        assert [id_] == worker.cancelled
        assert ["cancelled"] == kinds(await read(call))

    async def test_is_for_the_user_of_the_generation(self, gateways, worker):
        """
        The user's own token goes along: another user finds nothing anywhere.
        """
        first, second = gateways
        worker.script = ["mito", asyncio.Event()]
        id_ = (await read_until(first.send(), "tokens"))[0].generation_id

        error = await stream_failure(second.resume(id_, **second.other_user()))

        assert grpc.StatusCode.NOT_FOUND == error.code()


class TestTakeOver:
    async def test_goes_on_where_the_worker_still_has_it(self, gateways, worker, store):
        """
        A gateway dies: another takes the lease with the next epoch, re-attaches to
        the same provider call, and the text is the same as if nothing had happened.
        """
        first, second = gateways
        gate = asyncio.Event()
        worker.script = ["mi", "to", gate, "chon", "dria"]
        call = first.send()
        id_ = (await read_until(call, "tokens", 2))[0].generation_id
        await eventually(lambda: store.rows[id_].view.text == "mito")
        await first.application.hub.stop()  # As kill -9: nothing is stored any more.
        store.expire(id_)

        resumed = second.resume(id_, 3)
        begun = await read_one(resumed)
        gate.set()
        events = [begun, *await read(resumed)]

        assert "snapshot" == kinds(events)[0]
        assert "mitochondria" == text_of(events)
        assert "completed" == kinds(events)[-1]
        sequences = [event.sequence for event in events]
        assert [sequences[0] + n for n in range(len(events))] == sequences
        assert sequences[0] > 1_000  # Above all that the first one may have sent.
        view, lease = store.rows[id_].view, store.rows[id_].lease
        assert (State.COMPLETE, "mitochondria") == (view.state, view.text)
        assert ("gateway:2", 2) == (lease.gateway_endpoint, lease.epoch)
        assert 1 == len(worker.jobs)

    async def test_ends_as_interrupted_where_nothing_is_left(
        self, gateways, worker, store
    ):
        """
        Gateway and worker are gone: the text that was stored is kept, and its state
        is honest.
        """
        first, second = gateways
        worker.script = ["mito", asyncio.Event()]
        id_ = (await read_until(first.send(), "tokens"))[0].generation_id
        await eventually(lambda: store.rows[id_].view.text == "mito")
        await first.application.hub.stop()
        worker.known.clear()
        store.expire(id_)

        events = await read(second.resume(id_))

        assert ["snapshot", "failed"] == kinds(events)
        assert "mito" == text_of(events)
        assert "ERROR_REASON_GENERATION_INTERRUPTED" == reason_of(events[-1])
        assert State.INTERRUPTED is store.rows[id_].view.state

    async def test_a_stream_outlives_the_gateway_behind_it(
        self, gateways, worker, store
    ):
        """
        A relayed stream waits for the lease to end, and goes on by itself.
        """
        first, second = gateways
        gate = asyncio.Event()
        worker.script = ["mito", gate, "chondria"]
        id_ = (await read_until(first.send(), "tokens"))[0].generation_id
        await eventually(lambda: store.rows[id_].view.text == "mito")
        relayed = second.resume(id_)
        head = await read_until(relayed, "tokens")
        await first.served.server.stop(None)
        await first.application.hub.stop()
        await asyncio.sleep(0.1)
        store.expire(id_)
        gate.set()

        events = head + await read(relayed)

        assert "mitochondria" == text_of(events)
        assert "completed" == kinds(events)[-1]

    async def test_cancels_what_a_dead_gateway_left(self, gateways, worker, store):
        """
        Stop works on an answer whose gateway is gone: the worker is told.
        """
        first, second = gateways
        worker.script = ["mito", asyncio.Event()]
        id_ = (await read_until(first.send(), "tokens"))[0].generation_id
        await eventually(lambda: store.rows[id_].view.text == "mito")
        await first.application.hub.stop()
        store.expire(id_)

        response = await second.cancel(id_)

        assert generation_pb2.GENERATION_STATE_CANCELLED == response.generation.state
        assert "mito" == response.generation.text
        assert [id_] == worker.cancelled

    async def test_readers_follow_the_lease(self, gateways, worker, store):
        """
        A writer that lost its lease sends its readers on to the new one.
        """
        first, second = gateways
        gate = asyncio.Event()
        worker.script = ["mito", gate, "chondria"]
        call = first.send()
        head = await read_until(call, "tokens")
        id_ = head[0].generation_id
        await eventually(lambda: store.rows[id_].view.text == "mito")
        store.expire(id_)
        other = second.resume(id_)
        begun = [await read_one(other)]
        gate.set()

        events = head + await read(call)

        assert "mitochondria" == text_of(events) == text_of(begun + await read(other))
        assert 1 == len(store.finished)

    async def test_gives_up_when_nobody_answers(self, gateways, worker, monkeypatch):
        """
        A writer that stays away while its lease holds cannot be waited for for ever:
        the stream ends with a status, and the client resumes.
        """
        first, second = gateways
        worker.script = ["mito", asyncio.Event()]
        id_ = (await read_until(first.send(), "tokens"))[0].generation_id
        follow = second.application.servicer._resume._follow  # noqa: SLF001 - Hurry.
        monkeypatch.setattr(follow, "_patience_seconds", 0.2)

        async def refuse(_endpoint: str) -> None:
            raise lost()

        monkeypatch.setattr(second.peers, "get", refuse)
        error = await stream_failure(second.resume(id_))

        assert "ERROR_REASON_DEPENDENCY_UNAVAILABLE" == typed(error).reason_name
