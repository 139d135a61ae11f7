"""What the contract refuses before a flow begins."""

from __future__ import annotations

import grpc
import pytest
from lamla.chat.v1 import chat_service_pb2 as pb

from mesh.ids import uuid7
from tests.mesh.failures import stream_failure, typed

ID = str(uuid7())


@pytest.mark.parametrize(
    ("field", "request_"),
    [
        ("text", pb.SendMessageRequest(request_id=ID, text="")),
        ("text", pb.SendMessageRequest(request_id=ID, text=" \n\t")),
        ("text", pb.SendMessageRequest(request_id=ID, text="x" * 32_001)),
        ("request_id", pb.SendMessageRequest(request_id="", text="Why?")),
        ("request_id", pb.SendMessageRequest(request_id="no", text="Why?")),
        (
            "conversation_id",
            pb.SendMessageRequest(request_id=ID, text="Why?", conversation_id="no"),
        ),
        (
            "config.temperature",
            pb.SendMessageRequest(request_id=ID, text="?", config={"temperature": 3}),
        ),
        (
            "config.max_output_tokens",
            pb.SendMessageRequest(
                request_id=ID, text="?", config={"max_output_tokens": 4097}
            ),
        ),
    ],
)
async def test_names_the_field(gateway, store, field, request_):
    """
    A request that breaks a rule of the contract is INVALID_FIELD with that field.
    """
    call = gateway.stub.SendMessage(request_, **gateway.user)

    error = await stream_failure(call)

    assert grpc.StatusCode.INVALID_ARGUMENT == error.code()
    assert field in [v.field for v in typed(error).field_violations]
    assert {} == store.rows


async def test_the_longest_message_is_good(gateway, store):
    """
    32,000 characters are accepted, whatever they weigh in bytes.
    """
    events = [event async for event in gateway.send("🧬" * 32_000)]

    history = store.rows[events[0].generation_id].turn.history
    assert "🧬" * 32_000 == history[-1].text
