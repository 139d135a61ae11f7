"""One mesh, four protocols: the same events, and the same refusals."""

from __future__ import annotations

import json
import time
import uuid

import aiohttp
import grpc
import jwt
import pytest
from lamla.chat.v1 import chat_service_pb2 as chat
from lamla.chat.v1 import conversation_service_pb2 as conversations
from lamla.chat.v1 import generation_pb2

from tests.clients import (
    GrpcClient,
    GrpcWebClient,
    JsonClient,
    Refused,
    as_json,
    refused_by_json,
)
from tests.system.conftest import channel, guest

SEND = "lamla.chat.v1.ChatService/SendMessage"
RESUME = "lamla.chat.v1.ChatService/ResumeGeneration"
LIST = "lamla.chat.v1.ConversationService/ListMessages"
PROTOCOLS = ("grpc", "grpc-web", "json", "sse")
Code = grpc.StatusCode


@pytest.fixture
async def clients(mesh):
    """A client of each protocol, all at the public port."""
    async with aiohttp.ClientSession() as http, channel(mesh) as native:
        yield {
            "grpc": GrpcClient(native),
            "grpc-web": GrpcWebClient(http, mesh.url),
            "json": JsonClient(http, mesh.url),
            "sse": JsonClient(http, mesh.url, events=True),
        }


@pytest.fixture(scope="module")
def token(mesh):
    """The access token of a guest."""
    return guest(mesh)


def message(**fields) -> chat.SendMessageRequest:
    defaults = {"request_id": str(uuid.uuid4()), "text": "ATP?"}
    return chat.SendMessageRequest(**{**defaults, **fields})


async def read(client, name, request, token):
    return [event async for event in client.stream(name, request, token=token)]


@pytest.mark.parametrize("sender", PROTOCOLS)
async def test_every_protocol_reads_the_same_events(clients, token, sender):
    """
    An answer sent for in one protocol is resumed in all others, equal field by field.
    """
    sent = await read(clients[sender], SEND, message(), token)
    resume = chat.ResumeGenerationRequest(generation_id=sent[0].generation_id)

    for reader in PROTOCOLS:
        resumed = await read(clients[reader], RESUME, resume, token)

        assert [as_json(e) for e in sent] == [as_json(e) for e in resumed]
    assert "started" == sent[0].WhichOneof("event")
    assert "completed" == sent[-1].WhichOneof("event")
    assert [*range(1, len(sent) + 1)] == [event.sequence for event in sent]
    text = "".join(event.tokens.text for event in sent)
    assert len(text) == sent[-1].completed.text_length


def expired(mesh, token: str) -> str:
    key = (mesh.home / "secrets" / "token-signing-key.pem").read_bytes()
    claims = jwt.decode(token, options={"verify_signature": False})
    header = jwt.get_unverified_header(token)
    past = int(time.time()) - 3_600
    return jwt.encode(
        {**claims, "iat": past, "exp": past + 60},
        key,
        algorithm="EdDSA",
        headers={"kid": header["kid"]},
    )


def forged(token: str) -> str:
    header, claims, signature = token.split(".")
    return ".".join((header, claims, signature[::-1]))


