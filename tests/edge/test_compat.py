"""The older paths: JSON with exactly their keys, with or without a token."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable

import aiohttp
import pytest
from google.rpc.status_pb2 import Status
from lamla.compat.v1 import compat_service_pb2 as pb
from lamla.errors.v1.error_reason_pb2 import ErrorReason
from lamla.identity.v1 import identity_service_pb2 as identity

from gateway.envoy.settings import EdgeSettings, Place
from mesh.errors import ServiceError, status_of
from mesh.testing import TokenIssuer
from tests.clients import GrpcClient, GrpcWebClient, JsonClient, Refused
from tests.edge.envoy import Edge, running, whole
from tests.edge.peers import COMPAT_SERVICE, ScriptedPeer

MESSAGE = {"message": "What is ATP?"}
CONVERSATION = "0198c0de-0000-7000-8000-000000000002"
PIECES = ["A", " mole", 'cule: "ATP"\n\u2028']
SLASHES = pytest.mark.parametrize("slash", ["", "/"])


def failure() -> Status:
    """What a service says when a provider is away."""
    return status_of(
        ServiceError(
            ErrorReason.ERROR_REASON_PROVIDER_UNAVAILABLE,
            "scripted does not answer.",
            provider="scripted",
        )
    )


def events(*last: pb.ChatStreamEvent) -> list[pb.ChatStreamEvent]:
    """A stream's events, with the given end."""
    return [*(pb.ChatStreamEvent(response=piece) for piece in PIECES), *last]


def conversation(title: str = "") -> pb.Conversation:
    """A conversation as older clients see it."""
    return pb.Conversation(
        id=CONVERSATION, title=title, created_at="2026-07-01T12:30:15Z"
    )


@pytest.fixture(params=["nobody", "a user"])
def headers(request: pytest.FixtureRequest, token: str) -> dict[str, str]:
    """The caller's token, and none."""
    return {"authorization": f"Bearer {token}"} if request.param == "a user" else {}


async def sent_events(answer: aiohttp.ClientResponse) -> list[dict[str, object]]:
    """Reads server-sent events as they are written, nothing forgiven."""
    assert 200 == answer.status
    assert "text/event-stream" == answer.content_type
    blocks = (await answer.text()).split("\n\n")
    assert "" == blocks.pop()
    assert all(block.startswith("data: ") for block in blocks)
    return [json.loads(block.removeprefix("data: ")) for block in blocks]


@SLASHES
class TestPaths:
    async def test_a_message_is_answered(
        self,
        edge: Edge,
        http: aiohttp.ClientSession,
        gateway: ScriptedPeer,
        headers: dict[str, str],
        slash: str,
    ):
        """
        `POST /api/chat/`: `{message}` in, `{response}` out; the token is passed on.
        """
        gateway.answers["Chat"] = pb.ChatResponse(response="A nucleotide.")

        url = f"{edge.url}/api/chat{slash}"
        answer = await whole(http.post(url, json=MESSAGE, headers=headers))

        assert {"response": "A nucleotide."} == await answer.json()
        (call,) = gateway.calls
        assert pb.ChatRequest(message=MESSAGE["message"]) == call.request
        assert headers.get("authorization") == call.metadata.get("authorization")

    async def test_a_stream_is_server_sent_events(
        self,
        edge: Edge,
        http: aiohttp.ClientSession,
        gateway: ScriptedPeer,
        headers: dict[str, str],
        slash: str,
    ):
        """
        `POST /api/chat/stream/`, whatever the caller accepts; one key in each event.
        """
        gateway.events = events(pb.ChatStreamEvent(done=True))

        answer = await whole(
            http.post(
                f"{edge.url}/api/chat/stream{slash}",
                json=MESSAGE,
                headers={**headers, "accept": "*/*"},
            )
        )

        expected = [*({"response": piece} for piece in PIECES), {"done": True}]
        assert expected == await sent_events(answer)
        assert "no-store" == answer.headers["cache-control"]

    async def test_conversations_are_created(
        self,
        edge: Edge,
        http: aiohttp.ClientSession,
        gateway: ScriptedPeer,
        headers: dict[str, str],
        slash: str,
    ):
        """
        `POST /api/chat/conversations/`; keys that are empty are there as well.
        """
        gateway.answers["CreateConversation"] = conversation()

        url = f"{edge.url}/api/chat/conversations{slash}"
        answer = await whole(http.post(url, json={}, headers=headers))

        expected = {
            "id": CONVERSATION,
            "title": "",
            "created_at": "2026-07-01T12:30:15Z",
            "updated_at": "",
        }
        assert expected == await answer.json()

    async def test_conversations_are_an_array(
        self,
        edge: Edge,
        http: aiohttp.ClientSession,
        gateway: ScriptedPeer,
        headers: dict[str, str],
        slash: str,
    ):
        """
        `GET /api/chat/conversations/`; an empty one where there are none.
        """
        url = f"{edge.url}/api/chat/conversations{slash}"
        for titles in ([], ["Cells"], ["Cells", "Light"]):
            gateway.events = [conversation(title) for title in titles]
            answer = await whole(http.get(url, headers=headers))

            assert "application/json" == answer.content_type
            assert titles == [each["title"] for each in await answer.json()]

    async def test_messages_are_added(
        self,
        edge: Edge,
        http: aiohttp.ClientSession,
        gateway: ScriptedPeer,
        headers: dict[str, str],
        slash: str,
    ):
        """
        `POST /api/chat/conversations/{id}/messages/`.
        """
        gateway.answers["AddMessage"] = pb.Message(conversation_id=CONVERSATION)

        url = f"{edge.url}/api/chat/conversations/{CONVERSATION}/messages{slash}"
        answer = await whole(http.post(url, json=MESSAGE, headers=headers))

        keys = {"id", "conversation_id", "role", "content", "response", "created_at"}
        assert keys == (await answer.json()).keys()
        (call,) = gateway.calls
        expected = pb.AddMessageRequest(conversation_id=CONVERSATION, **MESSAGE)
        assert expected == call.request


