"""What Envoy refuses by itself looks like the services' own errors."""

from __future__ import annotations

import base64
import itertools
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from google.protobuf import json_format
from google.protobuf.message import Message
from google.rpc.status_pb2 import Status
from lamla.chat.v1 import chat_service_pb2 as chat
from lamla.chat.v1 import conversation_service_pb2 as conversations
from lamla.identity.v1 import identity_service_pb2 as identity
from lamla.llm.v1 import generation_service_pb2 as llm
from lamla.store.v1 import turn_service_pb2 as store

from gateway.envoy.local_replies import REFUSALS, Refusal, mappers
from gateway.envoy.settings import EdgeSettings, Place
from mesh.errors import DETAILS_KEY, STATUS_BY_REASON, from_status
from tests.clients import Client, GrpcClient, GrpcWebClient, JsonClient, Refused
from tests.edge.envoy import Edge, running, whole
from tests.edge.peers import ScriptedPeer

IMPORT = "lamla.chat.v1.ConversationService/ImportConversations"
REPLY = "lamla.chat.v1.ChatService/Reply"
SEND = "lamla.chat.v1.ChatService/SendMessage"
LIST = "lamla.chat.v1.ConversationService/ListConversations"


@pytest_asyncio.fixture(scope="module", loop_scope="package")
async def lonely(place: Callable[[], Place]) -> AsyncIterator[Edge]:
    """An Envoy whose gateway is not there."""
    nowhere = replace(place(), gateway=["127.0.0.1:1"])
    async with running(nowhere, EdgeSettings(), absent={"gateway"}) as envoy:
        yield envoy


async def refusal_of(
    client: Client, name: str, request: Message, token: str = ""
) -> Refused:
    """Makes a call that must be refused."""
    with pytest.raises(Refused) as refused:
        await client.unary(name, request, token=token)
    return refused.value


class TestTable:
    @pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: refusal.when)
    def test_each_refusal_is_one_of_our_errors(self, refusal: Refusal):
        """
        Its code is the one that the contract gives to its reason.
        """
        error = from_status(refusal.status)

        assert error is not None
        assert refusal.reason == error.reason
        assert STATUS_BY_REASON[error.reason].value[0] == refusal.status.code

    def test_headers_and_body_of_a_refusal_say_the_same(self):
        """
        The details in the header of gRPC decode to the status in the body of JSON.
        """
        pairs = zip(mappers()[::2], mappers()[1::2], strict=True)
        for refusal, (for_grpc, for_json) in zip(REFUSALS, pairs, strict=True):
            headers = {
                entry["header"]["key"]: entry["header"]["value"]
                for entry in for_grpc["headers_to_add"]
            }
            details = headers[DETAILS_KEY]
            decoded = base64.b64decode(details + "=" * (-len(details) % 4))
            body = dict(for_json["body_format_override"]["json_format"])
            if refusal.has_envoys_words:
                body["message"] = refusal.message

            assert refusal.status == Status.FromString(decoded)
            assert refusal.status == json_format.ParseDict(body, Status())
            assert str(refusal.status.code) == headers["grpc-status"]
            assert refusal.message == headers["grpc-message"]