CONFIG = generation_pb2.GenerationConfig
REFUSALS = {
    "empty message": (
        message(text=""),
        Code.INVALID_ARGUMENT,
        "INVALID_FIELD",
        ["text"],
    ),
    "blank message": (
        message(text=" \n\t"),
        Code.INVALID_ARGUMENT,
        "INVALID_FIELD",
        ["text"],
    ),
    "over-long message": (
        message(text="x" * 32_001),
        Code.INVALID_ARGUMENT,
        "INVALID_FIELD",
        ["text"],
    ),
    "message with a NUL": (
        message(text="a\0b"),
        Code.INVALID_ARGUMENT,
        "INVALID_FIELD",
        ["text"],
    ),
    "no request id": (
        message(request_id=""),
        Code.INVALID_ARGUMENT,
        "INVALID_FIELD",
        ["request_id"],
    ),
    "too many tokens": (
        message(config=CONFIG(max_output_tokens=4_097)),
        Code.INVALID_ARGUMENT,
        "INVALID_FIELD",
        ["config.max_output_tokens"],
    ),
    "unknown model": (
        message(config=CONFIG(model="no-such-model")),
        Code.INVALID_ARGUMENT,
        "MODEL_UNKNOWN",
        ["config.model"],
    ),
    "unknown conversation": (
        message(conversation_id=str(uuid.uuid4())),
        Code.NOT_FOUND,
        "CONVERSATION_NOT_FOUND",
        [],
    ),
}


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("case", REFUSALS)
async def test_bad_input_is_refused_with_field_and_reason(
    clients, token, protocol, case
):
    """
    The code, the reason and the field are the same in every protocol.
    """
    request, code, reason, fields = REFUSALS[case]
    with pytest.raises(Refused) as refused:
        await read(clients[protocol], SEND, request, token)

    assert code is refused.value.code
    assert f"ERROR_REASON_{reason}" == refused.value.reason
    assert fields == refused.value.fields


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_anothers_conversation_is_as_one_that_does_not_exist(
    clients, mesh, token, protocol
):
    """
    What belongs to another user cannot be told from what does not exist.
    """
    theirs = (await read(clients["grpc"], SEND, message(), guest(mesh)))[0].started
    refusals = []
    for conversation_id in (theirs.conversation_id, str(uuid.uuid4())):
        with pytest.raises(Refused) as sent:
            await read(
                clients[protocol],
                SEND,
                message(conversation_id=conversation_id),
                token,
            )
        with pytest.raises(Refused) as listed:
            await clients["json" if protocol == "sse" else protocol].unary(
                LIST,
                conversations.ListMessagesRequest(conversation_id=conversation_id),
                token=token,
            )
        for refused in (sent.value, listed.value):
            shown = str(refused.status).replace(conversation_id, "…")
            refusals.append((refused.code, refused.reason, shown))

    assert refusals[:2] == refusals[2:]
    assert {Code.NOT_FOUND} == {code for code, _, _ in refusals}


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_tokens_that_are_not_good_are_refused(clients, mesh, token, protocol):
    """
    Missing, forged, expired and unsigned tokens each have their reason.
    """
    unsigned = jwt.encode(
        jwt.decode(token, options={"verify_signature": False}), None, "none"
    )
    for bad, reason in (
        ("", "TOKEN_MISSING"),
        (forged(token), "TOKEN_INVALID"),
        (unsigned, "TOKEN_INVALID"),
        (expired(mesh, token), "TOKEN_EXPIRED"),
    ):
        with pytest.raises(Refused) as refused:
            await read(clients[protocol], SEND, message(), bad)

        assert Code.UNAUTHENTICATED is refused.value.code
        assert f"ERROR_REASON_{reason}" == refused.value.reason


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_a_request_id_names_one_request(clients, token, protocol):
    """
    The same request again attaches to the same answer; another body is refused.
    """
    request = message()
    first = await read(clients[protocol], SEND, request, token)
    again = await read(clients[protocol], SEND, request, token)
    with pytest.raises(Refused) as refused:
        await read(
            clients[protocol],
            SEND,
            message(request_id=request.request_id, text="ADP?"),
            token,
        )

    assert [as_json(e) for e in first] == [as_json(e) for e in again]
    assert Code.ABORTED is refused.value.code
    assert "ERROR_REASON_REQUEST_ID_REUSED" == refused.value.reason


@pytest.mark.parametrize(
    "body",
    ['{"text": ', '{"text": 5}', '{"text": ["a"]}', '{"config": "fast"}', "[]", '"x"'],
)
async def test_json_of_the_wrong_form_is_refused_with_code_and_message(
    mesh, token, body
):
    """
    JSON that cannot be read as the request is a bad request, said in the usual form.
    """
    async with (
        aiohttp.ClientSession() as http,
        http.post(
            f"{mesh.url}/v1/chat:send",
            data=body,
            headers={"authorization": f"Bearer {token}"},
        ) as answer,
    ):
        refused = refused_by_json(answer.status, await answer.text(), answer.headers)

    assert 400 == refused.http
    assert Code.INVALID_ARGUMENT is refused.code
    assert refused.status.message


async def test_internal_services_have_no_public_face(mesh, token):
    """
    What is for peers only does not exist at the public port, in any protocol.
    """
    async with aiohttp.ClientSession() as http:
        for name in (
            "lamla.store.v1.TurnService/BeginTurn",
            "lamla.llm.v1.GenerationService/ListModels",
            "grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
        ):
            async with http.post(
                f"{mesh.url}/{name}",
                data=b"\0\0\0\0\0",
                headers={
                    "content-type": "application/grpc-web+proto",
                    "x-grpc-web": "1",
                    "authorization": f"Bearer {token}",
                },
            ) as answer:
                assert str(Code.UNIMPLEMENTED.value[0]) == answer.headers["grpc-status"]
        async with http.post(
            f"{mesh.url}/v1/turns",
            data=json.dumps({}),
            headers={"authorization": f"Bearer {token}"},
        ) as answer:
            assert 404 == answer.status
