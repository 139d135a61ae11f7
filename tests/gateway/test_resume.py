"""Following an answer: from any event, by any number of readers, after its end."""

from __future__ import annotations

import asyncio

import grpc
import pytest
from lamla.chat.v1 import generation_pb2

from gateway.domain import State
from mesh.ids import uuid7
from tests.gateway.harness import (
    eventually,
    forget_ended,
    kinds,
    read,
    read_one,
    read_until,
    text_of,
)
from tests.mesh.failures import stream_failure, typed

SCRIPT = ["mi", "to", "chon", "dria", " 🧬", "."]


class TestResume:
    async def test_at_every_cut_the_rest_is_the_same(self, gateway, worker):
        """
        Whatever a client has, what it is sent next is byte for byte what the first
        stream sent, while the answer runs and after its end.
        """
        gate = asyncio.Event()
        worker.script = [*SCRIPT, gate, "End."]
        first = gateway.send()
        head = await read_until(first, "tokens", len(SCRIPT))
        id_ = head[0].generation_id
        live = [gateway.resume(id_, after) for after in range(len(head) + 1)]
        begun = [await read_one(call) for call in live[:-1]]
        gate.set()
        everything = head + await read(first)
        followed = [
            [e, *await read(call)] for e, call in zip(begun, live, strict=False)
        ]
        followed.append(await read(live[-1]))
        after_end = [await read(gateway.resume(id_, n)) for n in range(len(everything))]

        encoded = [event.SerializeToString() for event in everything]
        for after, events in enumerate(followed):
            assert encoded[after:] == [event.SerializeToString() for event in events]
        for after, events in enumerate(after_end):
            assert encoded[after:] == [event.SerializeToString() for event in events]

    async def test_two_readers_get_the_same(self, gateway, worker):
        """
        Events are numbered once, so that all readers of an answer agree.
        """
        gate = asyncio.Event()
        worker.script = ["mito", gate, *SCRIPT]
        first = gateway.send()
        head = await read_until(first, "tokens")
        second = gateway.resume(head[0].generation_id)
        begun = [await read_one(second)]
        gate.set()

        left, right = await asyncio.gather(read(first), read(second))

        assert head + left == begun + right

    @pytest.mark.parity("A7")
    async def test_a_disconnect_is_not_a_cancel(self, gateway, worker, store):
        """
        The answer is made and stored to its end when nobody listens.
        """
        gate = asyncio.Event()
        worker.script = ["mito", gate, "chondria"]
        call = gateway.send()
        head = await read_until(call, "tokens")
        call.cancel()
        await asyncio.sleep(0.05)
        gate.set()
        await store.ended.wait()

        view = store.rows[head[0].generation_id].view
        assert (State.COMPLETE, "mitochondria") == (view.state, view.text)
        assert [] == worker.cancelled
        events = await read(gateway.resume(head[0].generation_id, 2))
        assert ["tokens", "completed"] == kinds(events)

    @pytest.mark.parity("A6")
    async def test_a_caller_that_leaves_while_it_is_stored(
        self, gateway, worker, store
    ):
        """
        Once the store has the message it is answered, even if the caller left before
        it could be told so.
        """
        store.begin_gate = asyncio.Event()
        call = gateway.send()
        await store.beginning.wait()
        call.cancel()
        await asyncio.sleep(0.05)
        store.begin_gate.set()
        await store.ended.wait()

        assert 1 == len(worker.jobs)

    async def test_another_users_generation_is_not_found(self, gateway):
        """
        A generation of another user looks exactly like one that does not exist.
        """
        events = await read(gateway.send())
        other = gateway.other_user()

        for id_ in (events[0].generation_id, str(uuid7())):
            error = await stream_failure(gateway.resume(id_, **other))

            assert grpc.StatusCode.NOT_FOUND == error.code()
            assert f"No generation {id_}." == error.details()
            assert "ERROR_REASON_GENERATION_NOT_FOUND" == typed(error).reason_name

    async def test_a_stored_answer_begins_with_a_snapshot(self, gateway, store):
        """
        What this process does not remember is told from the store: text and outcome,
        at the places that they had.
        """
        events = await read(gateway.send())
        id_ = events[0].generation_id
        forget_ended(gateway)

        told = await read(gateway.resume(id_))
        last_only = await read(gateway.resume(id_, events[-2].sequence))

        assert ["snapshot", "completed"] == kinds(told)
        assert [4, 5] == [event.sequence for event in told]
        assert "mitochondria." == text_of(told)
        assert events[0].started == told[0].snapshot.started
        assert [events[-1]] == last_only == told[1:]


