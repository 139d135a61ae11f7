"""Envoy lets good tokens through, refuses the rest by name, and passes them on."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Callable
from contextlib import suppress

import aiohttp
import jwt
import pytest
import pytest_asyncio
from cryptography.hazmat.primitives import serialization
from google.protobuf.message import Message
from lamla.chat.v1 import conversation_service_pb2 as conversations
from lamla.identity.v1 import identity_service_pb2 as identity

from gateway.envoy.settings import EdgeSettings, Place
from mesh.testing import TokenIssuer
from tests.clients import Client, JsonClient, Refused
from tests.edge.conftest import Peers
from tests.edge.envoy import Edge, running, until, whole
from tests.edge.peers import ScriptedPeer

LIST = "lamla.chat.v1.ConversationService/ListConversations"
IDENTITY = "lamla.identity.v1.IdentityService"
ASKED = conversations.ListConversationsRequest()


async def refusal_of(client: Client, token: str) -> Refused:
    """Calls a method that needs a token."""
    with pytest.raises(Refused) as refused:
        await client.unary(LIST, ASKED, token=token)
    return refused.value


def unsigned(token: str) -> str:
    """The same claims with `alg: none` and no signature."""
    head = base64.urlsafe_b64encode(json.dumps({"alg": "none"}).encode())
    return f"{head.decode().rstrip('=')}.{token.split('.')[1]}."


def signed_with_public_key(token: str, issuer: TokenIssuer) -> str:
    """The same claims with the published key taken for a shared secret."""
    head = base64.urlsafe_b64encode(
        json.dumps({"alg": "HS256", "kid": issuer.kid}).encode()
    )
    text = f"{head.decode().rstrip('=')}.{token.split('.')[1]}"
    secret = issuer.key.public_key().public_bytes(
        serialization.Encoding.Raw, serialization.PublicFormat.Raw
    )
    signature = hmac.new(secret, text.encode(), hashlib.sha256).digest()
    return f"{text}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"


class TestRefused:
    async def test_a_missing_token(self, client: Client, persistence: ScriptedPeer):
        """
        TOKEN_MISSING: sign in.
        """
        refused = await refusal_of(client, "")

        assert "UNAUTHENTICATED" == refused.code.name
        assert "ERROR_REASON_TOKEN_MISSING" == refused.reason
        assert refused.http in {None, 200, 401}
        assert [] == persistence.calls

    async def test_an_expired_token(self, client: Client, issuer: TokenIssuer):
        """
        TOKEN_EXPIRED: refresh it.
        """
        refused = await refusal_of(client, issuer.token(expires_in=-120))

        assert "UNAUTHENTICATED" == refused.code.name
        assert "ERROR_REASON_TOKEN_EXPIRED" == refused.reason

    @pytest.mark.parity("A40")
    @pytest.mark.parametrize(
        "forge",
        [
            lambda _: "x.y.z",
            lambda issuer: TokenIssuer(issuer.kid).token(),
            lambda _: TokenIssuer("another").token(),
            lambda issuer: issuer.token(aud="another"),
            lambda issuer: issuer.token(iss="another"),
            lambda issuer: issuer.token()[:-4] + "AAAA",
            lambda issuer: unsigned(issuer.token()),
            lambda issuer: signed_with_public_key(issuer.token(), issuer),
            lambda _: jwt.encode({"iss": "lamla"}, "x" * 32, algorithm="HS256"),
            lambda issuer: issuer.token(exp=None),
        ],
        ids=[
            "no token at all",
            "another key by the same name",
            "another key",
            "another audience",
            "another issuer",
            "another signature",
            "no signature",
            "public key as secret",
            "another algorithm",
            "for ever",
        ],
    )
    async def test_a_forged_token(
        self,
        client: Client,
        persistence: ScriptedPeer,
        issuer: TokenIssuer,
        forge: Callable[[TokenIssuer], str],
    ):
        """
        TOKEN_INVALID, and no service sees it.
        """
        refused = await refusal_of(client, forge(issuer))

        assert "UNAUTHENTICATED" == refused.code.name
        assert "ERROR_REASON_TOKEN_INVALID" == refused.reason
        assert [] == persistence.calls

    async def test_a_token_in_the_query_is_none(
        self, edge: Edge, http: aiohttp.ClientSession, token: str
    ):
        """
        Addresses are logged by proxies and kept in histories.
        """
        answer = await whole(http.get(f"{edge.url}/v1/me?access_token={token}"))

        assert 401 == answer.status
        assert "TOKEN_MISSING" in await answer.text()


class TestWithoutToken:
    @pytest.mark.parametrize(
        ("method", "request_message"),
        [
            ("CreateGuest", identity.CreateGuestRequest()),
            (
                "Register",
                identity.RegisterRequest(
                    email="a@example.org", password="correct horse"
                ),
            ),
            ("Login", identity.LoginRequest(email="a@example.org", password="x")),
            ("Refresh", identity.RefreshRequest()),
            ("Logout", identity.LogoutRequest()),
            ("GetJwks", identity.GetJwksRequest()),
        ],
    )
    async def test_who_has_no_token_yet_can_get_one(
        self,
        client: Client,
        persistence: ScriptedPeer,
        method: str,
        request_message: Message,
    ):
        """
        These methods, and no others, are open.
        """
        await client.unary(f"{IDENTITY}/{method}", request_message)

        assert [method] == [call.name for call in persistence.calls]

    async def test_an_expired_token_does_not_keep_from_refreshing(
        self, client: Client, persistence: ScriptedPeer, issuer: TokenIssuer
    ):
        """
        A page sends the token that it has.
        """
        await client.unary(
            f"{IDENTITY}/Refresh",
            identity.RefreshRequest(),
            token=issuer.token(expires_in=-120),
        )

        assert ["Refresh"] == [call.name for call in persistence.calls]

    async def test_a_guest_that_registers_shows_its_token(
        self, client: Client, persistence: ScriptedPeer, issuer: TokenIssuer, token: str
    ):
        """
        A good one reaches persistence; a bad one is refused instead of being dropped.
        """
        account = identity.RegisterRequest(
            email="a@example.org", password="correct horse"
        )
        await client.unary(f"{IDENTITY}/Register", account, token=token)
        with pytest.raises(Refused) as refused:
            await client.unary(
                f"{IDENTITY}/Register", account, token=issuer.token(expires_in=-120)
            )

        assert "ERROR_REASON_TOKEN_EXPIRED" == refused.value.reason
        assert [f"Bearer {token}"] == [
            call.metadata["authorization"] for call in persistence.calls
        ]


class TestPassedOn:
    async def test_the_token_reaches_the_service(
        self, client: Client, persistence: ScriptedPeer, token: str
    ):
        """
        It verifies the token again: Envoy's word is not enough.
        """
        await client.unary(LIST, ASKED, token=token)

        (call,) = persistence.calls
        assert f"Bearer {token}" == call.metadata["authorization"]

    @pytest.mark.parity("A37")
    async def test_what_only_envoy_may_say_is_taken_from_the_request(
        self, client: Client, persistence: ScriptedPeer, token: str
    ):
        """
        Nobody outside names a user, a peer, a proxy, or Envoy's own orders.
        """
        forged = {
            "x-internal-secret": "s",
            "x-jwt-payload": "forged",
            "x-user-id": "forged",
            "x-envoy-original-path": "/forged",
            "x-envoy-upstream-rq-timeout-ms": "1",
            "x-envoy-retry-on": "5xx",
            "x-forwarded-client-cert": "URI=spiffe://lamla/gateway",
            "x-request-id": "forged",
        }
        await client.unary(LIST, ASKED, token=token, headers=forged)

        (call,) = persistence.calls
        kept = {
            name for name, value in forged.items() if call.metadata.get(name) == value
        }
        assert set() == kept


class TestKeys:
    @pytest_asyncio.fixture(loop_scope="package")
    async def keyless(
        self, place: Callable[[], Place], all_peers: Peers
    ) -> AsyncIterator[Edge]:
        """An Envoy that started while the keys could not be fetched."""
        all_peers.django.keys_are_served = False
        settings = EdgeSettings()
        try:
            async with running(place(), settings, absent={"persistence_http"}) as envoy:
                yield envoy
        finally:
            all_peers.django.keys_are_served = True

    async def test_tokens_work_soon_after_the_keys_are_there(
        self,
        keyless: Edge,
        http: aiohttp.ClientSession,
        all_peers: Peers,
        token: str,
    ):
        """
        Until then the answer is a typed UNAVAILABLE, not a doubt about the token.
        """
        client = JsonClient(http, keyless.url)
        refused = await refusal_of(client, token)

        assert "ERROR_REASON_DEPENDENCY_UNAVAILABLE" == refused.reason
        assert {"dependency": "persistence"} == dict(refused.info.metadata)

        all_peers.django.keys_are_served = True

        async def is_let_through() -> bool:
            with suppress(Refused):
                await client.unary(LIST, ASKED, token=token)
                return True
            return False

        await until(is_let_through)
