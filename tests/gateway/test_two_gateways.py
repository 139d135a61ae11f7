"""Two gateways under readers that come, go and change sides: fixed seeds, any order."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

import grpc
import pytest
from lamla.chat.v1 import chat_service_pb2 as pb
from lamla.chat.v1 import generation_pb2

from gateway.clients.events import event_from_proto, event_to_proto
from gateway.clients.worker import Job
from gateway.domain import State
from gateway.events import Opaque
from tests.gateway.harness import (
    Gateway,
    connected,
    eventually,
    kinds,
    read,
    read_until,
    running,
    text_of,
)
from tests.gateway.worker import Step

RESUMES = 100
CITATION = generation_pb2.Citation(citation_id="c", answer_end=4, quote="Mito.")
TOOL = generation_pb2.ToolCall(tool_call_id="t", tool_name="search")
PIECES = ["mi", "to", "chon", "dria", " 🧬", "\n", "é", "漢字", "."]

Events = list[generation_pb2.GenerationEvent]


def paced(random: Random, length: int) -> list[Step]:
    """Makes a script of `length` pieces with pauses here and there."""
    script: list[Step] = []
    for _ in range(length):
        script.append(random.choice(PIECES))
        if random.random() < 0.5:
            script.append(random.uniform(0.0, 0.02))
    return script


def said(script: Sequence[Step]) -> str:
    """Returns the text of a script."""
    return "".join(step for step in script if isinstance(step, str))


async def follow(  # noqa: PLR0913 - What a reader may do, by keyword.
    random: Random,
    gateways: Sequence[Gateway],
    id_: str,
    after: int,
    *,
    stays_from: int = 1_000_000,
    has_all: Callable[[], None] = lambda: None,
) -> Events:
    """Reads to the end as a client with a bad connection: leaves at any event, and goes
    on where it was, at any gateway; unless it has come as far as `stays_from`.
    """
    events: Events = []
    while True:
        call = random.choice(gateways).resume(id_, after)
        patience = random.choice([1, 5, 20, 1_000])
        try:
            async for event in call:
                if event.WhichOneof("event") == "heartbeat":
                    continue
                events.append(event)
                after = event.sequence
                if after == stays_from:
                    has_all()
                if event.WhichOneof("event") in {"completed", "cancelled", "failed"}:
                    return events
                patience -= 1
                if patience <= 0 and after < stays_from:
                    break
        except grpc.aio.AioRpcError:
            await asyncio.sleep(0.02)  # The gateway is gone: the next one may do.
        call.cancel()


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_random_resumes_are_equal(gateways, worker, seed):
    """
    100 readers of four answers, written by either gateway: each begins anywhere, leaves
    and returns anywhere, and has got exactly the events of the first stream.
    """
    random = Random(seed)
    gate, readers_with_all = asyncio.Event(), iter(range(1, RESUMES))
    scripts = [[*paced(random, 40), gate] for _ in range(4)]
    rest = iter(scripts)
    worker.choose = lambda _: next(rest)
    heads = []
    for _ in scripts:
        call = random.choice(gateways).send()
        heads.append((call, await read_until(call, "started")))

    def has_all() -> None:
        if next(readers_with_all, None) is None:
            gate.set()  # The last one has come to the last token.

    async def reader() -> tuple[int, int, Events]:
        await asyncio.sleep(random.uniform(0, 0.5))
        number = random.randrange(len(heads))
        id_ = heads[number][1][0].generation_id
        after = random.randrange(2)
        events = await follow(
            random, gateways, id_, after, stays_from=41, has_all=has_all
        )
        return number, after, events

    async def writer(number: int) -> Events:
        call, head = heads[number]
        events = head + await read(call)
        return [event for event in events if event.WhichOneof("event") != "heartbeat"]

    first = [asyncio.create_task(writer(number)) for number in range(len(heads))]
    readers = await asyncio.gather(*(reader() for _ in range(RESUMES)))
    everything = await asyncio.gather(*first)

    assert [said(script) for script in scripts] == [text_of(e) for e in everything]
    for number, after, events in readers:
        assert everything[number][after:] == events


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_the_owner_dies_while_the_other_relays(gateways, store, worker, seed):
    """
    The gateway that writes is gone at any moment: every reader of the other one has the
    whole text in the end, once, and the model was asked once.
    """
    random = Random(seed)
    script = paced(random, 60)
    worker.script = script
    first, second = gateways
    id_ = (await read_until(first.send(), "started"))[0].generation_id
    readers = [asyncio.create_task(follow(random, [second], id_, 0)) for _ in range(20)]

    await asyncio.sleep(random.uniform(0, 0.25))
    await first.served.server.stop(None)
    await first.application.hub.stop()  # As kill -9: nothing is stored any more.
    await asyncio.sleep(random.uniform(0, 0.1))
    store.expire(id_)
    told = await asyncio.gather(*readers)

    view = store.rows[id_].view
    assert {said(script)} == {text_of(events) for events in told} | {view.text}
    assert State.COMPLETE is view.state
    assert 1 == len(worker.jobs)


@pytest.mark.parametrize("seed", range(5))
async def test_a_stop_at_the_other_one(gateways, store, worker, seed):
    """
    Stopped at any moment from the gateway that does not write: every reader ends with
    the same event, and what is stored is what was told.
    """
    random = Random(seed)
    worker.script = [*paced(random, 40), asyncio.Event()]
    first, second = gateways
    call = first.send()
    head = await read_until(call, "started")
    id_ = head[0].generation_id
    readers = [asyncio.create_task(follow(random, gateways, id_, 0)) for _ in range(10)]

    await asyncio.sleep(random.uniform(0, 0.4))
    response = await second.cancel(id_)
    everything = head + await read(call)
    told = await asyncio.gather(*readers)

    assert "cancelled" == kinds(everything)[-1]
    # Who came after the end to the gateway that did not write it has a snapshot.
    assert {text_of(everything)} == {text_of(events) for events in told}
    assert all(everything[-1] == events[-1] for events in told)
    assert text_of(everything) == response.generation.text == store.rows[id_].view.text
    assert [id_] == worker.cancelled


async def test_a_stop_from_another_device(gateways, issuer, user_id, worker):
    """
    Another session of the same user may stop it, at any gateway.
    """
    first, second = gateways
    worker.script = ["mito", asyncio.Event()]
    call = first.send()
    id_ = (await read_until(call, "tokens"))[0].generation_id
    phone = {"metadata": [("authorization", f"Bearer {issuer.token(user_id=user_id)}")]}

    response = await second.cancel(id_, **phone, timeout=30)

    assert generation_pb2.GENERATION_STATE_CANCELLED == response.generation.state
    assert ["cancelled"] == kinds(await read(call))


async def test_two_answers_in_one_conversation(gateways, store, worker):
    """
    Two branches of a conversation are answered at a time; one is stopped, the other
    goes on.
    """
    first, second = gateways
    gate = asyncio.Event()

    def choose(job: Job) -> list[Step]:
        return [job.prompt[-1].text, gate, "!"]

    worker.choose = choose
    left = first.send("left")
    head = await read_until(left, "tokens")
    conversation_id = head[0].started.conversation_id
    right = second.send("right", conversation_id=conversation_id)
    begun = await read_until(right, "tokens")

    await first.cancel(head[0].generation_id)
    gate.set()
    events = begun + await read(right)

    assert ["cancelled"] == kinds(await read(left))
    assert "right!" == text_of(events)
    assert conversation_id == events[0].started.conversation_id
    assert {"left", "right!"} == {row.view.text for row in store.rows.values()}


class TestSilence:
    @pytest.fixture
    def overrides(self) -> dict[str, Any]:
        """Settings under which a stream is silent soon."""
        return {"heartbeat_seconds": 0.1, "lease_seconds": 1}

    async def test_heartbeats_are_relayed(self, gateways, worker):
        """
        While the model thinks, a relayed stream lives too, and nothing is lost.
        """
        first, second = gateways
        gate = asyncio.Event()
        worker.script = ["mito", gate, "chondria"]
        id_ = (await read_until(first.send(), "tokens"))[0].generation_id
        relayed = second.resume(id_, 1)

        await read_until(relayed, "tokens")
        beats = await read_until(relayed, "heartbeat", 3)
        gate.set()
        events = await read(relayed)

        assert 3 * ["heartbeat"] == kinds(beats)
        assert [0, 0, 0] == [event.sequence for event in beats]
        assert ["tokens", "completed"] == [k for k in kinds(events) if k != "heartbeat"]
        assert [3, 4] == [event.sequence for event in events if event.sequence]

    async def test_a_hanging_owner_is_left(self, gateways, store, worker, monkeypatch):
        """
        The connection lives and nothing comes, not even a heartbeat: the reader is
        kept, with heartbeats, until its answer can be taken over.
        """
        first, second = gateways
        gate = asyncio.Event()
        worker.script = ["mito", gate, "chondria"]
        id_ = (await read_until(first.send(), "tokens"))[0].generation_id
        await eventually(lambda: store.rows[id_].view.text == "mito")
        owner = first.application.hub.find(id_, store.rows[id_].owner_id)
        monkeypatch.setattr(owner.generation, "_heartbeat_seconds", 1_000)
        relayed = second.resume(id_)
        head = await read_until(relayed, "heartbeat", 2)
        store.expire(id_)
        row = store.rows[id_]
        await eventually(lambda: row.lease.gateway_endpoint == "gateway:2")
        gate.set()

        events = head + await read(relayed)

        assert "mitochondria" == text_of(events)
        assert State.COMPLETE is row.view.state


class TestRestart:
    async def test_takes_its_own_lease_at_once(self, certs, gateways, store, worker):
        """
        A gateway that was killed and started again at the same address need not wait
        for its earlier run's lease; readers at the other gateway go on with it.
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
        again, owner_id = store.at("gateway:1#2"), store.rows[id_].owner_id
        async with (
            running(
                certs, issuer=first.issuer, store=again, worker=worker, user_id=owner_id
            ) as restarted,
            connected(certs, second, restarted),
        ):
            resumed = restarted.resume(id_)
            begun = await read_until(resumed, "snapshot")
            is_expired = store.rows[id_].lease.expired
            gate.set()
            events = begun + await read(resumed)
            told = head + await read(relayed)

        assert "mitochondria" == text_of(events) == text_of(told)
        assert not is_expired
        lease = store.rows[id_].lease
        assert ("gateway:1#2", 2) == (lease.gateway_endpoint, lease.epoch)
        assert 1 == len(worker.jobs)

    async def test_leaves_the_leases_of_others(self, gateways, store, worker):
        """
        Another gateway's live lease is not taken, however its runs are named.
        """
        first, second = gateways
        worker.script = ["mito", asyncio.Event()]
        id_ = (await read_until(first.send(), "tokens"))[0].generation_id
        store.steal(id_, "gateway:11#7")
        second.peers.channels["gateway:11"] = second.peers.channels["gateway:1"]

        response = await second.stub.GetGeneration(
            pb.GetGenerationRequest(generation_id=id_), **second.user
        )

        assert generation_pb2.GENERATION_STATE_GENERATING == response.generation.state
        assert "gateway:11#7" == store.rows[id_].lease.gateway_endpoint