class TestStream:
    async def test_each_event_arrives_before_the_next_is_made(
        self, edge: Edge, http: aiohttp.ClientSession, gateway: ScriptedPeer
    ):
        """
        Real tokens as they are made: the older design waited for the whole answer.
        """
        made = events(pb.ChatStreamEvent(done=True))
        gates = [asyncio.Event() for _ in made]
        gateway.events = [
            item for pair in zip(made, gates, strict=True) for item in pair
        ]

        count = 0
        async with http.post(f"{edge.url}/api/chat/stream/", json=MESSAGE) as answer:
            async for line in answer.content:
                if line.startswith(b"data: "):
                    gates[count].set()
                    count += 1

        assert len(made) == count

    async def test_a_failure_is_the_last_event(
        self, edge: Edge, http: aiohttp.ClientSession, gateway: ScriptedPeer
    ):
        """
        `{"error": {…}}`: the stream has begun, so no status can say it.
        """
        gateway.events = events(pb.ChatStreamEvent(error=failure()))

        async with http.post(f"{edge.url}/api/chat/stream/", json=MESSAGE) as answer:
            *pieces, last = await sent_events(answer)

        assert [{"response": piece} for piece in PIECES] == pieces
        assert ["error"] == list(last)
        error = last["error"]
        assert isinstance(error, dict)
        assert {"code", "message", "details"} == error.keys()
        assert "ERROR_REASON_PROVIDER_UNAVAILABLE" == error["details"][0]["reason"]

    async def test_a_failure_before_the_first_event_is_a_status(
        self, edge: Edge, http: aiohttp.ClientSession, gateway: ScriptedPeer
    ):
        """
        As for every other method.
        """
        gateway.events = [
            ServiceError(ErrorReason.ERROR_REASON_PROVIDER_UNAVAILABLE, "Away.")
        ]

        answer = await whole(http.post(f"{edge.url}/api/chat/stream/", json=MESSAGE))

        assert 503 == answer.status
        assert {"code", "message", "details"} == (await answer.json()).keys()


