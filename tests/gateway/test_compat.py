"""The paths of older clients: the same flows, with and without a token."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import grpc
import pytest
from google.rpc.error_details_pb2 import ErrorInfo
from lamla.compat.v1 import compat_service_pb2 as pb
from lamla.compat.v1.compat_service_pb2_grpc import CompatServiceStub
from lamla.errors.v1.error_reason_pb2 import ErrorReason

from gateway.domain import NewMessage, Role
from gateway.events import AttemptChanged
from mesh.errors import ServiceError
from mesh.ids import uuid7
from mesh.testing import bearer
from tests.gateway.harness import Gateway, read, read_one
from tests.gateway.store import outage
from tests.gateway.worker import lost
from tests.mesh.failures import failure, reason, stream_failure, typed

NO_TOKEN: dict[str, Any] = {"timeout": 10}


def compat(gateway: Gateway) -> CompatServiceStub:
    """Calls as Envoy does for an older client."""
    return gateway.served.channel.stub(CompatServiceStub)


def told(events: Sequence[pb.ChatStreamEvent]) -> str:
    """Returns the text as an older client puts it together."""
    return "".join(event.response for event in events)


def fields(event: pb.ChatStreamEvent) -> list[str]:
    """Returns which fields the event has."""
    return [descriptor.name for descriptor, _ in event.ListFields()]


def again(offset: int) -> AttemptChanged:
    """Makes another attempt of `offset`."""
    return AttemptChanged(
        attempt=2, provider="b", model="m", replace_from_offset=offset, cause="X"
    )


class TestChat:
    @pytest.mark.parametrize("has_token", [True, False])
    async def test_answers_in_one_piece(self, gateway, store, worker, has_token):
        """
        `{message}` gives `{response}`, stored as any answer: of the user, or of a new
        guest.
        """
        options = gateway.user if has_token else NO_TOKEN

        response = await compat(gateway).Chat(pb.ChatRequest(message="Why?"), **options)

        assert "mitochondria." == response.response
        (row,) = store.rows.values()
        owners = [guest.id for guest in gateway.guests.opened]
        assert (not has_token) == (row.owner_id in owners)
        assert (Role.USER, "Why?") == (
            worker.jobs[0].prompt[-1].role,
            worker.jobs[0].prompt[-1].text,
        )

    async def test_each_call_is_a_new_conversation(self, gateway, store):
        """
        Older clients name no request: the same message twice is asked twice.
        """
        for _ in range(2):
            await compat(gateway).Chat(pb.ChatRequest(message="Why?"), **NO_TOKEN)

        assert 2 == len(store.rows)
        assert 2 == len(gateway.guests.opened)

    async def test_a_failed_answer_is_a_status(self, gateway, worker):
        """
        What made the answer fail is the status of the call.
        """
        worker.script = ["mito", lost()]

        error = await failure(
            compat(gateway).Chat(pb.ChatRequest(message="Why?"), **NO_TOKEN)
        )

        assert "DEPENDENCY_UNAVAILABLE" == reason(error)

    @pytest.mark.parametrize("text", ["", " \n", "a\0b", "x" * 32_001])
    async def test_refuses_what_is_no_message(self, gateway, store, text):
        """
        The contract's rules hold here too, and name the field.
        """
        error = await failure(
            compat(gateway).Chat(pb.ChatRequest(message=text), **NO_TOKEN)
        )

        assert grpc.StatusCode.INVALID_ARGUMENT == error.code()
        assert ["message"] == [v.field for v in typed(error).field_violations]
        assert [] == gateway.guests.opened
        assert {} == store.rows

    async def test_a_bad_token_makes_no_guest(self, gateway):
        """
        Who sends a token must send a good one.
        """
        error = await failure(
            compat(gateway).Chat(
                pb.ChatRequest(message="Why?"), metadata=bearer("forged"), timeout=5
            )
        )

        assert "TOKEN_INVALID" == reason(error)
        assert [] == gateway.guests.opened

    async def test_no_guest_can_be_opened(self, gateway):
        """
        The store is away: a typed status, nothing begun.
        """
        gateway.guests.down = outage()

        error = await failure(
            compat(gateway).Chat(pb.ChatRequest(message="Why?"), **NO_TOKEN)
        )

        assert "DATABASE_UNAVAILABLE" == reason(error)


class TestChatStream:
    def stream(self, gateway: Gateway, **options: Any) -> Any:
        """Asks for a stream."""
        request = pb.ChatStreamRequest(message="Why?")
        return compat(gateway).ChatStream(request, **(options or NO_TOKEN))

    async def test_pieces_come_as_they_are_made(self, gateway, worker):
        """
        Each piece is an event of its own, sent before the next one is made; then
        `done`.
        """
        gate = asyncio.Event()
        worker.script = ["mito", gate, "chondria", "."]
        call = self.stream(gateway)

        begun = await read_one(call)
        gate.set()
        rest = await read(call)

        assert "mito" == begun.response
        assert [["response"], ["response"], ["done"]] == [fields(e) for e in rest]
        assert rest[-1].done
        assert "chondria." == told(rest)

    async def test_serves_a_user(self, gateway, store, user_id):
        """
        With a token the answer is the user's.
        """
        await read(self.stream(gateway, **gateway.user))

        assert [user_id] == [row.owner_id for row in store.rows.values()]

    @pytest.mark.parametrize("script", [[lost()], ["mito", lost()]])
    async def test_a_failure_is_the_last_event(self, gateway, worker, script):
        """
        A provider that fails, at once or in the middle: the typed status in an event,
        and no `done`.
        """
        worker.script = script

        events = await read(self.stream(gateway))

        assert ["error"] == fields(events[-1])
        info = ErrorInfo()
        assert events[-1].error.details[0].Unpack(info)
        assert "ERROR_REASON_DEPENDENCY_UNAVAILABLE" == info.reason
        assert "".join(s for s in script if isinstance(s, str)) == told(events[:-1])

    async def test_nothing_begun_is_a_status(self, gateway, store):
        """
        Before anything was stored a failure is the status of the call, as everywhere.
        """
        store.down = outage()

        error = await stream_failure(self.stream(gateway))

        assert "DATABASE_UNAVAILABLE" == reason(error)

    async def test_a_stopped_answer_is_done(self, gateway, worker, store, issuer):
        """
        Stopped on another device, the text so far is all there is.
        """
        worker.script = ["mito", asyncio.Event()]
        call = self.stream(gateway, **gateway.user)
        begun = await read_one(call)

        await gateway.cancel(next(iter(store.rows)))
        rest = await read(call)

        assert "mito" == begun.response
        assert [["done"]] == [fields(event) for event in rest]

    async def test_the_same_again_goes_on(self, gateway, worker):
        """
        Another attempt that says the same is not told twice.
        """
        worker.script = ["mito", "chon", again(0), "mi", "tochondria"]

        events = await read(self.stream(gateway))

        assert "mitochondria" == told(events)
        assert events[-1].done

    @pytest.mark.parametrize(
        "script",
        [
            ["mito", again(0), "chondria"],
            ["mito", again(0), "mi"],
            ["mito", again(2), "x"],
        ],
    )
    async def test_something_else_is_an_error(self, gateway, worker, script):
        """
        Older clients only append: what was told cannot be taken back.
        """
        worker.script = script

        events = await read(self.stream(gateway))

        info = ErrorInfo()
        assert events[-1].error.details[0].Unpack(info)
        assert "ERROR_REASON_PROVIDER_INTERRUPTED" == info.reason
        assert "mito" == told(events[:-1])

    async def test_leaving_does_not_stop_the_answer(self, gateway, worker, store):
        """
        A disconnect is not a cancel.
        """
        gate = asyncio.Event()
        worker.script = ["mito", gate, "chondria"]
        call = self.stream(gateway)
        await read_one(call)

        call.cancel()
        gate.set()
        await store.ended.wait()

        assert ["mitochondria"] == [turn.text for turn in store.finished]


class TestSilence:
    @pytest.fixture
    def overrides(self) -> dict[str, Any]:
        """Settings under which a stream is silent soon."""
        return {"heartbeat_seconds": 0.1}

    async def test_a_silent_stream_lives(self, gateway, worker):
        """
        While the model thinks, an empty piece now and then keeps the connection.
        """
        gate = asyncio.Event()
        worker.script = [gate, "mitochondria"]
        call = compat(gateway).ChatStream(
            pb.ChatStreamRequest(message="Why?"), **NO_TOKEN
        )

        begun = await read_one(call)
        gate.set()
        events = await read(call)

        assert (["response"], "") == (fields(begun), begun.response)
        assert "mitochondria" == told(events)


class TestConversations:
    async def test_creates_and_lists(self, gateway):
        """
        A user's conversations, most recently used first, with times in RFC 3339.
        """
        stub = compat(gateway)
        for title in ("Cells", "Rome"):
            request = pb.CreateConversationRequest(title=title)
            created = await stub.CreateConversation(request, **gateway.user)

        listed = await read(
            stub.ListConversations(pb.ListConversationsRequest(), **gateway.user)
        )

        assert ["Rome", "Cells"] == [each.title for each in listed]
        assert created == listed[0]
        assert "2026-01-02T03:05:05Z" == created.created_at == created.updated_at

    async def test_without_a_token(self, gateway):
        """
        A caller without a token creates as a guest, and has nothing to list; asking for
        the list makes no guest.
        """
        stub = compat(gateway)
        await stub.CreateConversation(pb.CreateConversationRequest(), **NO_TOKEN)

        listed = await read(
            stub.ListConversations(pb.ListConversationsRequest(), **NO_TOKEN)
        )

        assert [] == listed
        assert 1 == len(gateway.guests.opened)
        assert gateway.guests.opened[0].id == gateway.conversations.kept[0][0].id

    async def test_the_store_is_away(self, gateway):
        """
        A typed status.
        """
        gateway.conversations.down = outage()
        stub = compat(gateway)

        creating = await failure(
            stub.CreateConversation(pb.CreateConversationRequest(), **gateway.user)
        )
        listing = await stream_failure(
            stub.ListConversations(pb.ListConversationsRequest(), **gateway.user)
        )

        assert "DATABASE_UNAVAILABLE" == reason(creating) == reason(listing)


class TestAddMessage:
    async def test_answers_in_the_conversation(self, gateway, store, monkeypatch):
        """
        The message goes where it belongs, and the answer has the older keys.
        """
        turns = []
        begin = store.begin

        async def record(turn: Any) -> Any:
            turns.append(turn.turn)
            return await begin(turn)

        monkeypatch.setattr(store, "begin", record)
        id_ = str(uuid7())
        request = pb.AddMessageRequest(conversation_id=id_.upper(), message="Why?")

        message = await compat(gateway).AddMessage(request, **gateway.user)

        assert [
            NewMessage(conversation_id=id_, parent_message_id="", text="Why?")
        ] == turns
        (row,) = store.rows.values()
        assert row.view.answer_message_id == message.id
        assert row.view.conversation_id == message.conversation_id
        assert ("assistant", "mitochondria.") == (message.role, message.content)
        assert message.content == message.response
        assert "2026-01-02T03:04:05Z" == message.created_at

    async def test_goes_on_without_a_token(self, gateway, store):
        """
        A conversation that was begun without a token is reached by its id alone.
        """
        stub = compat(gateway)
        await stub.Chat(pb.ChatRequest(message="Why?"), **NO_TOKEN)
        id_ = next(iter(store.rows.values())).view.conversation_id
        request = pb.AddMessageRequest(conversation_id=id_, message="And then?")

        await stub.AddMessage(request, **NO_TOKEN)

        assert 1 == len(gateway.guests.opened)
        assert 1 == len({row.owner_id for row in store.rows.values()})

    async def test_reaches_nobody_elses(self, gateway, store):
        """
        A user's conversation is not there for a caller without a token.
        """
        await read(gateway.send())
        id_ = next(iter(store.rows.values())).view.conversation_id
        request = pb.AddMessageRequest(conversation_id=id_, message="Mine?")

        error = await failure(compat(gateway).AddMessage(request, **NO_TOKEN))

        assert grpc.StatusCode.NOT_FOUND == error.code()
        assert "CONVERSATION_NOT_FOUND" == reason(error)

    async def test_refuses_what_is_no_id(self, gateway):
        """
        The path's id must be a UUID.
        """
        request = pb.AddMessageRequest(conversation_id="17", message="Why?")

        error = await failure(compat(gateway).AddMessage(request, **NO_TOKEN))

        assert ["conversation_id"] == [v.field for v in typed(error).field_violations]


async def test_a_fault_is_told_in_the_stream(gateway, store, worker):
    """
    The answer was deleted while it was told: the last event says so.
    """
    worker.script = ["mito", asyncio.Event()]
    call = compat(gateway).ChatStream(
        pb.ChatStreamRequest(message="Why?"), **gateway.user
    )
    await read_one(call)
    id_ = next(iter(store.rows))
    store.down = ServiceError(
        ErrorReason.ERROR_REASON_GENERATION_NOT_FOUND, "No such generation."
    )
    gateway.application.hub._writers[id_].lose()  # noqa: SLF001 - As the store would.

    events = await read(call)

    assert ["error"] == fields(events[-1])


class TestDocuments:
    async def test_lists_the_callers_own(self, gateway, user_id):
        """
        Newest first as they come; somebody else's are not among them.
        """
        gateway.documents.put(uuid7(), title="Hume")
        kept = gateway.documents.put(user_id, state="failed", error="Encrypted.")

        call = compat(gateway).ListDocuments(pb.ListDocumentsRequest(), **gateway.user)
        (listed,) = [each async for each in call]

        assert (kept.id, "Kant", "kant.pdf") == (
            listed.id,
            listed.title,
            listed.file_name,
        )
        assert ("failed", "Encrypted.") == (listed.state, listed.error)
        assert (3, 7, 1_000) == (
            listed.page_count,
            listed.chunk_count,
            listed.size_bytes,
        )
        assert listed.created_at.endswith("Z")

    async def test_a_caller_without_a_token_has_none(self, gateway):
        """
        And becomes no guest for asking.
        """
        call = compat(gateway).ListDocuments(pb.ListDocumentsRequest(), **NO_TOKEN)

        assert [] == [each async for each in call]
        assert [] == gateway.guests.opened

    async def test_gets_one_with_and_without_a_token(self, gateway, user_id):
        """
        One that was stored without a token is reached by its id, as in the older API.
        """
        mine = gateway.documents.put(user_id)
        guest = await gateway.guests.open()
        theirs = gateway.documents.put(guest.id, state="processing")

        one = await compat(gateway).GetDocument(
            pb.GetDocumentRequest(document_id=mine.id), **gateway.user
        )
        other = await compat(gateway).GetDocument(
            pb.GetDocumentRequest(document_id=theirs.id), **NO_TOKEN
        )

        assert (mine.id, "ready") == (one.id, one.state)
        assert (theirs.id, "processing") == (other.id, other.state)

    async def test_what_is_not_there_is_typed(self, gateway):
        """
        NOT_FOUND, as everywhere.
        """
        request = pb.GetDocumentRequest(document_id=str(uuid7()))

        error = await failure(compat(gateway).GetDocument(request, **gateway.user))

        assert grpc.StatusCode.NOT_FOUND == error.code()
        assert "DOCUMENT_NOT_FOUND" == reason(error)
