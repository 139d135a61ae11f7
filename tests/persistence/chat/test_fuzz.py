"""Any request at all: the answer is a planned one, never INTERNAL or UNKNOWN."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import grpc
import pytest
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from lamla.chat.v1 import conversation_service_pb2 as conversations_pb
from lamla.chat.v1 import generation_pb2
from lamla.chat.v1.conversation_service_pb2_grpc import ConversationServiceStub

from mesh.ids import uuid7
from tests.persistence.chat.turns import MOMENT, Turns, pb

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
    ("ListMessages", conversations_pb.ListMessagesRequest),
    ("BeginTurn", pb.BeginTurnRequest),
    ("AppendEvents", pb.AppendEventsRequest),
    ("FinishTurn", pb.FinishTurnRequest),
    ("LocateGeneration", pb.LocateGenerationRequest),
    ("TakeOverGeneration", pb.TakeOverGenerationRequest),
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

    async def code(request: Message) -> grpc.StatusCode:
        try:
            await call(request, metadata=turns.person.metadata, timeout=20)
        except grpc.aio.AioRpcError as error:
            return error.code()
        return grpc.StatusCode.OK

    requests = await asyncio.to_thread(drawn, kind, known)
    codes = [await code(request) for request in requests]

    assert [] == [
        (one, request)
        for one, request in zip(codes, requests, strict=True)
        if one in UNPLANNED
    ]


@pytest.mark.parity("A36")
async def test_valid_requests_with_odd_contents_end_planned(
    turns: Turns, known: list[str]
):
    """
    Requests that pass the contract's rules and are odd in what these do not say.
    """
    requests = await asyncio.to_thread(drawn, pb.NewMessage, known)
    configs = await asyncio.to_thread(drawn, generation_pb2.GenerationConfig, known)
    codes = []
    for message, config in zip(requests, configs, strict=False):
        try:
            await turns.begin(new_message=message, config=config)
        except grpc.aio.AioRpcError as error:
            codes.append(error.code())
        else:
            codes.append(grpc.StatusCode.OK)

    assert not UNPLANNED & set(codes)
    assert {grpc.StatusCode.OK, grpc.StatusCode.INVALID_ARGUMENT} <= set(codes)