class TestNotFound:
    async def test_internal_services_do_not_exist_outside(
        self,
        grpc_client: GrpcClient,
        web_client: GrpcWebClient,
        persistence: ScriptedPeer,
        token: str,
    ):
        """
        Not even for a user: nothing of the kind is routed.
        """
        internal: dict[str, Message] = {
            "lamla.store.v1.TurnService/BeginTurn": store.BeginTurnRequest(),
            "lamla.llm.v1.GenerationService/ListModels": llm.ListModelsRequest(),
        }
        clients: tuple[Client, ...] = (grpc_client, web_client)
        for client, (name, asked), sent in itertools.product(
            clients, internal.items(), (token, "")
        ):
            refused = await refusal_of(client, name, asked, sent)

            assert "UNIMPLEMENTED" == refused.code.name
            assert "ERROR_REASON_METHOD_UNKNOWN" == refused.reason
        assert [] == persistence.calls

    @pytest.mark.parametrize(
        "path",
        [
            "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
            "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
            "/grpc.health.v1.Health/Check",
            "/lamla.chat.v2.ChatService/SendMessage",
        ],
    )
    async def test_reflection_and_health_of_the_peers_are_internal(
        self, edge: Edge, http: aiohttp.ClientSession, token: str, path: str
    ):
        """
        The outside learns neither what there is nor how it feels.
        """
        headers = {
            "content-type": "application/grpc-web+proto",
            "x-grpc-web": "1",
            "authorization": f"Bearer {token}",
        }
        answer = await whole(
            http.post(edge.url + path, data=b"\0" * 5, headers=headers)
        )

        assert 200 == answer.status
        assert "12" == answer.headers["grpc-status"]

    @pytest.mark.parametrize(
        ("verb", "path"),
        [
            ("GET", "/v1/nothing"),
            ("GET", "/v1/chat:send"),
            ("PUT", "/v1/conversations"),
            ("GET", "/api/nothing/"),
            ("POST", "/"),
            ("GET", "/assets/nothing.js"),
            ("POST", "/lamla.chat.v1.ChatService/Reply"),
        ],
    )
    async def test_an_unknown_path_is_a_typed_404(
        self, edge: Edge, http: aiohttp.ClientSession, token: str, verb: str, path: str
    ):
        """
        Of the API, of the page's files, with a wrong verb, and gRPC without gRPC.
        """
        headers = {"authorization": f"Bearer {token}"}
        body: Any = None if verb == "GET" else {}
        answer = await whole(
            http.request(verb, edge.url + path, json=body, headers=headers)
        )
        status = json_format.Parse(await answer.text(), Status())

        assert 404 == answer.status
        assert "application/json" == answer.content_type
        assert "no-store" == answer.headers["cache-control"]
        error = from_status(status)
        assert error is not None
        assert "ERROR_REASON_METHOD_UNKNOWN" == error.reason_name


class TestTooLarge:
    async def test_a_body_over_the_limit_is_refused(
        self,
        client: Client,
        gateway: ScriptedPeer,
        token: str,
        request_id: str,
    ):
        """
        1 MiB at the most, in every protocol, before a service sees it.
        """
        sent = chat.SendMessageRequest(request_id=request_id, text="x" * 1_200_000)

        refused = await refusal_of(
            client, REPLY, chat.ReplyRequest(message=sent), token
        )

        assert "RESOURCE_EXHAUSTED" == refused.code.name
        assert "ERROR_REASON_REQUEST_TOO_LARGE" == refused.reason
        assert refused.http in {None, 200, 413}
        assert [] == gateway.calls

    async def test_a_document_to_import_may_be_larger(
        self, client: Client, persistence: ScriptedPeer, token: str, request_id: str
    ):
        """
        4 MiB of text with what its spelling as JSON adds: 6 MiB, on this route alone.
        """
        sent = conversations.ImportConversationsRequest(
            request_id=request_id, document='"' * 2_900_000
        )
        await client.unary(IMPORT, sent, token=token)

        assert [sent] == [call.request for call in persistence.calls]

    async def test_a_document_has_its_limit_too(
        self, client: Client, persistence: ScriptedPeer, token: str, request_id: str
    ):
        """
        Refused before a service sees it.
        """
        sent = conversations.ImportConversationsRequest(
            request_id=request_id, document="x" * 6_400_000
        )

        refused = await refusal_of(client, IMPORT, sent, token)

        assert "RESOURCE_EXHAUSTED" == refused.code.name
        assert "ERROR_REASON_REQUEST_TOO_LARGE" == refused.reason
        assert [] == persistence.calls

    async def test_a_body_below_the_limit_passes(
        self, client: Client, token: str, request_id: str
    ):
        """
        What is refused then is what the contract says: the text is too long.
        """
        sent = chat.SendMessageRequest(request_id=request_id, text="x" * 900_000)

        refused = await refusal_of(
            client, REPLY, chat.ReplyRequest(message=sent), token
        )

        assert "ERROR_REASON_INVALID_FIELD" == refused.reason
        assert ["message.text"] == refused.fields


