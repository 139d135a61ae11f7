"""Grounded answers whose writer dies: another gateway goes on with their evidence."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from lamla.chat.v1 import chat_service_pb2 as pb
from lamla.chat.v1.generation_pb2 import SUPPORT_SUPPORTED

from mesh.ids import uuid7
from tests.gateway.harness import eventually, kinds, read, read_until, text_of
from tests.gateway.library import a_chunk

LEAVE = (
    "Employees receive 30 days of paid leave per year. "
    "Requests go to the manager two weeks before. "
    "Unused leave expires in March."
)
FIRST, SECOND, THIRD = (f"{s.strip()}." for s in LEAVE.rstrip(".").split(". "))
QUESTION = "How many days of paid leave do employees receive per year?"


@pytest.fixture(autouse=True)
def chunk(store):
    """What the user's only document says."""
    chunk = a_chunk(LEAVE)
    store.library.chunks.append(chunk)
    return chunk


async def evidence_of(gateway: Any, id_: str) -> Any:
    """The generation as it stands."""
    request = pb.GetGenerationRequest(generation_id=id_)
    return (await gateway.stub.GetGeneration(request, **gateway.user)).generation


async def test_goes_on_after_the_last_claim(gateways, store, worker):
    """
    What was found keeps its ids, nothing is said twice, the rest is found too; the
    passages are those that the model was given.
    """
    first, second = gateways
    rest = asyncio.Event()
    worker.script = [f"{FIRST} ", f"{SECOND} ", "And", rest, f" so: {THIRD}"]
    call = first.send(QUESTION)
    head = await read_until(call, "claim", 2)
    id_ = head[0].generation_id
    before = await evidence_of(first, id_)
    await eventually(lambda: len(store.rows[id_].view.evidence.claims) == 2)

    await first.application.hub.stop()
    store.expire(id_)
    resumed = second.resume(id_, head[-1].sequence)
    rest.set()
    events = await read(resumed)
    after = await evidence_of(second, id_)

    assert "snapshot" == kinds(events)[0]
    assert "completed" == kinds(events)[-1]
    assert f"{FIRST} {SECOND} And so: {THIRD}" == text_of(events)
    assert list(before.claims) == list(after.claims)[:2]
    assert list(before.citations) == list(after.citations)[:2]
    assert [SUPPORT_SUPPORTED] * 3 == [claim.support for claim in after.claims]
    assert before.grounding == after.grounding
    assert 1 == len(store.library.searches)


async def test_marks_of_passages_make_no_other_text(gateways, store, worker):
    """
    Who takes over leaves out the same of what llm_worker tells again.
    """
    first, second = gateways
    rest = asyncio.Event()
    bare = FIRST.removesuffix(".")
    worker.script = [f"{bare} [1]. ", "And", rest, f" so: {bare} [1]."]
    call = first.send(QUESTION)
    head = await read_until(call, "claim")
    id_ = head[0].generation_id
    await eventually(lambda: len(store.rows[id_].view.evidence.claims) == 1)

    await first.application.hub.stop()
    store.expire(id_)
    resumed = second.resume(id_, head[-1].sequence)
    rest.set()
    events = await read(resumed)

    assert f"{FIRST} And so: {FIRST}" == text_of(events)
    assert "attempt_changed" not in kinds(events)


async def test_a_repetition_begins_again_with_the_same_passages(
    gateways, store, worker
):
    """
    The writer died before the first word: who sends the message again is answered from
    what was found for it.
    """
    first, second = gateways
    gate = asyncio.Event()
    worker.script = [gate, FIRST]
    request_id = str(uuid7())
    call = first.send(QUESTION, request_id)
    id_ = (await read_until(call, "grounding"))[0].generation_id
    await eventually(lambda: store.rows[id_].view.evidence.grounding is not None)

    await first.application.hub.stop()
    store.expire(id_)
    again = second.send(QUESTION, request_id)
    gate.set()
    events = await read(again)

    assert FIRST == text_of(events)
    assert 1 == len((await evidence_of(second, id_)).citations)
    assert 1 == len(store.library.searches)
    assert worker.jobs[0].prompt == worker.jobs[-1].prompt


async def test_the_text_outlives_its_passages(gateways, store, worker):
    """
    Where they are gone the answer goes on, and what follows has no evidence.
    """
    first, second = gateways
    rest = asyncio.Event()
    worker.script = [f"{FIRST} ", "And", rest, f" so: {THIRD}"]
    call = first.send(QUESTION)
    head = await read_until(call, "claim")
    id_ = head[0].generation_id
    await eventually(lambda: len(store.rows[id_].view.evidence.claims) == 1)

    await first.application.hub.stop()
    store.expire(id_)
    store.library.chunks.clear()
    resumed = second.resume(id_)
    rest.set()
    events = await read(resumed)

    assert "completed" == kinds(events)[-1]
    assert text_of(events).endswith(THIRD)
    assert 1 == len((await evidence_of(second, id_)).claims)
