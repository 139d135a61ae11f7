"""Whose pages may call."""

from __future__ import annotations

import aiohttp
import pytest
from google.protobuf import json_format
from google.rpc.status_pb2 import Status
from pydantic import ValidationError

from gateway.envoy.settings import EdgeSettings
from mesh.errors import from_status
from tests.edge.envoy import Edge, whole

OURS = "https://tutor.example.org"
FOREIGN = "https://evil.example.org"
PATHS = (
    "/lamla.chat.v1.ChatService/SendMessage",
    "/v1/conversations",
    "/v1/auth:guest",
)


def preflight(origin: str) -> dict[str, str]:
    """What a browser asks before it sends a page's call."""
    return {
        "origin": origin,
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization,content-type,x-grpc-web",
    }


@pytest.mark.parity("A38")
class TestPreflight:
    @pytest.mark.parametrize("path", PATHS)
    async def test_a_listed_origin_may_call(
        self, edge: Edge, http: aiohttp.ClientSession, path: str
    ):
        """
        With a token and the headers of gRPC-Web; no token is asked for the question.
        """
        answer = await whole(http.options(edge.url + path, headers=preflight(OURS)))

        allowed = answer.headers["access-control-allow-headers"].split(",")
        assert 200 == answer.status
        assert OURS == answer.headers["access-control-allow-origin"]
        assert {"authorization", "content-type", "x-grpc-web"} <= set(allowed)

    @pytest.mark.parametrize("path", PATHS)
    @pytest.mark.parametrize("origin", [FOREIGN, "null", f"{OURS}.evil.org"])
    async def test_a_foreign_origin_may_not(
        self, edge: Edge, http: aiohttp.ClientSession, path: str, origin: str
    ):
        """
        403, typed, and no word that would let a browser go on.
        """
        answer = await whole(http.options(edge.url + path, headers=preflight(origin)))
        error = from_status(json_format.Parse(await answer.text(), Status()))

        assert 403 == answer.status
        assert error is not None
        assert "ERROR_REASON_ORIGIN_NOT_ALLOWED" == error.reason_name
        assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parity("A38")
class TestAnswer:
    async def test_a_listed_origin_can_read_errors(
        self, edge: Edge, http: aiohttp.ClientSession
    ):
        """
        Refusals too; scripts of the page see code, message and details.
        """
        answer = await whole(http.get(f"{edge.url}/v1/me", headers={"origin": OURS}))
        exposed = answer.headers["access-control-expose-headers"].split(",")

        assert 401 == answer.status
        assert OURS == answer.headers["access-control-allow-origin"]
        assert {
            "grpc-status",
            "grpc-message",
            "grpc-status-details-bin",
            "x-request-id",
            "retry-after",
        } <= set(exposed)

    async def test_a_foreign_origin_cannot(
        self, edge: Edge, http: aiohttp.ClientSession, token: str
    ):
        """
        Its browser keeps the answer from it.
        """
        answer = await whole(
            http.get(
                f"{edge.url}/v1/conversations",
                headers={"origin": FOREIGN, "authorization": f"Bearer {token}"},
            )
        )

        assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parity("A38")
class TestList:
    @pytest.mark.parametrize(
        "origin", ["*", "https://*.example.org", "example.org", "https://a.org/path"]
    )
    def test_only_exact_origins_can_be_listed(self, origin: str):
        """
        A `*` does not start.
        """
        with pytest.raises(ValidationError, match="not one exact origin"):
            EdgeSettings(cors_origins=(origin,))