class TestForeignEvents:
    async def test_pass_through(self, gateways, worker):
        """
        Events that mean nothing to gateway are relayed as they are, in their place.
        """
        first, second = gateways
        gate = asyncio.Event()
        worker.script = ["mito", gate, "chondria"]
        call = first.send()
        head = await read_until(call, "tokens")
        id_ = head[0].generation_id
        relayed = second.resume(id_, 2)
        owner = next(iter(first.application.hub._writers.values()))  # noqa: SLF001 - Nobody writes these yet.
        for place, kind in enumerate(({"citation": CITATION}, {"tool_call": TOOL}), 3):
            event = generation_pb2.GenerationEvent(
                generation_id=id_, sequence=place, **kind
            )
            owner.generation.append(Opaque(event.SerializeToString()))
        begun = await read_until(relayed, "tool_call")
        gate.set()

        events = begun + await read(relayed)

        assert ["citation", "tool_call", "tokens", "completed"] == kinds(events)
        assert await read(call) == events
        assert (CITATION, TOOL) == (events[0].citation, events[1].tool_call)

    def test_a_snapshot_keeps_its_citations(self):
        """
        What is read from another gateway is written as it was.
        """
        event = generation_pb2.GenerationEvent(
            generation_id="g",
            sequence=7,
            snapshot={"text": "a", "citations": [CITATION]},
        )
        event.snapshot.started.start_time.GetCurrentTime()

        assert event == event_to_proto(event_from_proto(event))
