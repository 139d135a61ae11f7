"""Any request at all: the answer is a planned one, never INTERNAL or UNKNOWN."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import grpc
import pytest
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from lamla.chat.v1 import conversation_service_pb2 as conversations_pb
from lamla.chat.v1.conversation_service_pb2_grpc import ConversationServiceStub

from mesh.ids import uuid7
from tests.persistence.chat.turns import LEASE, MOMENT, Turns, pb, piece

UNPLANNED = {grpc.StatusCode.INTERNAL, grpc.StatusCode.UNKNOWN}
ODD_TEXT = st.one_of(
    st.sampled_from(
        [
            "",
            " ",
            "\x00",
            "x" * 40_000,
            "\U0001f469\u200d\U0001f467",
            "'; DROP TABLE chat_message; --",
            "%s %(id)s {}",
            "\\",
            "00000000-0000-0000-0000-000000000000",
            "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF",
        ]
    ),
    st.text(st.characters(codec="utf-8"), max_size=50),
)
NUMBERS = st.sampled_from([0, 1, 2, 2**31 - 1, 2**31, 2**32 - 1])
INT32 = st.sampled_from([0, 1, 2, 5, 99, -1, 2**31 - 1, -(2**31)])
PRIMITIVES = {
    FieldDescriptor.TYPE_INT32: INT32,
    FieldDescriptor.TYPE_ENUM: INT32,
    FieldDescriptor.TYPE_INT64: st.sampled_from([0, 1, 15, -1, 2**62, -(2**62)]),
    FieldDescriptor.TYPE_FLOAT: st.floats(width=32),
    FieldDescriptor.TYPE_BYTES: st.binary(max_size=20),
}


def values(field: Any, known: list[str]) -> st.SearchStrategy[Any]:
    """Values for one field, among them ids that exist."""
    if field.type == field.TYPE_MESSAGE:
        return messages(GetMessageClass(field.message_type), known)
    if field.type == field.TYPE_STRING:
        return st.one_of(st.sampled_from(known), ODD_TEXT)
    return PRIMITIVES.get(field.type, NUMBERS)


def messages(kind: type[Message], known: list[str]) -> st.SearchStrategy[Message]:
    """Messages of `kind`, most of them wrong somewhere."""
    fields = {}
    for field in kind.DESCRIPTOR.fields:
        strategy = values(field, known)
        fields[field.name] = (
            st.lists(strategy, max_size=3) if field.is_repeated else strategy
        )
    oneof = [f.name for o in kind.DESCRIPTOR.oneofs for f in o.fields]

    def build(drawn: dict[str, Any]) -> Message:
        chosen = [name for name in oneof if name in drawn]
        return kind(**{k: v for k, v in drawn.items() if k not in chosen[1:]})

    return st.fixed_dictionaries({}, optional=fields).map(build)


@pytest.fixture
async def known(turns: Turns) -> list[str]:
    """Ids and secrets that exist: a running turn, an ended one."""
    running = await turns.say("running", lease_duration=MOMENT)
    ended = await turns.say("ended")
    await turns.finish(ended, "done")
    found = [str(uuid7())]
    for begun in (running, ended):
        generation = begun.generation
        found += [
            generation.generation_id,
            generation.conversation_id,
            generation.user_message_id,
            generation.answer_message_id,
            begun.capability,
        ]
    return found


METHODS: list[tuple[str, type[Message]]] = [
    ("CreateConversation", conversations_pb.CreateConversationRequest),
    ("ListConversations", conversations_pb.ListConversationsRequest),
    ("GetConversation", conversations_pb.GetConversationRequest),
    ("UpdateConversation", conversations_pb.UpdateConversationRequest),
    ("DeleteConversation", conversations_pb.DeleteConversationRequest),
    ("UndeleteConversation", conversations_pb.UndeleteConversationRequest),
    ("SearchConversations", conversations_pb.SearchConversationsRequest),
    ("ExportConversation", conversations_pb.ExportConversationRequest),
    ("ImportConversations", conversations_pb.ImportConversationsRequest),
    ("DeleteMessage", conversations_pb.DeleteMessageRequest),
    ("ListMessages", conversations_pb.ListMessagesRequest),
    ("BeginTurn", pb.BeginTurnRequest),
    ("AppendEvents", pb.AppendEventsRequest),
    ("FinishTurn", pb.FinishTurnRequest),
    ("LocateGeneration", pb.LocateGenerationRequest),
    ("TakeOverGeneration", pb.TakeOverGenerationRequest),
    ("SetConversationTitle", pb.SetConversationTitleRequest),
]
EXAMPLES = 60


def drawn(kind: type[Message], known: list[str]) -> list[Message]:
    """A fixed-seed slice of what hypothesis makes up."""
    requests: list[Message] = []

    @seed(20260)
    @settings(
        max_examples=EXAMPLES,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(messages(kind, known))
    def collect(request: Message) -> None:
        requests.append(request)

    collect()
    return requests


async def outcome(
    call: Callable[..., Any], request: Message, turns: Turns
) -> grpc.StatusCode:
    """Makes the call; returns how it ended."""
    try:
        await call(request, metadata=turns.person.metadata, timeout=20)
    except grpc.aio.AioRpcError as error:
        return error.code()
    return grpc.StatusCode.OK


@pytest.mark.parity("A36")
@pytest.mark.parametrize(("method", "kind"), METHODS, ids=[m for m, _ in METHODS])
async def test_no_request_ends_unplanned(
    turns: Turns,
    conversations: ConversationServiceStub,
    known: list[str],
    method: str,
    kind: type[Message],
):
    """
    Every field of every kind of nonsense, with ids that exist and ids that do not.
    """
    is_public = kind.DESCRIPTOR.file.package == "lamla.chat.v1"
    stub = conversations if is_public else turns.stub
    call: Callable[..., Any] = getattr(stub, method)

    requests = await asyncio.to_thread(drawn, kind, known)
    codes = [await outcome(call, request, turns) for request in requests]

    assert [] == [
        (one, request)
        for one, request in zip(codes, requests, strict=True)
        if one in UNPLANNED
    ]


def mutations(odd: Message) -> Iterator[Callable[[Any], None]]:
    """Yields what puts one field of `odd` after the other into a good message."""
    for field, value in odd.ListFields():
        if field.type != field.TYPE_MESSAGE:
            yield partial(_put, name=field.name, value=value)
            continue
        for mutate in mutations(value[0] if field.is_repeated else value):
            yield partial(_within, name=field.name, mutate=mutate)


def _put(message: Any, *, name: str, value: Any) -> None:
    if message.DESCRIPTOR.fields_by_name[name].is_repeated:
        getattr(message, name)[:] = value
    else:
        setattr(message, name, value)


def _within(message: Any, *, name: str, mutate: Callable[[Any], None]) -> None:
    inner = getattr(message, name)
    if not isinstance(inner, Message):
        inner = inner[0] if inner else inner.add()
    mutate(inner)


async def good(step: str, turns: Turns) -> Message:
    """Makes a request of `step` that is good, for a turn of its own."""
    if step == "BeginTurn":
        return turns.request(new_message=pb.NewMessage(text="One"))
    begun = await turns.say()
    if step == "AppendEvents":
        deltas = [piece(begun, "text")]
        return pb.AppendEventsRequest(deltas=deltas, lease_duration=LEASE)
    return turns.ending(begun, "text")


@pytest.mark.parity("A36")
@pytest.mark.parametrize("step", ["BeginTurn", "AppendEvents", "FinishTurn"])
async def test_a_good_request_with_one_odd_field_ends_planned(
    turns: Turns, known: list[str], step: str
):
    """
    What passes the contract's rules is still odd: offsets, epochs, enums, durations.
    """
    odd_ones = await asyncio.to_thread(drawn, dict(METHODS)[step], known)
    codes: set[grpc.StatusCode] = set()
    for mutate in [m for odd in odd_ones[::2] for m in mutations(odd)]:
        request = await good(step, turns)
        mutate(request)
        codes.add(await outcome(getattr(turns.stub, step), request, turns))

    assert not UNPLANNED & codes
    assert {grpc.StatusCode.OK, grpc.StatusCode.INVALID_ARGUMENT} <= codes
