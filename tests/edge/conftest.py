"""One Envoy and its scripted peers for all tests of the edge."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import aiohttp
import grpc
import pytest
import pytest_asyncio

from gateway.envoy.settings import EdgeSettings, Place
from mesh.testing import TokenIssuer
from tests.clients import Client, GrpcClient, GrpcWebClient, JsonClient
from tests.edge.envoy import Edge, running
from tests.edge.peers import (
    GATEWAY_SERVICES,
    PERSISTENCE_SERVICES,
    ScriptedDjango,
    ScriptedPeer,
)

ROOT = Path(__file__).parents[2]
INDEX = "<!doctype html><title>Lamla</title><div id=root></div>"
ICON = "<svg/>"
ASSET = "console.log('lamla');" * 200
PROTOCOLS = ("grpc", "grpc-web", "json", "events")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Runs the tests of the edge in the event loop that its peers live in."""
    for item in items:
        is_ours = Path(__file__).parent in item.path.parents
        if is_ours and pytest_asyncio.is_async_test(item):
            item.add_marker(pytest.mark.asyncio(loop_scope="package"), append=False)


@dataclass
class Peers:
    """What is behind Envoy."""

    gateway: ScriptedPeer
    persistence: ScriptedPeer
    django: ScriptedDjango
    gateway_address: str
    persistence_address: str


@pytest.fixture(scope="package")
def issuer() -> TokenIssuer:
    """Signs the tokens that persistence's keys verify."""
    return TokenIssuer()


@pytest.fixture
def token(issuer: TokenIssuer) -> str:
    """A good token of a new user."""
    return issuer.token()


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def all_peers(certs: Path, issuer: TokenIssuer) -> AsyncIterator[Peers]:
    """The peers, each on a port of its own."""
    gateway = ScriptedPeer(GATEWAY_SERVICES)
    persistence = ScriptedPeer(PERSISTENCE_SERVICES)
    django = ScriptedDjango(certs, issuer)
    async with AsyncExitStack() as stack:
        addresses = [
            await stack.enter_async_context(peer.serving(certs, issuer, peer=name))
            for name, peer in (("gateway", gateway), ("persistence", persistence))
        ]
        await stack.enter_async_context(django.serving())
        yield Peers(gateway, persistence, django, *addresses)


@pytest.fixture(autouse=True)
def _fresh_scripts(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    if "all_peers" in request.fixturenames:
        peers = request.getfixturevalue("all_peers")
        peers.gateway.reset()
        peers.persistence.reset()


@pytest.fixture
def gateway(all_peers: Peers) -> ScriptedPeer:
    """The scripted gateway."""
    return all_peers.gateway


@pytest.fixture
def persistence(all_peers: Peers) -> ScriptedPeer:
    """The scripted persistence."""
    return all_peers.persistence


@pytest.fixture(scope="package")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A built page."""
    directory = tmp_path_factory.mktemp("page")
    (directory / "assets").mkdir()
    (directory / "index.html").write_text(INDEX)
    (directory / "favicon.svg").write_text(ICON)
    (directory / "assets" / "app-1a2b.js").write_text(ASSET)
    return directory


@pytest.fixture(scope="package")
def place(
    certs: Path,
    page: Path,
    all_peers: Peers,
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[[], Place]:
    """Makes a place for another Envoy in front of the same peers."""

    def make() -> Place:
        directory = tmp_path_factory.mktemp("envoy")
        return Place(
            gateway=[all_peers.gateway_address],
            persistence=[all_peers.persistence_address],
            persistence_http=[f"127.0.0.1:{all_peers.django.port}"],
            static_dir=page,
            schema=ROOT / "build" / "schema.binpb",
            certs_dir=certs / "envoy",
            config_dir=directory,
            port=0,
            admin_port=0,
            access_log=str(directory / "access.log"),
        )

    return make


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def edge(place: Callable[[], Place]) -> AsyncIterator[Edge]:
    """The Envoy of most tests: its limits are out of the way."""
    settings = EdgeSettings(
        generate_per_minute=100_000,
        generate_per_hour=100_000,
        requests_per_minute=100_000,
        cors_origins=("https://tutor.example.org",),
    )
    async with running(place(), settings) as envoy:
        yield envoy


@pytest_asyncio.fixture(loop_scope="package")
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    """An HTTP client that keeps no connection from test to test."""
    async with aiohttp.ClientSession(auto_decompress=False) as session:
        yield session


@pytest_asyncio.fixture(loop_scope="package")
async def grpc_client(edge: Edge) -> AsyncIterator[GrpcClient]:
    """Native gRPC."""
    async with grpc.aio.insecure_channel(edge.address) as channel:
        yield GrpcClient(channel)


@pytest.fixture
def web_client(edge: Edge, http: aiohttp.ClientSession) -> GrpcWebClient:
    """gRPC-Web."""
    return GrpcWebClient(http, edge.url)


@pytest.fixture
def json_client(edge: Edge, http: aiohttp.ClientSession) -> JsonClient:
    """JSON; streams as lines."""
    return JsonClient(http, edge.url)


@pytest.fixture
def events_client(edge: Edge, http: aiohttp.ClientSession) -> JsonClient:
    """JSON; streams as server-sent events."""
    return JsonClient(http, edge.url, events=True)


@pytest.fixture(params=PROTOCOLS)
def client(
    request: pytest.FixtureRequest,
    grpc_client: GrpcClient,
    web_client: GrpcWebClient,
    json_client: JsonClient,
    events_client: JsonClient,
) -> Client:
    """The same test in every protocol."""
    clients: dict[str, Client] = {
        "grpc": grpc_client,
        "grpc-web": web_client,
        "json": json_client,
        "events": events_client,
    }
    return clients[request.param]


@pytest.fixture
def request_id() -> str:
    """Names a new request."""
    return str(uuid4())
