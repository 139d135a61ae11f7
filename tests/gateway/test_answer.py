"""SendMessage, Regenerate, EditMessage and Reply over a real channel."""

from __future__ import annotations

import asyncio

import grpc
import pytest
from lamla.chat.v1 import chat_service_pb2 as pb
from lamla.chat.v1 import conversation_pb2, generation_pb2
from lamla.errors.v1.error_reason_pb2 import ErrorReason

from gateway.domain import FinishReason, HistoryMessage, Role
from gateway.events import AttemptChanged
from gateway.prompts.grounded import GroundedTemplate
from gateway.prompts.template import Template
from mesh.errors import ServiceError
from mesh.ids import uuid7
from tests.gateway.harness import (
    eventually,
    kinds,
    read,
    read_until,
    text_of,
)
from tests.gateway.store import outage
from tests.gateway.worker import lost
from tests.mesh.failures import failure, stream_failure, typed


class TestEvents:
    @pytest.mark.parity("A4")
    async def test_sends_started_then_tokens_then_completed(self, gateway, store):
        """
        One `started`, the text in pieces, exactly one outcome, numbered from 1
        without gaps, with the ids and the usage that are stored.
        """
        events = await read(gateway.send())

        row = store.rows[events[0].generation_id]
        started, completed = events[0].started, events[-1].completed
        assert ["started", "tokens", "tokens", "tokens", "completed"] == kinds(events)
        assert [1, 2, 3, 4, 5] == [event.sequence for event in events]
        assert row.view.user_message_id == started.user_message_id
        assert ("tiny", "local") == (started.model, started.provider)
        assert generation_pb2.FINISH_REASON_STOP == completed.finish_reason
        assert (7, 3) == (completed.usage.prompt_tokens, completed.usage.output_tokens)
        assert completed.usage.HasField("time_to_first_token")
        assert len("mitochondria.") == completed.text_length

    async def test_counts_offsets_in_code_points(self, gateway, worker):
        """
        `text_offset` counts Unicode code points, not bytes and not UTF-16 units.
        """
        worker.script = ["né", "🧬🧬", "字", "."]

        events = await read(gateway.send())

        offsets = [e.tokens.text_offset for e in events if e.HasField("tokens")]
        assert [0, 2, 4, 5] == offsets
        assert "né🧬🧬字." == text_of(events)
        assert 6 == events[-1].completed.text_length

    async def test_does_not_wait_for_the_end(self, gateway, worker):
        """
        A token is sent while the next one is still being made.
        """
        gate = asyncio.Event()
        worker.script = ["mito", gate, "chondria"]

        call = gateway.send()
        events = await read_until(call, "tokens")

        assert "mito" == events[-1].tokens.text
        gate.set()
        assert "chondria" == (await read_until(call, "tokens"))[-1].tokens.text

    @pytest.mark.parity("A3")
    async def test_reports_that_the_length_was_reached(self, gateway, worker):
        """
        An answer that is cut off at `max_output_tokens` says so.
        """
        worker.finish_reason = FinishReason.LENGTH

        events = await read(gateway.send(max_output_tokens=5))

        assert 5 == worker.jobs[0].config.max_output_tokens
        expected = generation_pb2.FINISH_REASON_LENGTH
        assert expected == events[-1].completed.finish_reason

    @pytest.mark.parametrize("overrides", [{"started_seconds": 0.05}])
    async def test_sends_started_when_the_worker_takes_long(self, gateway, worker):
        """
        A reader learns the ids, and can stop, before a provider has accepted.
        """
        gate = asyncio.Event()
        worker.accepts = False
        worker.script = [gate, "late"]

        call = gateway.send()
        first = (await read_until(call, "started"))[0]

        assert (1, "tiny", "") == (
            first.sequence,
            first.started.model,
            first.started.provider,
        )
        gate.set()
        assert "late" == text_of(await read(call))

    async def test_passes_on_a_change_of_attempt(self, gateway, worker, store):
        """
        Readers cut their text where the new attempt begins, and the store does too.
        """
        gate = asyncio.Event()
        changed = AttemptChanged(
            attempt=2, provider="other", model="large", replace_from_offset=4, cause=""
        )
        worker.script = ["mito", "sis", gate, changed, "chondria"]
        call = gateway.send()
        head = await read_until(call, "tokens", 2)
        id_ = head[0].generation_id
        await eventually(lambda: store.rows[id_].view.text == "mitosis")
        gate.set()
        events = head + await read(call)

        assert "mitochondria" == text_of(events)
        assert "mitochondria" == store.rows[id_].view.text
        assert ("large", "other") == (
            store.rows[id_].view.model,
            store.rows[id_].view.provider,
        )


