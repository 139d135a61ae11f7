"""Stopping an answer, and looking at one."""

from __future__ import annotations

import asyncio

import grpc
import pytest
from lamla.chat.v1 import chat_service_pb2 as pb
from lamla.chat.v1 import generation_pb2

from gateway.domain import State
from mesh.ids import uuid7
from tests.gateway.harness import kinds, read, read_until
from tests.gateway.store import outage
from tests.gateway.worker import lost
from tests.mesh.failures import failure, reason


class TestCancel:
    async def test_reaches_the_worker_and_every_reader(self, gateway, worker, store):
        """
        The worker is told to stop, the text so far is stored, every stream ends with
        `cancelled`.
        """
        worker.script = ["mito", asyncio.Event()]
        first = gateway.send()
        head = await read_until(first, "tokens")
        id_ = head[0].generation_id
        second = gateway.resume(id_, 2)

        response = await gateway.cancel(id_)
        left, right = await read(first), await read(second)

        assert generation_pb2.GENERATION_STATE_CANCELLED == response.generation.state
        assert "mito" == response.generation.text
        assert [id_] == worker.cancelled
        assert worker.closed.is_set()
        assert ["cancelled"] == kinds(left)
        assert left == right
        assert 4 == left[0].cancelled.text_length
        view = store.rows[id_].view
        assert (State.CANCELLED, "mito", 3) == (
            view.state,
            view.text,
            view.last_sequence,
        )

    @pytest.mark.parametrize("overrides", [{"started_seconds": 0.05}])
    async def test_before_the_worker_has_accepted(self, gateway, worker):
        """
        An answer can be stopped before it has begun.
        """
        worker.accepts = False
        worker.script = [asyncio.Event()]
        call = gateway.send()
        head = await read_until(call, "started")

        await gateway.cancel(head[0].generation_id)

        assert ["cancelled"] == kinds(await read(call))

    async def test_is_idempotent(self, gateway, worker):
        """
        An ended generation is returned as it is.
        """
        events = await read(gateway.send())
        id_ = events[0].generation_id

        first, second = await gateway.cancel(id_), await gateway.cancel(id_)

        assert generation_pb2.GENERATION_STATE_COMPLETE == first.generation.state
        assert first == second
        assert [] == worker.cancelled

    async def test_another_users_generation_is_not_found(self, gateway, worker):
        """
        Nobody stops what is not theirs.
        """
        worker.script = ["mito", asyncio.Event()]
        head = await read_until(gateway.send(), "tokens")

        error = await failure(
            gateway.cancel(head[0].generation_id, **gateway.other_user())
        )

        assert grpc.StatusCode.NOT_FOUND == error.code()
        assert "GENERATION_NOT_FOUND" == reason(error)
        assert [] == worker.cancelled

    async def test_when_the_worker_cannot_be_told(self, gateway, worker, monkeypatch):
        """
        The answer ends all the same: unattended, llm_worker stops by itself.
        """
        worker.script = ["mito", asyncio.Event()]
        call = gateway.send()
        head = await read_until(call, "tokens")

        async def refuse(*_: object, **__: object) -> None:
            raise lost()

        monkeypatch.setattr(worker, "cancel", refuse)
        await gateway.cancel(head[0].generation_id)

        assert ["cancelled"] == kinds(await read(call))

    async def test_while_the_store_is_down(self, gateway, worker, store):
        """
        The user is told after a bounded wait; it is stored when the store is back.
        """
        worker.script = ["mito", asyncio.Event()]
        call = gateway.send()
        head = await read_until(call, "tokens")
        store.down = outage()

        await gateway.cancel(head[0].generation_id)
        assert ["cancelled"] == kinds(await read(call))
        store.down = None
        await store.ended.wait()

        assert State.CANCELLED is store.rows[head[0].generation_id].view.state


class TestGet:
    async def test_tells_where_it_stands(self, gateway, worker):
        """
        While it runs: the text so far, and the event to continue after.
        """
        gate = asyncio.Event()
        worker.script = ["mito", gate]
        call = gateway.send()
        head = await read_until(call, "tokens")
        request = pb.GetGenerationRequest(generation_id=head[0].generation_id)

        running = (await gateway.stub.GetGeneration(request, **gateway.user)).generation
        gate.set()
        await read(call)
        ended = (await gateway.stub.GetGeneration(request, **gateway.user)).generation

        assert generation_pb2.GENERATION_STATE_GENERATING == running.state
        assert ("mito", 2) == (running.text, running.last_sequence)
        assert generation_pb2.GENERATION_STATE_COMPLETE == ended.state
        assert ended.usage.output_tokens == 1

    @pytest.mark.parametrize(
        "id_",
        [str(uuid7()), str(uuid7()).upper()],
        ids=["lower case", "upper case"],
    )
    async def test_what_does_not_exist(self, gateway, id_):
        """
        An unknown id is NOT_FOUND.
        """
        request = pb.GetGenerationRequest(generation_id=id_)

        error = await failure(gateway.stub.GetGeneration(request, **gateway.user))

        assert "GENERATION_NOT_FOUND" == reason(error)