class TestSilence:
    @pytest.mark.parametrize("overrides", [{"heartbeat_seconds": 0.1}])
    async def test_a_silent_stream_beats(self, gateway, worker):
        """
        Heartbeats come on silent streams, have no place in the order, and stop when
        there is something to say.
        """
        gate = asyncio.Event()
        worker.script = ["mito", gate, "chondria"]
        call = gateway.send()

        head = await read_until(call, "tokens")
        beats = await read_until(call, "heartbeat", 2)
        gate.set()
        tail = await read(call)

        assert [1, 2] == [event.sequence for event in head if event.sequence]
        assert ["heartbeat", "heartbeat"] == kinds(beats)
        assert [0, 0] == [event.sequence for event in beats]
        assert beats[0].heartbeat.server_time.seconds > 0
        assert [3, 4] == [event.sequence for event in tail if event.sequence]


class TestMemory:
    @pytest.mark.parametrize("overrides", [{"kept_events": 3}])
    async def test_old_events_become_a_snapshot(self, gateway, worker, store):
        """
        A client that is behind what is kept gets the whole text, then goes on live.
        """
        gate = asyncio.Event()
        worker.script = [*SCRIPT, gate, "End."]
        slow = (await read_until(gateway.send(), "snapshot"))[-1]
        id_ = slow.generation_id

        behind, near = gateway.resume(id_, 1), gateway.resume(id_, 5)
        begun, near_begun = [await read_one(behind)], [await read_one(near)]
        gate.set()
        followed = begun + await read(behind)

        snapshot = followed[0]
        assert ["snapshot", "tokens", "completed"] == kinds(followed)
        assert (7, "mitochondria 🧬.", 6) == (
            snapshot.sequence,
            snapshot.snapshot.text,
            snapshot.snapshot.token_count,
        )
        assert slow == snapshot
        assert store.rows[id_].view.answer_message_id == (
            snapshot.snapshot.started.answer_message_id
        )
        assert "mitochondria 🧬.End." == text_of(followed)
        assert [6, 7, 8, 9] == [e.sequence for e in near_begun + await read(near)]

    @pytest.mark.parity("A5")
    @pytest.mark.parametrize("overrides", [{"max_ended": 2}])
    async def test_ended_answers_are_forgotten(self, gateway):
        """
        Only so many ended answers are kept; the store has the others.
        """
        ids = [(await read(gateway.send()))[0].generation_id for _ in range(4)]
        hub = gateway.application.hub

        await eventually(lambda: hub.active == 0)

        kept = [id_ for id_ in ids if id_ in hub._writers]  # noqa: SLF001 - The bound.
        assert ids[2:] == kept
        assert "snapshot" == kinds(await read(gateway.resume(ids[0])))[0]

    async def test_a_slow_reader_holds_up_nobody(self, gateway, worker, store):
        """
        The answer is complete and stored while a reader has read one event only.
        """
        worker.script = ["x" * 2_000] * 400
        slow = gateway.send()
        head = [await read_one(slow)]

        await store.ended.wait()
        events = head + await read(slow)

        assert "x" * 800_000 == text_of(events)
        expected = generation_pb2.FINISH_REASON_STOP
        assert expected == events[-1].completed.finish_reason
