"""Two gateways behind Envoy: whichever is reached, an answer is one and the same."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import time
import urllib.request
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import grpc
import pytest
from lamla.chat.v1 import chat_service_pb2 as chat
from lamla.chat.v1 import generation_pb2
from lamla.chat.v1.chat_service_pb2_grpc import ChatServiceStub

from deploy.embedded.testing import Stack
from tests.clients import as_json
from tests.system.conftest import bearer, channel, guest, post, provider_log, scripted
from tests.system.pages import plain_page

QUESTION = "Explain photosynthesis."
SECONDS = 60.0
RESUMES = 100
RUNNING, ENDED = 6, 6
# Envoy chooses by chance: one in four stops comes to the gateway that writes.
ROUNDS = 10
OUTCOMES = {"completed", "cancelled", "failed"}

pytestmark = [pytest.mark.parity("A34"), pytest.mark.timeout(300)]

Event = generation_pb2.GenerationEvent


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A mesh with two gateways."""
    home = tmp_path_factory.mktemp("two")
    with scripted(
        home,
        LAMLA_GATEWAY_REPLICAS="2",
        LAMLA_GATEWAY_TITLES="false",
        LAMLA_PAGE_DIR=plain_page(home),
    ) as stack:
        yield stack


@pytest.fixture(scope="module")
def token(stack: Stack) -> str:
    """The access token of a guest."""
    return guest(stack)


@pytest.fixture
async def service(stack: Stack) -> AsyncIterator[Any]:
    """The chat service at the public port."""
    async with channel(stack) as native:
        yield ChatServiceStub(native)


@dataclass
class Answer:
    """What one reader was sent, and which request that was."""

    request_id: str = ""
    events: list[Event] = field(default_factory=list)

    @property
    def generation_id(self) -> str:
        return str(self.events[0].generation_id)

    @property
    def sequence(self) -> int:
        """Of the last event; 0 before the first."""
        return self.events[-1].sequence if self.events else 0

    @property
    def has_ended(self) -> bool:
        return bool(self.events) and self.kinds[-1] in OUTCOMES

    @property
    def kinds(self) -> list[str]:
        return [str(event.WhichOneof("event")) for event in self.events]

    @property
    def text(self) -> str:
        return text_of(self.events)

    async def read(self, call: Any) -> Answer:
        """Reads to the end, heartbeats left out."""
        metadata = dict(await call.initial_metadata())
        self.request_id = metadata.get("x-request-id", "")
        async for event in call:
            if event.WhichOneof("event") != "heartbeat":
                self.events.append(event)
        return self

    async def until(self, count: int) -> None:
        """Waits for so many events."""
        async with asyncio.timeout(SECONDS):
            while len(self.events) < count:  # noqa: ASYNC110 - Simple is enough.
                await asyncio.sleep(0.01)


def text_of(events: Sequence[Event]) -> str:
    """The text that a reader of these events has."""
    text = ""
    for event in events:
        if event.WhichOneof("event") == "snapshot":
            text = event.snapshot.text
        text += event.tokens.text
    return text


def send(service: Any, token: str, model: str) -> Any:
    request = chat.SendMessageRequest(
        request_id=str(uuid.uuid4()), text=QUESTION, config={"model": model}
    )
    return service.SendMessage(request, metadata=bearer(token), timeout=SECONDS)


def resume(service: Any, token: str, generation_id: str, after: int) -> Any:
    request = chat.ResumeGenerationRequest(
        generation_id=generation_id, after_sequence=after
    )
    return service.ResumeGeneration(request, metadata=bearer(token), timeout=SECONDS)


def provider_text(stack: Stack, token: str, model: str) -> str:
    """What the provider answers to `QUESTION`."""
    message = {
        "requestId": str(uuid.uuid4()),
        "text": QUESTION,
        "config": {"model": model},
    }
    answer = post(stack, "/v1/chat:reply", {"message": message}, token=token)
    return str(answer["answer"]["text"])


def gateways_by_request(stack: Stack, wanted: set[str]) -> dict[str, str]:
    """Where Envoy sent each request, once its log says so of all that are wanted."""
    path = stack.home / "logs" / "envoy.log"
    end = time.monotonic() + 60
    while True:
        lines = [line for line in path.read_text().splitlines() if line[:1] == "{"]
        requests = [json.loads(line) for line in lines]
        found = {each["request_id"]: each["upstream"] for each in requests}
        if wanted <= found.keys():
            return {request_id: found[request_id] for request_id in wanted}
        assert time.monotonic() < end, wanted - found.keys()
        time.sleep(0.2)


def busy_gateway(stack: Stack) -> str:
    """The name of the only gateway that has a call in flight."""
    url = f"{stack.admin_url}/clusters?format=json"
    with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310
        clusters = json.load(answer)["cluster_statuses"]
    (cluster,) = [each for each in clusters if each["name"] == "gateway"]
    busy = [
        host["address"]["socket_address"]["port_value"]
        for host in cluster["host_statuses"]
        for stat in host["stats"]
        if stat["name"] == "rq_active" and int(stat.get("value", 0))
    ]
    (port,) = busy
    number = stack.ports.gateways.index(port) + 1
    return "gateway" if number == 1 else f"gateway-{number}"