class TestRefused:
    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("GET", "/api/chat/"),
            ("POST", "/api/chat/streams/"),
            ("POST", "/api/chatter"),
            ("DELETE", "/api/chat/conversations/"),
            ("POST", "/api/chat/conversations/1/messages/2/"),
            ("GET", "/api/"),
        ],
    )
    async def test_other_paths_and_methods_are_unknown(
        self, edge: Edge, http: aiohttp.ClientSession, method: str, path: str
    ):
        """
        404 with a typed body, not the page.
        """
        answer = await whole(http.request(method, edge.url + path))

        assert 404 == answer.status
        assert {"code", "message", "details"} == (await answer.json()).keys()

    async def test_a_bad_token_is_not_taken_for_none(
        self, edge: Edge, http: aiohttp.ClientSession, issuer: TokenIssuer
    ):
        """
        Who was signed in is told so, instead of becoming another guest.
        """
        stale = {"authorization": f"Bearer {issuer.token(expires_in=-120)}"}

        answer = await whole(
            http.post(f"{edge.url}/api/chat/", json=MESSAGE, headers=stale)
        )

        assert 401 == answer.status
        assert "ERROR_REASON_TOKEN_EXPIRED" in await answer.text()

    async def test_grpc_has_no_older_clients(
        self,
        grpc_client: GrpcClient,
        web_client: GrpcWebClient,
        gateway: ScriptedPeer,
        token: str,
    ):
        """
        UNIMPLEMENTED: the service is for JSON, and nobody pretends to be transcoded.
        """
        for client in (grpc_client, web_client):
            for forged in ({}, {"x-envoy-original-path": "/api/chat"}):
                with pytest.raises(Refused) as refused:
                    await client.unary(
                        f"{COMPAT_SERVICE}/Chat",
                        pb.ChatRequest(message="ATP?"),
                        token=token,
                        headers=forged,
                    )

                assert "UNIMPLEMENTED" == refused.value.code.name
        assert [] == gateway.calls


@pytest.mark.parity("A35")
class TestLimits:
    async def test_nobody_is_limited_by_address_as_guests_are(
        self, place: Callable[[], Place], http: aiohttp.ClientSession
    ):
        """
        All token-less calls and guest creation take from one bucket: each may cost a
        guest.
        """
        settings = EdgeSettings(generate_per_minute=6, generate_per_hour=1_000)
        async with running(place(), settings) as envoy:
            await JsonClient(http, envoy.url).unary(
                "lamla.identity.v1.IdentityService/CreateGuest",
                identity.CreateGuestRequest(),
            )
            statuses = [
                (await whole(http.request(method, envoy.url + path, json=body))).status
                for method, path, body in (
                    ("POST", "/api/chat/", MESSAGE),
                    ("POST", "/api/chat/stream/", MESSAGE),
                    ("GET", "/api/chat/conversations/", None),
                    ("POST", "/api/chat/conversations/", {}),
                    ("POST", "/api/chat/", MESSAGE),
                    ("POST", "/api/chat/", MESSAGE),
                    ("POST", "/v1/auth:guest", {}),
                )
            ]
            odd = {"authorization": "Basic eDp5"}
            url = f"{envoy.url}/api/chat/"
            spelled = await whole(http.post(url, json=MESSAGE, headers=odd))

        assert [200] * 5 + [429] * 2 == statuses
        assert 429 == spelled.status

    async def test_a_user_is_limited_as_elsewhere(
        self, place: Callable[[], Place], http: aiohttp.ClientSession, token: str
    ):
        """
        Generating calls count with those of `lamla.chat.v1`, and take nothing from
        the address; reading has the larger bucket.
        """
        headers = {"authorization": f"Bearer {token}"}
        settings = EdgeSettings(generate_per_minute=3, generate_per_hour=1_000)
        async with running(place(), settings) as envoy:

            async def status(path: str, **options: object) -> int:
                method = "POST" if options else "GET"
                url = envoy.url + path
                return (
                    await whole(http.request(method, url, headers=headers, **options))  # type: ignore[arg-type]
                ).status

            reply = {"message": {"requestId": CONVERSATION, "text": "ATP?"}}
            statuses = [
                await status("/v1/chat:reply", json=reply),
                await status("/api/chat/", json=MESSAGE),
                await status("/api/chat/stream/", json=MESSAGE),
                await status("/api/chat/", json=MESSAGE),
                await status("/v1/chat:reply", json=reply),
                await status("/api/chat/conversations/"),
            ]
            nobody = await whole(http.post(f"{envoy.url}/api/chat/", json=MESSAGE))

        assert [200, 200, 200, 429, 429, 200] == statuses
        assert 200 == nobody.status
