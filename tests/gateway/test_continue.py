"""Going on with an answer that was cut off: the old text first, then the rest."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from lamla.chat.v1 import chat_service_pb2 as pb
from lamla.chat.v1 import generation_pb2

from gateway.domain import ContinuedAnswer, HistoryMessage, Role, State
from gateway.events import AttemptChanged
from mesh.ids import uuid7
from tests.gateway.harness import (
    Gateway,
    eventually,
    forget_ended,
    kinds,
    read,
    read_until,
    reason_of,
    running,
    text_of,
)
from tests.gateway.store import MemoryStore
from tests.gateway.worker import lost

PREFIX = "The mito🧬"
REST = ["chon", "dria", "."]


@pytest.fixture
def store() -> MemoryStore:
    """A store with an answer that was cut off."""
    return MemoryStore(prefix=PREFIX)


@pytest.fixture(autouse=True)
def _rest(worker):
    worker.script = REST


class TestStream:
    async def test_begins_with_the_old_text(self, gateway, store):
        """
        `started`, the old text in one event of no tokens, then what is new, in one
        dense order.
        """
        events = await read(gateway.continue_())

        assert ["started", *4 * ["tokens"], "completed"] == kinds(events)
        assert [1, 2, 3, 4, 5, 6] == [event.sequence for event in events]
        begin = events[1].tokens
        assert (PREFIX, 0, 0) == (begin.text, begin.text_offset, begin.token_count)
        assert len(PREFIX) == events[2].tokens.text_offset
        assert "The mito🧬chondria." == text_of(events)
        assert len("The mito🧬chondria.") == events[-1].completed.text_length
        view = store.rows[events[0].generation_id].view
        assert (State.COMPLETE, text_of(events), 6) == (
            view.state,
            view.text,
            view.last_sequence,
        )

    async def test_costs_the_rest_only(self, gateway):
        """
        Tokens of the old text were paid with the old answer.
        """
        usage = (await read(gateway.continue_()))[-1].completed.usage

        assert len(REST) == usage.output_tokens
        assert usage.HasField("time_to_first_token")

    async def test_the_model_goes_on_with_the_text(self, gateway, store, worker):
        """
        The prompt is the conversation up to the question, and the answer's begin as
        the assistant's last words, which may not be dropped.
        """
        store.history = (
            HistoryMessage(role=Role.USER, text="Hello"),
            HistoryMessage(role=Role.ASSISTANT, text="Hi"),
        )
        request_id = str(uuid7())

        await read(gateway.continue_(request_id, max_output_tokens=7))

        (job,) = worker.jobs
        said = [(message.role, message.text) for message in job.prompt[1:]]
        assert [
            (Role.USER, "Hello"),
            (Role.ASSISTANT, "Hi"),
            (Role.USER, "Again?"),
            (Role.ASSISTANT, PREFIX),
        ] == said
        assert not job.prompt[-1].may_drop
        assert 7 == job.config.max_output_tokens

    async def test_names_the_answer(self, gateway, monkeypatch, store):
        """
        What is stored is a turn that continues this message.
        """
        turns = []
        begin = store.begin

        async def record(turn):
            turns.append(turn)
            return await begin(turn)

        monkeypatch.setattr(store, "begin", record)
        message_id = str(uuid7())
        request = pb.ContinueAnswerRequest(
            request_id=str(uuid7()), message_id=message_id.upper()
        )

        await read(gateway.stub.ContinueAnswer(request, **gateway.user))

        assert ContinuedAnswer(message_id=message_id) == turns[0].turn

    async def test_an_answer_without_a_word_begins_anew(self, gateway, store, worker):
        """
        Nothing to go on with: no empty event, no empty message in the prompt.
        """
        store.prefix = ""

        events = await read(gateway.continue_())

        assert "chondria." == text_of(events)
        assert len(REST) == kinds(events).count("tokens")
        assert Role.USER is worker.jobs[0].prompt[-1].role

    async def test_another_attempt_leaves_the_old_text(self, gateway, worker):
        """
        llm_worker counts from where it began: when it begins again, the old text stays.
        """
        changed = AttemptChanged(
            attempt=2, provider="b", model="m", replace_from_offset=0, cause="X"
        )
        worker.script = ["mis", "take", changed, "chondria"]

        events = await read(gateway.continue_())

        assert "The mito🧬chondria" == text_of(events)
        change = next(e for e in events if e.WhichOneof("event") == "attempt_changed")
        assert len(PREFIX) == change.attempt_changed.replace_from_offset


class TestAsAnyGeneration:
    async def test_checkpoints_begin_after_the_old_text(self, gateway, store, worker):
        """
        The old text was stored with the turn: no piece holds it again.
        """
        worker.script = ["chon", asyncio.Event()]
        call = gateway.continue_()
        head = await read_until(call, "tokens", 2)
        id_ = head[0].generation_id
        await eventually(lambda: store.rows[id_].view.text == f"{PREFIX}chon")
        await gateway.cancel(id_)

        pieces = [(delta.text_offset, delta.text) for delta in store.deltas]

        assert [(len(PREFIX), "chon")] == [piece for piece in pieces if piece[1]]

    async def test_the_same_request_attaches(self, gateway, worker):
        """
        Twice the same request is one answer and one stream.
        """
        request_id = str(uuid7())

        first = await read(gateway.continue_(request_id))
        second = await read(gateway.continue_(request_id))

        assert first == second
        assert 1 == len(worker.jobs)

    async def test_resumes_at_every_cut(self, gateway):
        """
        Whatever a client has, what it is sent next is the rest.
        """
        everything = await read(gateway.continue_())
        id_ = everything[0].generation_id

        for after in range(len(everything)):
            assert everything[after:] == await read(gateway.resume(id_, after))

    async def test_is_read_from_the_store_later(self, gateway):
        """
        When the events are forgotten, the whole text is one snapshot.
        """
        id_ = (await read(gateway.continue_()))[0].generation_id
        forget_ended(gateway)

        events = await read(gateway.resume(id_))

        assert ["snapshot", "completed"] == kinds(events)
        assert "The mito🧬chondria." == text_of(events)

    async def test_stops_before_the_model_has_begun(self, gateway, store, worker):
        """
        A stop at once keeps the old text.
        """
        worker.accepts = False
        worker.script = [asyncio.Event()]
        call = gateway.continue_()
        await eventually(lambda: store.rows)
        id_ = next(iter(store.rows))

        response = await gateway.cancel(id_)
        events = await read(call)

        assert PREFIX == response.generation.text == text_of(events)
        assert ["started", "tokens", "cancelled"] == kinds(events)
        assert generation_pb2.GENERATION_STATE_CANCELLED == response.generation.state

    async def test_a_failure_keeps_the_old_text(self, gateway, store, worker):
        """
        A provider that fails at once costs nothing of what was there.
        """
        worker.down = lost()

        events = await read(gateway.continue_())

        assert PREFIX == text_of(events)
        assert "ERROR_REASON_DEPENDENCY_UNAVAILABLE" == reason_of(events[-1])
        assert PREFIX == store.rows[events[0].generation_id].view.text


class TestTakeOver:
    @pytest.fixture
    async def heir(
        self, certs, issuer, user_id, store, worker
    ) -> AsyncIterator[Gateway]:
        """Another gateway over the same store."""
        view = store.at("gateway:2")
        async with running(
            certs, issuer=issuer, store=view, worker=worker, user_id=user_id
        ) as heir:
            yield heir

    async def test_goes_on_after_the_stored_text(self, gateway, heir, store, worker):
        """
        llm_worker tells again what it made, without the old text: both are kept
        apart, and the whole text is the same as if nothing had happened.
        """
        gate = asyncio.Event()
        worker.script = ["chon", gate, "dria", "."]
        head = await read_until(gateway.continue_(), "tokens", 2)
        id_ = head[0].generation_id
        await eventually(lambda: store.rows[id_].view.text == f"{PREFIX}chon")
        await gateway.application.hub.stop()
        store.expire(id_)
        gate.set()

        events = await read(heir.resume(id_))

        assert "The mito🧬chondria." == text_of(events)
        assert "attempt_changed" not in kinds(events)
        assert "The mito🧬chondria." == store.rows[id_].view.text
        assert 1 == len(worker.jobs)

    async def test_cuts_where_the_model_said_something_else(
        self, gateway, heir, store, worker
    ):
        """
        What differs is cut after the old text, never in it.
        """
        worker.script = ["chon", asyncio.Event()]
        head = await read_until(gateway.continue_(), "tokens", 2)
        id_ = head[0].generation_id
        await eventually(lambda: store.rows[id_].view.text == f"{PREFIX}chon")
        await gateway.application.hub.stop()
        store.expire(id_)
        worker.script = ["gen", "etics"]

        events = await read(heir.resume(id_))

        assert f"{PREFIX}genetics" == text_of(events) == store.rows[id_].view.text

    async def test_begins_again_where_nothing_new_is_stored(
        self, gateway, heir, store, worker
    ):
        """
        The first gateway died before the model's first word: the request, sent again,
        gets its answer.
        """
        worker.accepts = False
        worker.script = [asyncio.Event()]
        request_id = str(uuid7())
        call = gateway.continue_(request_id)
        await eventually(lambda: store.rows)
        id_ = next(iter(store.rows))
        await gateway.application.hub.stop()
        call.cancel()
        store.expire(id_)
        worker.accepts, worker.script = True, REST

        events = await read(heir.continue_(request_id))

        assert "The mito🧬chondria." == text_of(events)
        assert "The mito🧬chondria." == store.rows[id_].view.text