class TestBadJson:
    @pytest.mark.parametrize(
        "body",
        [
            '{"text": ',
            "[]",
            '"text"',
            '{"text": {"no": "string"}}',
            '{"config": {"maxOutputTokens": "many"}}',
            '{"text": "\\ud800"',
            "\0\1\2",
        ],
    )
    async def test_json_that_cannot_be_parsed_says_so(
        self,
        edge: Edge,
        http: aiohttp.ClientSession,
        gateway: ScriptedPeer,
        token: str,
        body: str,
    ):
        """
        400 with code, message and reason; the message is about the JSON.
        """
        headers = {
            "authorization": f"Bearer {token}",
            "content-type": "application/json",
        }
        url = f"{edge.url}/v1/chat:reply"
        answer = await whole(http.post(url, data=body.encode(), headers=headers))
        error = from_status(json_format.Parse(await answer.text(), Status()))

        assert 400 == answer.status
        assert error is not None
        assert "ERROR_REASON_INVALID_FIELD" == error.reason_name
        assert error.message
        assert [] == gateway.calls

    async def test_an_unknown_field_is_ignored(
        self,
        edge: Edge,
        http: aiohttp.ClientSession,
        persistence: ScriptedPeer,
    ):
        """
        A newer client may talk to an older server.
        """
        url = f"{edge.url}/v1/auth:login"
        body = {"email": "a@example.org", "password": "x", "newer": {"a": [1]}}
        answer = await whole(http.post(url, json=body))

        assert 200 == answer.status
        assert [identity.LoginRequest(email="a@example.org", password="x")] == [
            call.request for call in persistence.calls
        ]

    async def test_an_unknown_query_parameter_is_refused(
        self, edge: Edge, http: aiohttp.ClientSession, token: str
    ):
        """
        A misspelled filter must not answer with everything.
        """
        answer = await whole(
            http.get(
                f"{edge.url}/v1/conversations?pagesize=1",
                headers={"authorization": f"Bearer {token}"},
            )
        )
        error = from_status(json_format.Parse(await answer.text(), Status()))

        assert 400 == answer.status
        assert error is not None
        assert "ERROR_REASON_INVALID_FIELD" == error.reason_name


class TestUnreachable:
    @pytest.mark.parametrize("protocol", ["grpc", "grpc-web", "json"])
    async def test_a_service_that_is_away_is_a_typed_unavailable(
        self,
        lonely: Edge,
        http: aiohttp.ClientSession,
        token: str,
        request_id: str,
        protocol: str,
    ):
        """
        With the name of what is away, and when to try again.
        """
        sent = chat.ReplyRequest(
            message=chat.SendMessageRequest(request_id=request_id, text="ATP?")
        )
        async with lonely.channel() as channel:
            clients: dict[str, Client] = {
                "grpc": GrpcClient(channel),
                "grpc-web": GrpcWebClient(http, lonely.url),
                "json": JsonClient(http, lonely.url),
            }
            refused = await refusal_of(clients[protocol], REPLY, sent, token)

        assert "UNAVAILABLE" == refused.code.name
        assert "ERROR_REASON_DEPENDENCY_UNAVAILABLE" == refused.reason
        assert {"dependency": "gateway"} == dict(refused.info.metadata)
        assert 1.0 == refused.retry_seconds
        assert refused.http in {None, 200, 503}

    async def test_the_rest_goes_on(
        self, lonely: Edge, http: aiohttp.ClientSession, token: str
    ):
        """
        Conversations can be read while nothing can be generated.
        """
        client = JsonClient(http, lonely.url)
        answer = await client.unary(
            LIST, conversations.ListConversationsRequest(), token=token
        )

        assert conversations.ListConversationsResponse() == answer