class TestPrompt:
    @pytest.mark.parity("A2")
    async def test_names_the_version_of_its_template(self, gateway, store):
        """
        Names and hashes of the templates, with documents and without, are told and
        stored with the answer.
        """
        events = await read(gateway.send())

        version = events[0].started.prompt_version
        assert (
            f"{Template.load('tutor').version}+{GroundedTemplate().version}" == version
        )
        assert version == store.rows[events[0].generation_id].turn.prompt_version

    async def test_holds_instructions_history_and_question(
        self, gateway, store, worker
    ):
        """
        Only what is older than the question may be dropped to fit; answers that
        have no text are left out.
        """
        store.history = (
            HistoryMessage(role=Role.USER, text="Hi"),
            HistoryMessage(role=Role.ASSISTANT, text=" "),
        )

        await read(gateway.send("Why?"))

        system, *rest = worker.jobs[0].prompt
        assert (Role.SYSTEM, False) == (system.role, system.may_drop)
        assert [(Role.USER, "Hi", True), (Role.USER, "Why?", False)] == [
            (message.role, message.text, message.may_drop) for message in rest
        ]

    async def test_fills_in_the_defaults(self, gateway, worker):
        """
        Temperature 0.7 and 400 tokens where a request says nothing; a temperature of
        0 is something.
        """
        await read(gateway.send())
        await read(gateway.send(temperature=0))

        first, second = (job.config for job in worker.jobs)
        assert (0.7, 400) == (first.temperature, first.max_output_tokens)
        assert second.temperature == 0


class TestRefusals:
    async def test_unknown_model_before_anything_is_stored(self, gateway, store):
        """
        MODEL_UNKNOWN names the field, and nothing was stored.
        """
        error = await stream_failure(gateway.send(model="nope"))

        refusal = typed(error)
        assert grpc.StatusCode.INVALID_ARGUMENT == error.code()
        assert "ERROR_REASON_MODEL_UNKNOWN" == refusal.reason_name
        assert "config.model" == refusal.field_violations[0].field
        assert {} == store.rows

    async def test_a_model_that_is_new_is_found(self, gateway, worker):
        """
        A name that is not in the remembered list makes gateway ask again.
        """
        await read(gateway.send())
        worker.names = ("tiny", "brand-new")
        gateway.application._models._asked = 0  # noqa: SLF001 - Time passes.

        await read(gateway.send(model="brand-new"))

        assert "brand-new" == worker.jobs[-1].config.model

    async def test_a_model_that_is_not_listed_is_asked_for_by_name(
        self, gateway, worker
    ):
        """
        What it means may be in the name: only llm_worker knows. It is asked once.
        """
        worker.unlisted = ["scripted-n3"]
        await read(gateway.send(model="scripted-n3"))
        worker.unlisted = ()
        await read(gateway.send(model="scripted-n3"))

        assert ["scripted-n3"] * 2 == [job.config.model for job in worker.jobs]

    async def test_a_name_that_nobody_can_look_up(self, gateway, worker, store):
        """
        That llm_worker is away is said, not that there is no such model.
        """
        await read(gateway.send())
        worker.down = lost()

        error = await stream_failure(gateway.send(model="scripted-n3"))

        assert lost().reason == typed(error).reason
        assert 1 == len(store.rows)

    @pytest.mark.parity("A3")
    @pytest.mark.parametrize("overrides", [{"max_output_tokens": 1000}])
    async def test_more_tokens_than_the_server_allows(self, gateway, store):
        """
        Over the server's cap is INVALID_FIELD on that field.
        """
        error = await stream_failure(gateway.send(max_output_tokens=1001))

        refusal = typed(error)
        assert "ERROR_REASON_INVALID_FIELD" == refusal.reason_name
        assert "config.max_output_tokens" == refusal.field_violations[0].field
        assert {} == store.rows

    async def test_store_down_at_the_begin(self, gateway, store, worker):
        """
        Nothing was stored and nothing is generated: a typed status, no event.
        """
        store.down = outage()

        error = await stream_failure(gateway.send())

        assert grpc.StatusCode.UNAVAILABLE == error.code()
        assert "ERROR_REASON_DATABASE_UNAVAILABLE" == typed(error).reason_name
        assert [] == worker.jobs

    @pytest.mark.parametrize("overrides", [{"max_generations": 1}])
    async def test_more_answers_than_the_process_holds(self, gateway, worker):
        """
        Over the bound on answers at a time is OVERLOADED.
        """
        gate = asyncio.Event()
        worker.script = [gate]
        first = gateway.send()
        await read_until(first, "started")

        error = await stream_failure(gateway.send())

        assert grpc.StatusCode.RESOURCE_EXHAUSTED == error.code()
        gate.set()


