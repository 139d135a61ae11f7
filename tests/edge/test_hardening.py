"""What Envoy refuses before it looks closer, and what it writes down."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import aiohttp
import pytest
from lamla.chat.v1 import chat_service_pb2 as chat

from gateway.envoy.settings import EdgeSettings, Place
from tests.clients import JsonClient
from tests.edge.corpus import EVENTS
from tests.edge.envoy import Edge, raw, running, until, whole
from tests.edge.peers import ScriptedPeer

SEND = "lamla.chat.v1.ChatService/SendMessage"


class TestRequests:
    @pytest.mark.parametrize(
        ("lines", "status"),
        [
            (["GET /v1/me HTTP/1.1", "x_user_id: 1"], 400),
            (["GET /v1%2fme HTTP/1.1"], 400),
            (["GET /v1%5cme HTTP/1.1"], 400),
            (["GET /healthz HTTP/1.0"], 426),
            (["GET /healthz HTTP/1.1", f"x-much: {'x' * 40_000}"], 431),
            (["GET /healthz HTTP/1.1", *[f"x-{n}: 1" for n in range(110)]], 431),
            (
                [
                    "POST /v1/auth:guest HTTP/1.1",
                    "content-length: 3",
                    "transfer-encoding: chunked",
                ],
                400,
            ),
            (
                [
                    "POST /v1/auth:guest HTTP/1.1",
                    "content-length: 3",
                    "content-length: 4",
                ],
                400,
            ),
        ],
        ids=[
            "underscore",
            "escaped slash",
            "escaped backslash",
            "old protocol",
            "long header",
            "many headers",
            "two lengths",
            "two more lengths",
        ],
    )
    async def test_what_two_servers_could_read_in_two_ways_is_refused(
        self, edge: Edge, lines: list[str], status: int
    ):
        """
        Nothing is smuggled past the routes.
        """
        answer = await raw(edge, *lines)

        assert str(status) == answer.split()[1].decode()

    async def test_a_path_is_made_plain_before_it_is_routed(self, edge: Edge):
        """
        A detour does not lead around the token.
        """
        for path in ("//v1//me", "/assets/../v1/me", "/./v1/me"):
            answer = await raw(edge, f"GET {path} HTTP/1.1")

            assert b"401" == answer.split()[1]

    async def test_connections_are_counted(self, place: Callable[[], Place]):
        """
        Beyond the limit a connection is closed; those that are open go on.
        """
        settings = EdgeSettings(max_connections=4)
        async with running(place(), settings) as envoy:
            host, _, port = envoy.address.partition(":")
            opened = [await asyncio.open_connection(host, int(port)) for _ in range(8)]

            def closed() -> int:
                return sum(reader.at_eof() for reader, _ in opened)

            async def is_limited() -> bool:
                return closed() >= 4

            await until(is_limited)
            _, writer = opened[0]
            writer.write(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n")
            line = await opened[0][0].readline()
            closed_in_the_end = closed()
            for _, writer in opened:
                writer.close()

        assert 4 == closed_in_the_end
        assert b"HTTP/1.1 200 OK\r\n" == line


class TestAccessLog:
    @pytest.mark.parity("A66")
    async def test_a_line_says_who_and_how_long_and_nothing_of_the_content(
        self,
        place: Callable[[], Place],
        http: aiohttp.ClientSession,
        gateway: ScriptedPeer,
        token: str,
        request_id: str,
    ):
        """
        Request id and trace lead to the services' lines; text, query and token stay
        out.
        """
        trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
        gateway.events = list(EVENTS)
        stage = place()
        async with running(stage, EdgeSettings()) as envoy:
            client = JsonClient(http, envoy.url)
            message = chat.SendMessageRequest(request_id=request_id, text="my secret")
            async for _ in client.stream(
                SEND, message, token=token, headers={"traceparent": trace}
            ):
                pass
            await whole(http.get(f"{envoy.url}/v1/me?q=another-secret"))
            lines = await _lines(envoy, 2)

        text = json.dumps(lines)
        first, second = lines
        (call,) = gateway.calls
        assert call.metadata["x-request-id"] == first["request_id"]
        assert trace == first["traceparent"] == call.metadata["traceparent"]
        assert call.metadata["authorization"] == f"Bearer {token}"
        assert ("POST", "/v1/chat:send") == (first["method"], first["path"])
        assert ("stream", "OK") == (first["route"], first["grpc_status"])
        assert first["user_id"]
        assert first["duration_ms"] >= 0
        assert ("/v1/me", 401) == (second["path"], second["status"])
        assert "secret" not in text
        assert token not in text

    async def test_every_answer_names_its_request(
        self, edge: Edge, http: aiohttp.ClientSession
    ):
        """
        So that a person who complains can be helped.
        """
        for path in ("/", "/v1/me", "/nothing.txt", "/health", "/v1/auth/jwks"):
            answer = await whole(http.get(edge.url + path))

            assert answer.headers["x-request-id"]


async def _lines(edge: Edge, count: int) -> list[dict[str, Any]]:
    lines: list[str] = []

    async def are_written() -> bool:
        lines[:] = edge.access_log.read_text().splitlines()
        return len(lines) >= count

    await until(are_written)
    return [json.loads(line) for line in lines]