def check_same(sent: Sequence[Event], resumed: Sequence[Event], after: int) -> None:
    """Asserts that a reader that had the events up to `after` has now all of them.

    One that comes after the end may get the text at once, in a snapshot.
    """
    by_sequence = {event.sequence: event for event in sent}
    had = [event for event in sent if event.sequence <= after]
    rest = list(resumed)
    expected = after + 1
    if rest[0].WhichOneof("event") == "snapshot":
        first = rest.pop(0)
        upto = [event for event in sent if event.sequence <= first.sequence]
        assert text_of(upto) == first.snapshot.text
        expected = first.sequence + 1
    assert [*range(expected, sent[-1].sequence + 1)] == [e.sequence for e in rest]
    for event in rest:
        assert as_json(by_sequence[event.sequence]) == as_json(event)
    assert text_of(sent) == text_of([*had, *resumed])


async def test_resumes_are_equal_wherever_they_land(
    stack: Stack, token: str, service: Any
):
    """
    100 of them, from random places, of answers that are written and of ended ones:
    each gives what the sender was sent, from either gateway.
    """
    choose = random.Random(3)
    ended = [Answer() for _ in range(ENDED)]
    await asyncio.gather(
        *(each.read(send(service, token, "scripted-n60")) for each in ended)
    )
    running = [Answer() for _ in range(RUNNING)]
    senders = [
        asyncio.create_task(each.read(send(service, token, "scripted-n150-d40")))
        for each in running
    ]
    for each in running:
        await each.until(1)

    async def one() -> tuple[Answer, int, bool, Answer]:
        sent = choose.choice([*running, *ended])
        was_running = not sent.has_ended
        after = choose.randint(0, sent.sequence - (0 if was_running else 1))
        call = resume(service, token, sent.generation_id, after)
        return sent, after, was_running, await Answer().read(call)

    resumes = []
    for _ in range(RESUMES):
        resumes.append(asyncio.create_task(one()))
        await asyncio.sleep(0.04)
    results = await asyncio.gather(*resumes)
    await asyncio.gather(*senders)

    for sent, after, _, got in results:
        check_same(sent.events, got.events, after)
    requests = {got.request_id for *_, got in results}
    requests |= {each.request_id for each in (*running, *ended)}
    where = await asyncio.to_thread(gateways_by_request, stack, requests)
    served = Counter(where[got.request_id] for *_, got in results)
    relayed = [
        got
        for sent, _, was_running, got in results
        if was_running and where[got.request_id] != where[sent.request_id]
    ]
    assert {f"127.0.0.1:{port}" for port in stack.ports.gateways} == served.keys()
    assert all(count >= RESUMES / 5 for count in served.values()), served
    assert relayed
    assert 1 == len({each.text for each in ended})


async def test_a_stop_reaches_the_gateway_that_writes(
    stack: Stack, token: str, service: Any
):
    """
    Whichever gateway is told to: the provider is closed, and every reader sees it.
    """
    pairs = []
    for _ in range(ROUNDS):
        sent = Answer()
        reading = asyncio.create_task(
            sent.read(send(service, token, "scripted-n400-d40"))
        )
        await sent.until(3)
        request = chat.CancelGenerationRequest(generation_id=sent.generation_id)
        call = service.CancelGeneration(
            request, metadata=bearer(token), timeout=SECONDS
        )
        metadata = dict(await call.initial_metadata())
        response = await call
        await reading

        assert generation_pb2.GENERATION_STATE_CANCELLED == response.generation.state
        assert "cancelled" == sent.kinds[-1]
        assert sent.text == response.generation.text
        pairs.append((sent.request_id, metadata["x-request-id"]))
        kinds = [
            line["event"]
            for line in provider_log(stack)
            if line["generation_id"] == sent.generation_id
        ]
        assert "close" == kinds[-1]
    requests = {request_id for pair in pairs for request_id in pair}
    where = await asyncio.to_thread(gateways_by_request, stack, requests)

    assert any(where[sender] != where[stopper] for sender, stopper in pairs)


@pytest.mark.parametrize("round_", [1, 2])
async def test_an_answer_outlives_the_gateway_that_writes_it(
    stack: Stack, token: str, service: Any, round_: int
):
    """
    kill -9 in mid-stream: the answer goes on or ends honestly, a resume gives all of
    it, and what completed is the provider's text byte for byte.
    """
    model = f"scripted-n150-d40-s{round_}"
    expected = await asyncio.to_thread(
        provider_text, stack, token, f"scripted-n150-s{round_}"
    )
    sent = Answer()
    reading = asyncio.create_task(sent.read(send(service, token, model)))
    await sent.until(8)
    victim = await asyncio.to_thread(busy_gateway, stack)
    os.kill(stack.pid(victim), signal.SIGKILL)
    with suppress(grpc.aio.AioRpcError):
        await reading

    async with asyncio.timeout(SECONDS):
        while not sent.has_ended:
            # As every client does: what is sent again begins where it left off.
            with suppress(grpc.aio.AioRpcError):
                id_, after = sent.generation_id, sent.sequence
                await sent.read(resume(service, token, id_, after))
            await asyncio.sleep(0.2)
    again = await Answer().read(resume(service, token, sent.generation_id, 0))

    assert sent.kinds[-1] in {"completed", "failed"}
    assert as_json(sent.events[-1]) == as_json(again.events[-1])
    assert sent.text == again.text
    if sent.kinds[-1] == "completed":
        assert expected == sent.text
    else:
        assert expected.startswith(sent.text)
    end = time.monotonic() + SECONDS
    while not (stack.home / "run" / f"{victim}.pid").exists():
        assert time.monotonic() < end
        await asyncio.sleep(0.1)
