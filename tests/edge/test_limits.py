"""Who calls too often is told so, in the protocol it speaks."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from uuid import uuid4

import aiohttp
import pytest
import pytest_asyncio
from google.protobuf.message import Message
from lamla.chat.v1 import chat_service_pb2 as chat
from lamla.chat.v1 import conversation_service_pb2 as conversations
from lamla.identity.v1 import identity_service_pb2 as identity
from lamla.telemetry.v1 import client_report_service_pb2 as telemetry
from yarl import URL

from gateway.envoy.settings import EdgeSettings, Place
from mesh.testing import TokenIssuer
from tests.clients import Client, GrpcClient, GrpcWebClient, JsonClient, Refused
from tests.edge.envoy import Edge, running, whole

CHAT = "lamla.chat.v1.ChatService"
LIST = "lamla.chat.v1.ConversationService/ListConversations"
GUEST = "lamla.identity.v1.IdentityService/CreateGuest"
REPORT = "lamla.telemetry.v1.ClientReportService/ReportErrors"
LOGIN = "lamla.identity.v1.IdentityService/Login"
DEFAULT = EdgeSettings()


@dataclass
class Outcome:
    """How a burst of calls went."""

    accepted: int
    refusals: list[Refused]
    seconds: float


@pytest_asyncio.fixture(loop_scope="package")
async def limited(place: Callable[[], Place]) -> AsyncIterator[Edge]:
    """An Envoy with the limits that ship, and full buckets."""
    async with running(place(), DEFAULT) as envoy:
        yield envoy


@pytest_asyncio.fixture(loop_scope="package", params=["grpc", "grpc-web", "json"])
async def limited_client(
    request: pytest.FixtureRequest, limited: Edge, http: aiohttp.ClientSession
) -> AsyncIterator[Client]:
    """A client of it in each protocol."""
    async with limited.channel() as channel:
        clients: dict[str, Client] = {
            "grpc": GrpcClient(channel),
            "grpc-web": GrpcWebClient(http, limited.url),
            "json": JsonClient(http, limited.url),
        }
        yield clients[request.param]


@pytest_asyncio.fixture(scope="module", loop_scope="package")
async def small(place: Callable[[], Place]) -> AsyncIterator[Edge]:
    """An Envoy with small limits that refill too slowly to matter."""
    settings = EdgeSettings(
        generate_per_minute=1_000, generate_per_hour=5, requests_per_minute=10
    )
    async with running(place(), settings) as envoy:
        yield envoy


async def burst(call: Callable[[], Awaitable[object]], times: int) -> Outcome:
    """Makes many calls at once."""
    begin = time.monotonic()
    outcomes = await asyncio.gather(
        *(call() for _ in range(times)),
        return_exceptions=True,
    )
    refusals = [outcome for outcome in outcomes if isinstance(outcome, Refused)]
    others = [
        outcome
        for outcome in outcomes
        if isinstance(outcome, BaseException) and not isinstance(outcome, Refused)
    ]
    assert [] == others
    return Outcome(times - len(refusals), refusals, time.monotonic() - begin)


def check(outcome: Outcome, *, per_minute: int) -> None:
    """Asserts that a full bucket was emptied, and no more than refilled since."""
    refilled = outcome.seconds * per_minute / 60
    assert per_minute <= outcome.accepted <= per_minute + refilled
    for refused in outcome.refusals:
        assert "RESOURCE_EXHAUSTED" == refused.code.name
        assert "ERROR_REASON_RATE_LIMITED" == refused.reason
        assert 1.0 == refused.retry_seconds
        assert "1" == refused.headers["retry-after"]
        assert refused.http in {None, 200, 429}


async def generate(client: Client, token: str, method: str) -> None:
    """Makes a generating call that ends at once."""
    message = chat.SendMessageRequest(request_id=str(uuid4()), text="ATP?")
    match method:
        case "SendMessage":
            request: Message = message
        case "Reply":
            request = chat.ReplyRequest(message=message)
        case "Regenerate":
            request = chat.RegenerateRequest(
                request_id=str(uuid4()), message_id=str(uuid4())
            )
        case "ContinueAnswer":
            request = chat.ContinueAnswerRequest(
                request_id=str(uuid4()), message_id=str(uuid4())
            )
        case _:
            request = chat.EditMessageRequest(
                request_id=str(uuid4()), message_id=str(uuid4()), text="ADP?"
            )
    if method == "Reply":
        await client.unary(f"{CHAT}/{method}", request, token=token)
        return
    async for _ in client.stream(f"{CHAT}/{method}", request, token=token):
        pass


@pytest.mark.parity("A35")
class TestGenerating:
    async def test_the_61st_call_of_a_user_is_refused(
        self, limited_client: Client, token: str
    ):
        """
        60 at once; the rest RESOURCE_EXHAUSTED with RetryInfo, 429 over JSON.
        """
        outcome = await burst(
            lambda: generate(limited_client, token, "SendMessage"), 64
        )

        check(outcome, per_minute=60)

    async def test_all_that_generates_counts_together(
        self, limited: Edge, http: aiohttp.ClientSession, token: str
    ):
        """
        Methods and protocols share a user's bucket.
        """
        methods = (
            "SendMessage",
            "Reply",
            "Regenerate",
            "EditMessage",
            "ContinueAnswer",
        )
        async with limited.channel() as channel:
            clients: list[Client] = [
                GrpcClient(channel),
                GrpcWebClient(http, limited.url),
                JsonClient(http, limited.url),
                JsonClient(http, limited.url, events=True),
            ]
            pairs = [(c, m) for c in clients for m in methods] * 4
            turns = iter(pairs)

            def one() -> Awaitable[object]:
                client, method = next(turns)
                return generate(client, token, method)

            outcome = await burst(one, len(pairs))

        assert 60 <= outcome.accepted <= 60 + outcome.seconds
        assert {"ERROR_REASON_RATE_LIMITED"} == {r.reason for r in outcome.refusals}

    async def test_users_do_not_share_a_bucket(
        self, limited: Edge, http: aiohttp.ClientSession, issuer: TokenIssuer
    ):
        """
        One that calls too often takes nothing from another.
        """
        client = JsonClient(http, limited.url)
        greedy, other = issuer.token(), issuer.token()
        await burst(lambda: generate(client, greedy, "Reply"), 64)

        outcome = await burst(lambda: generate(client, other, "Reply"), 10)

        assert 10 == outcome.accepted

    async def test_reading_goes_on_when_generating_is_refused(
        self, place: Callable[[], Place], http: aiohttp.ClientSession, token: str
    ):
        """
        What does not generate has a limit of its own: 600 in a minute by default.
        """
        settings = EdgeSettings(generate_per_minute=5, requests_per_minute=30)
        asked = conversations.ListConversationsRequest()
        async with running(place(), settings) as envoy:
            client = JsonClient(http, envoy.url)
            await burst(lambda: generate(client, token, "Reply"), 8)
            outcome = await burst(lambda: client.unary(LIST, asked, token=token), 40)

        check(outcome, per_minute=30)
        assert 600 == DEFAULT.requests_per_minute

    async def test_reports_have_a_bucket_of_their_own(
        self, limited: Edge, http: aiohttp.ClientSession, token: str
    ):
        """
        60 in a minute for a user; a page full of errors can still be used.
        """
        client = JsonClient(http, limited.url)
        report = telemetry.ReportErrorsRequest(
            request_id=str(uuid4()), errors=[telemetry.ClientError(kind="TypeError")]
        )
        outcome = await burst(lambda: client.unary(REPORT, report, token=token), 64)
        asked = conversations.ListConversationsRequest()
        await client.unary(LIST, asked, token=token)

        check(outcome, per_minute=60)

    async def test_the_hour_is_limited_too(
        self, small: Edge, http: aiohttp.ClientSession, token: str
    ):
        """
        Whichever bucket is empty first refuses.
        """
        client = JsonClient(http, small.url)
        outcome = await burst(lambda: generate(client, token, "Reply"), 8)

        assert 5 == outcome.accepted
        assert {"ERROR_REASON_RATE_LIMITED"} == {r.reason for r in outcome.refusals}

    @pytest.mark.parametrize(
        "path",
        [
            "/v1/chat:reply?",
            "/v1/chat%3Areply",
            "/v1/chat:repl%79",
            "//v1/chat:reply",
            "/v1/./chat:reply",
            "/V1/chat:reply",
            "/lamla.chat.v1.ChatService/Reply",
        ],
    )
    async def test_no_spelling_of_a_path_leads_around_the_limit(
        self, small: Edge, http: aiohttp.ClientSession, token: str, path: str
    ):
        """
        What the transcoder understands is counted as what it calls.
        """
        message = {"requestId": str(uuid4()), "text": "ATP?"}
        url = URL(small.url + path, encoded=True)
        headers = {"authorization": f"Bearer {token}"}
        statuses = [
            (
                await whole(http.post(url, json={"message": message}, headers=headers))
            ).status
            for _ in range(8)
        ]

        assert statuses.count(200) <= 5
        assert {200, 404, 429} >= set(statuses)


@pytest.mark.parity("A35")
class TestWithoutToken:
    async def test_the_61st_guest_of_an_address_is_refused(
        self, limited_client: Client
    ):
        """
        Guests cost a row each, and nobody can be asked who wants so many.
        """
        request = identity.CreateGuestRequest()
        outcome = await burst(lambda: limited_client.unary(GUEST, request), 64)

        check(outcome, per_minute=60)

    async def test_no_proxy_is_believed_about_the_address(
        self, limited: Edge, http: aiohttp.ClientSession
    ):
        """
        `x-forwarded-for` does not make new callers.
        """
        client = JsonClient(http, limited.url)
        request = identity.CreateGuestRequest()
        numbers = iter(range(64))

        outcome = await burst(
            lambda: client.unary(
                GUEST, request, headers={"x-forwarded-for": f"192.0.2.{next(numbers)}"}
            ),
            64,
        )

        check(outcome, per_minute=60)

    async def test_passwords_are_not_guessed_without_end(
        self, small: Edge, http: aiohttp.ClientSession
    ):
        """
        Whatever needs no token is limited by address: 600 in a minute by default.
        """
        client = JsonClient(http, small.url)
        request = identity.LoginRequest(email="a@example.org", password="x")
        outcome = await burst(lambda: client.unary(LOGIN, request), 14)

        check(outcome, per_minute=10)

    async def test_djangos_pages_are_limited_too(
        self, place: Callable[[], Place], http: aiohttp.ClientSession
    ):
        """
        The admin's sign-in among them; the page's own files are not.
        """
        settings = EdgeSettings(requests_per_minute=10)
        async with running(place(), settings) as envoy:
            for path, expected in (("/admin/login/", 429), ("/", 200)):
                statuses = [
                    (await whole(http.get(envoy.url + path))).status for _ in range(14)
                ]

                assert expected == statuses[-1]
