"""Titles of conversations: made in the background, never in an answer's way."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from lamla.errors.v1.error_reason_pb2 import ErrorReason

from gateway.clients.worker import Job
from gateway.domain import FinishReason
from mesh.errors import ServiceError
from tests.gateway.harness import eventually, read, read_until
from tests.gateway.store import MemoryStore, outage
from tests.gateway.worker import ScriptedWorker, Step, lost

ANSWER = ["Mitochondria ", "make ", "energy."]


@pytest.fixture
def store() -> MemoryStore:
    """A store whose conversations want titles."""
    return MemoryStore(title_wanted=True)


@pytest.fixture
def titles() -> list[Step]:
    """What the model says when it is asked for a title."""
    return ["The power", "house"]


@pytest.fixture
def worker(titles) -> ScriptedWorker:
    """A worker that answers questions and names conversations."""
    worker = ScriptedWorker(script=ANSWER)
    worker.choose = lambda job: ANSWER if job.detaches else titles
    return worker


def wishes(worker: ScriptedWorker) -> list[Job]:
    """Returns the titles that `worker` was asked for."""
    return [job for job in worker.jobs if not job.detaches]


async def settled(gateway: Any) -> None:
    """Waits until no title is to be made any more."""
    name = gateway.application._name  # noqa: SLF001 - Nothing tells from outside.
    await eventually(lambda: not name._wishes and name._naming is None)  # noqa: SLF001 - Same.


class TestTitle:
    async def test_comes_after_the_answer(self, gateway, store, worker):
        """
        A complete answer, then one short, cool request to the same worker, and what it
        says becomes the title.
        """
        await read(gateway.send("What do mitochondria do?", model="large"))
        await eventually(lambda: store.titles)

        assert ["The powerhouse"] == store.titles
        (job,) = wishes(worker)
        assert "large" == job.config.model
        assert job.config.max_output_tokens <= 24
        assert job.config.temperature <= 0.3
        assert "titles" in job.prompt[0].text
        assert "Title for: What do mitochondria do?" == job.prompt[-1].text

    async def test_is_made_from_excerpts(self, gateway, worker, store):
        """
        A long question costs no long prompt.
        """
        await read(gateway.send("x\n" * 10_000))
        await eventually(lambda: store.titles)

        assert len(wishes(worker)[0].prompt[-1].text) < 500

    async def test_is_not_made_unless_wanted(self, gateway, store, worker):
        """
        A conversation that has a title keeps it.
        """
        store.title_wanted = False

        await read(gateway.send())
        await settled(gateway)

        assert [] == wishes(worker)

    async def test_is_not_made_of_a_stopped_answer(self, gateway, store, worker):
        """
        Only a complete answer says what a conversation is about.
        """
        worker.choose = lambda _: ["mito", asyncio.Event()]
        call = gateway.send()
        id_ = (await read_until(call, "tokens"))[0].generation_id

        await gateway.cancel(id_)
        await read(call)
        await settled(gateway)

        assert [] == wishes(worker)
        assert [] == store.titles


class TestFailures:
    @pytest.mark.parametrize(
        "titles",
        [["I'm sorry"], [""], [lost()], ["x" * 500]],
        ids=["refusal", "nothing", "failure", "story"],
    )
    async def test_leave_the_conversation_as_it_is(self, gateway, store, worker):
        """
        No title is made of nonsense, and the next answer is served as ever.
        """
        await read(gateway.send())
        await eventually(lambda: wishes(worker))
        await settled(gateway)

        assert [] == store.titles
        assert "completed" == (await read(gateway.send()))[-1].WhichOneof("event")

    @pytest.mark.parametrize(
        "error",
        [
            outage(),
            ServiceError(ErrorReason.ERROR_REASON_GENERATION_NOT_FOUND, "Deleted."),
            ValueError("A fault."),
        ],
    )
    async def test_of_the_store_end_one_title_only(
        self, gateway, store, monkeypatch, error
    ):
        """
        A title that cannot be stored is dropped; the next one is made.
        """
        name, refused = store.name_conversation, []

        async def refuse(*_: Any) -> bool:
            refused.append(True)
            raise error

        monkeypatch.setattr(store, "name_conversation", refuse)
        await read(gateway.send())
        await eventually(lambda: refused)
        await settled(gateway)
        monkeypatch.setattr(store, "name_conversation", name)

        await read(gateway.send())
        await eventually(lambda: store.titles)

        assert ["The powerhouse"] == store.titles

    async def test_a_small_model_must_keep_to_the_matter(self, gateway, store, worker):
        """
        What shares no word with the conversation is not its title.
        """
        worker.small = ["tiny"]
        await gateway.application._models._refresh(0)  # noqa: SLF001 - Time passes.

        await read(gateway.send("What do mitochondria do?"))
        await eventually(lambda: wishes(worker))
        await settled(gateway)

        assert [] == store.titles

    async def test_a_cut_off_title_loses_its_last_word(self, gateway, store, worker):
        """
        A model that does not come to an end is cut off, and so is its half word.
        """
        worker.finish_reason = FinishReason.LENGTH

        await read(gateway.send())
        await eventually(lambda: store.titles)

        assert ["The"] == store.titles


class TestPriority:
    async def test_an_answer_goes_first(self, gateway, store, worker, titles):
        """
        A title that is being made is given up when an answer begins that it would
        slow down, and made when that has ended.
        """
        gate = asyncio.Event()
        titles[:] = [gate, "The powerhouse"]
        await read(gateway.send())
        await eventually(lambda: wishes(worker))
        worker.closed.clear()

        worker.choose = lambda job: ["mito", gate] if job.detaches else titles
        call = gateway.send()
        head = await read_until(call, "tokens")
        await worker.closed.wait()
        count = len(wishes(worker))
        gate.set()
        await read(call)
        await eventually(lambda: len(store.titles) == 2)

        assert 1 == count
        assert 2 == len(head)
        assert 3 == len(wishes(worker))

    async def test_a_provider_elsewhere_does_both(self, gateway, store, worker, titles):
        """
        A title made on another machine slows no answer down, as long as few are made.
        """
        worker.provider = "openai_compatible"
        await gateway.application._models._refresh(0)  # noqa: SLF001 - Time passes.
        gate = asyncio.Event()
        titles[:] = [gate, "The powerhouse"]
        await read(gateway.send())
        await eventually(lambda: wishes(worker))

        worker.choose = lambda job: ["mito", asyncio.Event()] if job.detaches else []
        call = gateway.send()
        await read_until(call, "tokens")
        gate.set()
        await eventually(lambda: store.titles)

        assert 1 == len(wishes(worker))
        call.cancel()

    async def test_waits_its_turn(self, gateway, store, worker):
        """
        While an answer is written no title is begun.
        """
        gate = asyncio.Event()
        worker.choose = lambda job: ["a", gate] if job.detaches else ["The powerhouse"]
        slow = gateway.send()
        await read_until(slow, "tokens")
        worker.choose = lambda job: ANSWER if job.detaches else ["The powerhouse"]
        await read(gateway.send())
        await asyncio.sleep(0.1)
        before = len(wishes(worker))
        gate.set()
        await read(slow)
        await eventually(lambda: len(store.titles) == 2)

        assert 0 == before

    async def test_is_given_up_in_the_end(self, gateway, worker, monkeypatch):
        """
        A process that stays busy makes no title; the next answer's turn will.
        """
        monkeypatch.setattr("gateway.flows.name_conversation.WAIT_SECONDS", 0.1)
        worker.choose = lambda _: ["a", asyncio.Event()]
        await read_until(gateway.send(), "tokens")
        worker.choose = lambda job: ANSWER if job.detaches else ["The powerhouse"]

        await read(gateway.send())
        await settled(gateway)

        assert [] == wishes(worker)

    async def test_only_so_many_wait(self, gateway, worker, monkeypatch):
        """
        The queue is short; the oldest ones give way.
        """
        worker.choose = lambda _: ["a", asyncio.Event()]
        await read_until(gateway.send(), "tokens")
        worker.choose = lambda job: ANSWER if job.detaches else ["The powerhouse"]
        for _ in range(20):
            await read(gateway.send())

        name = gateway.application._name  # noqa: SLF001 - Nothing tells from outside.

        assert len(name._wishes) <= 16  # noqa: SLF001 - Same.

    async def test_a_draining_process_makes_none(self, gateway, store, worker, titles):
        """
        What is being made is given up when the process ends, and nothing is begun.
        """
        titles[:] = [asyncio.Event()]
        await read(gateway.send())
        await eventually(lambda: wishes(worker))
        worker.closed.clear()

        await gateway.application.drain()

        assert worker.closed.is_set()
        assert [] == store.titles


class TestOff:
    @pytest.fixture
    def overrides(self) -> dict[str, Any]:
        """Settings without titles."""
        return {"titles": False}

    async def test_nobody_is_asked(self, gateway, worker):
        """
        An operator can do without.
        """
        await read(gateway.send())
        await settled(gateway)

        assert [] == wishes(worker)