class TestKinds:
    async def test_regenerate_and_edit_take_the_same_way(self, gateway, worker):
        """
        Another answer and another question stream as a first one does.
        """
        request_id, message_id = str(uuid7()), str(uuid7())
        again = pb.RegenerateRequest(request_id=request_id, message_id=message_id)
        edit = pb.EditMessageRequest(
            request_id=str(uuid7()), message_id=message_id, text="How?"
        )

        first = await read(gateway.stub.Regenerate(again, **gateway.user))
        second = await read(gateway.stub.EditMessage(edit, **gateway.user))

        assert "mitochondria." == text_of(first) == text_of(second)

    async def test_reply_is_the_whole_answer(self, gateway, store):
        """
        Reply gives the stored answer in one piece.
        """
        message = pb.SendMessageRequest(request_id=str(uuid7()), text="Why?")

        response = await gateway.stub.Reply(
            pb.ReplyRequest(message=message), **gateway.user
        )

        answer = response.answer
        view = store.rows[answer.generation_id].view
        assert "mitochondria." == answer.text
        assert view.answer_message_id == answer.message_id
        assert view.user_message_id == answer.parent_message_id
        assert conversation_pb2.MESSAGE_ROLE_ASSISTANT == answer.role
        assert generation_pb2.GENERATION_STATE_COMPLETE == answer.state
        assert 3 == answer.usage.output_tokens

    async def test_reply_fails_with_the_status_of_the_answer(self, gateway, worker):
        """
        What a `failed` event would carry becomes the status of the call.
        """
        reason = ErrorReason.ERROR_REASON_PROVIDER_REJECTED
        worker.script = ["mito", ServiceError(reason, "No.")]
        message = pb.SendMessageRequest(request_id=str(uuid7()), text="Why?")

        error = await failure(
            gateway.stub.Reply(pb.ReplyRequest(message=message), **gateway.user)
        )

        assert grpc.StatusCode.FAILED_PRECONDITION == error.code()

    @pytest.mark.parity("A69")
    @pytest.mark.parametrize("overrides", [{"reply_timeout_seconds": 0.1}])
    async def test_reply_gives_up_and_the_answer_goes_on(self, gateway, worker, store):
        """
        After its deadline the generation goes on; the same request gets the answer.
        """
        gate = asyncio.Event()
        worker.script = [gate, "mito"]
        message = pb.SendMessageRequest(request_id=str(uuid7()), text="Why?")
        request = pb.ReplyRequest(message=message)

        error = await failure(gateway.stub.Reply(request, **gateway.user))
        gate.set()
        await store.ended.wait()
        response = await gateway.stub.Reply(request, **gateway.user)

        assert grpc.StatusCode.DEADLINE_EXCEEDED == error.code()
        assert "mito" == response.answer.text
        assert 1 == len(worker.jobs)
