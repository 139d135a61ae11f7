"""What users see, and what is stored, when a part of the mesh dies."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import time
import urllib.error
from collections.abc import Iterator
from contextlib import contextmanager

import grpc
import psutil
import pytest
from google.rpc import error_details_pb2
from grpc_status import rpc_status
from lamla.chat.v1 import (
    chat_service_pb2,
    chat_service_pb2_grpc,
    conversation_service_pb2,
    conversation_service_pb2_grpc,
    generation_pb2,
)

from deploy.embedded.testing import Stack
from tests.system.conftest import (
    bearer,
    channel,
    guest,
    post,
    scripted,
    send_request,
    wait_until_it_answers,
)


@pytest.fixture(scope="module")
def stack(mesh: Stack) -> Iterator[Stack]:
    """A mesh to break: whoever is next finds it whole."""
    yield mesh
    wait_until_it_answers(mesh)


def message(model: str = "", **fields):
    request = chat_service_pb2.SendMessageRequest(
        **{
            "request_id": send_request()["requestId"],
            "text": "ATP?",
            **fields,
        }
    )
    request.config.model = model
    return request


def error_info(error: grpc.aio.AioRpcError) -> error_details_pb2.ErrorInfo:
    status = rpc_status.from_call(error)
    assert status is not None
    info = error_details_pb2.ErrorInfo()
    next(d for d in status.details if d.Is(info.DESCRIPTOR)).Unpack(info)
    return info


async def stored(stack, token: str, conversation_id: str):
    """Returns the messages of a conversation."""
    async with channel(stack) as edge:
        stub = conversation_service_pb2_grpc.ConversationServiceStub(edge)
        answer = await stub.ListMessages(
            conversation_service_pb2.ListMessagesRequest(
                conversation_id=conversation_id
            ),
            metadata=bearer(token),
            timeout=60,
        )
    return list(answer.messages)


@pytest.mark.parity("A6")
async def test_a_worker_killed_after_the_acknowledgement_loses_no_message(stack):
    """
    `started` means stored: whatever becomes of the answer when the worker is killed
    right after it, the question is there, and the answer says honestly how it ended.
    """
    token = guest(stack)
    async with channel(stack) as edge:
        stub = chat_service_pb2_grpc.ChatServiceStub(edge)
        call = stub.SendMessage(
            message("scripted-n20-d20-t1000"), metadata=bearer(token)
        )
        events = aiter(call)
        started = (await anext(events)).started
        os.kill(stack.pid("llm_worker"), signal.SIGKILL)
        question, _ = await stored(stack, token, started.conversation_id)
        last = [event async for event in events][-1]
        _, answer = await stored(stack, token, started.conversation_id)

    assert "ATP?" == question.text
    assert {
        "completed": generation_pb2.GENERATION_STATE_COMPLETE,
        "failed": generation_pb2.GENERATION_STATE_FAILED,
    }[last.WhichOneof("event")] == answer.state


async def test_a_worker_killed_in_mid_answer_leaves_its_text(stack):
    """
    The answer ends with a reason, and what was said is stored to the letter.
    """
    token = guest(stack)
    events = []
    async with channel(stack) as edge:
        stub = chat_service_pb2_grpc.ChatServiceStub(edge)
        async for event in stub.SendMessage(
            message("scripted-n200-d50"), metadata=bearer(token)
        ):
            events.append(event)
            if 5 == len(events):
                os.kill(stack.pid("llm_worker"), signal.SIGKILL)
    _, answer = await stored(stack, token, events[0].started.conversation_id)

    assert "failed" == events[-1].WhichOneof("event")
    assert generation_pb2.GENERATION_STATE_FAILED == answer.state
    assert "".join(event.tokens.text for event in events) == answer.text
    assert answer.failure.details


async def test_a_provider_that_dies_in_mid_answer_leaves_its_text(stack):
    """
    What was said is kept, and the end says why.
    """
    token = guest(stack)
    async with channel(stack) as edge:
        stub = chat_service_pb2_grpc.ChatServiceStub(edge)
        call = stub.SendMessage(message("scripted-n50-d10-f20"), metadata=bearer(token))
        events = [event async for event in call]
    failed = events[-1].failed
    info = error_details_pb2.ErrorInfo()
    next(d for d in failed.status.details if d.Is(info.DESCRIPTOR)).Unpack(info)
    _, answer = await stored(stack, token, events[0].started.conversation_id)

    assert "ERROR_REASON_PROVIDER_INTERRUPTED" == info.reason
    assert "".join(e.tokens.text for e in events) == answer.text
    assert 20 == sum(e.tokens.token_count for e in events)


async def test_a_provider_that_is_down_is_reported_with_a_reason(stack):
    """
    The question is stored, the answer FAILED, and its reason is one to act on.
    """
    async with channel(stack) as edge:
        stub = chat_service_pb2_grpc.ChatServiceStub(edge)
        call = stub.SendMessage(message("scripted-u"), metadata=bearer(guest(stack)))
        events = [event async for event in call]
    info = error_details_pb2.ErrorInfo()
    details = events[-1].failed.status.details
    next(d for d in details if d.Is(info.DESCRIPTOR)).Unpack(info)

    assert ["started", "failed"] == [e.WhichOneof("event") for e in events]
    assert "ERROR_REASON_PROVIDER_UNAVAILABLE" == info.reason


@contextmanager
def without_database(stack):
    """Kills PostgreSQL and keeps the launcher from starting it again."""
    launcher = stack.process.pid
    os.kill(launcher, signal.SIGSTOP)
    try:
        server = psutil.Process(stack.pid("postgres"))
        sessions = server.children()
        server.kill()
        # They go on until they notice.
        _, alive = psutil.wait_procs(sessions, timeout=30)
        assert [] == alive
        yield
    finally:
        os.kill(launcher, signal.SIGCONT)


async def send_until_stored(stub, request, token: str):
    """Sends the same request until the database is back; returns its events."""
    end = time.monotonic() + 120
    while True:
        try:
            call = stub.SendMessage(request, metadata=bearer(token), timeout=30)
            return [event async for event in call]
        except grpc.aio.AioRpcError as error:
            if (
                error.code() is not grpc.StatusCode.UNAVAILABLE
                or time.monotonic() > end
            ):
                raise
            await asyncio.sleep(0.2)


async def test_without_a_database_nothing_is_half_written(stack):
    """
    UNAVAILABLE with a reason and RetryInfo, in gRPC and JSON; the same request goes
    through when the database is back, once.
    """
    token = guest(stack)
    request = message()
    async with channel(stack) as edge:
        stub = chat_service_pb2_grpc.ChatServiceStub(edge)
        with without_database(stack):
            with pytest.raises(grpc.aio.AioRpcError) as caught:
                await stub.SendMessage(
                    request, metadata=bearer(token), timeout=30
                ).read()
            with pytest.raises(urllib.error.HTTPError) as refused:
                post(stack, "/v1/chat:send", send_request(), token=token)
        events = await send_until_stored(stub, request, token)
    stored_messages = await stored(stack, token, events[0].started.conversation_id)
    kinds = {d.TypeName() for d in rpc_status.from_call(caught.value).details}
    body = json.load(refused.value)

    assert grpc.StatusCode.UNAVAILABLE is caught.value.code()
    assert "ERROR_REASON_DATABASE_UNAVAILABLE" == error_info(caught.value).reason
    assert "google.rpc.RetryInfo" in kinds
    assert 503 == refused.value.code
    assert "ERROR_REASON_DATABASE_UNAVAILABLE" == body["details"][0]["reason"]
    assert "completed" == events[-1].WhichOneof("event")
    assert 2 == len(stored_messages)


async def test_the_rate_limit_is_typed_in_every_protocol(tmp_path):
    """
    Beyond the limit: RESOURCE_EXHAUSTED with a reason, and 429 in JSON.
    """
    with scripted(tmp_path, LAMLA_EDGE_GENERATE_PER_MINUTE="3") as limited:
        token = guest(limited)
        for _ in range(3):
            quick = {"model": "scripted-n1"}
            body = {"message": send_request(config=quick)}
            post(limited, "/v1/chat:reply", body, token=token)
        with pytest.raises(urllib.error.HTTPError) as refused:
            post(limited, "/v1/chat:send", send_request(), token=token)
        async with channel(limited) as edge:
            stub = chat_service_pb2_grpc.ChatServiceStub(edge)
            with pytest.raises(grpc.aio.AioRpcError) as caught:
                await stub.SendMessage(message(), metadata=bearer(token)).read()

    assert 429 == refused.value.code
    assert (
        "ERROR_REASON_RATE_LIMITED" == json.load(refused.value)["details"][0]["reason"]
    )
    assert grpc.StatusCode.RESOURCE_EXHAUSTED is caught.value.code()
    assert "ERROR_REASON_RATE_LIMITED" == error_info(caught.value).reason
