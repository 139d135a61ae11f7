"""Certificates and their authority are replaced while answers stream.

`make torture-rotation` does twenty times as much.
"""

from __future__ import annotations

import asyncio
import io
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
import uuid
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from datetime import timedelta

import grpc
import pytest
from cryptography import x509
from lamla.chat.v1 import chat_service_pb2 as chat
from lamla.chat.v1 import conversation_service_pb2 as conversations
from lamla.chat.v1.chat_service_pb2_grpc import ChatServiceStub
from lamla.chat.v1.conversation_service_pb2_grpc import ConversationServiceStub

from deploy.embedded import health
from deploy.embedded.certificates import Certificates
from deploy.embedded.output import Output
from deploy.embedded.paths import CHECKOUT, Home
from deploy.embedded.presented import Presented
from deploy.embedded.testing import Stack
from tests.system.conftest import bearer, channel, guest, scripted
from tests.system.pages import plain_page

TIMES = int(os.environ.get("TORTURE", "1"))
STREAMS = 50
LEAVES = 10 * TIMES
AUTHORITIES = 2 * TIMES
# More than what a process may take to look at its files, so that each one is used.
LEAF_SECONDS = 1.2
# Long answers that outlive rotations, and short ones that begin during them.
MODELS = ("scripted-n300-d40", "scripted-n60-d40")
PARTS = {"database", "gateway", "llm_worker"}
EDGE_FAILURES = (
    "ssl.connection_error",
    "ssl.fail_verify_error",
    "ssl.fail_verify_no_cert",
    "ssl.fail_verify_san",
    "upstream_cx_connect_fail",
    "upstream_rq_pending_failure_eject",
)

pytestmark = pytest.mark.timeout(240 + 60 * TIMES)


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Two gateways, so that they call each other too."""
    home = tmp_path_factory.mktemp("rotation")
    with scripted(
        home,
        LAMLA_GATEWAY_REPLICAS="2",
        LAMLA_GATEWAY_TITLES="false",
        LAMLA_PAGE_DIR=plain_page(home),
    ) as stack:
        yield stack


@pytest.fixture
def certificates(stack: Stack) -> Iterator[Certificates]:
    """What the launcher and its commands issue with, for the running mesh."""
    home = Home(stack.home)
    output = Output(home.logs, stream=io.StringIO())
    day = timedelta(hours=24)
    yield Certificates(home, output, lifetime=day, presented=presented(stack))
    output.close()


def presented(stack: Stack) -> Presented:
    return Presented.of(stack.home / "certs", stack.ports, stack.admin_port)


class Traffic:
    """Calls of every kind, over and over, until they are told to end."""

    def __init__(self, stack: Stack, token: str, native: grpc.aio.Channel) -> None:
        self.stack = stack
        self.done: Counter[str] = Counter()
        self.failures: list[str] = []
        self._metadata = bearer(token)
        self._chat = ChatServiceStub(native)
        self._conversations = ConversationServiceStub(native)
        self._ending = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begins."""
        kinds: list[tuple[str, Callable[[], Awaitable[None]], float]] = [
            ("list", self._list, 0.05),
            ("models", self._models, 0.05),
            ("health", self._health, 0.1),
            ("handshake", self._handshakes, 0.1),
        ]
        for number in range(STREAMS):
            model = MODELS[number % len(MODELS)]
            kinds.append(("stream", lambda model=model: self._stream(model), 0.0))
        self._tasks = [asyncio.create_task(self._repeat(*kind)) for kind in kinds]

    async def end(self) -> None:
        """Lets what runs come to its end, when enough was done."""
        while not (self.failures or self._is_enough()):  # noqa: ASYNC110 - Counters.
            await asyncio.sleep(0.1)
        self._ending.set()
        await asyncio.gather(*self._tasks)

    def _is_enough(self) -> bool:
        kinds = ("list", "models", "handshake")
        return self.done["stream"] > STREAMS and all(self.done[k] > 20 for k in kinds)

    async def _repeat(
        self, kind: str, call: Callable[[], Awaitable[None]], pause: float
    ) -> None:
        while not self._ending.is_set():
            try:
                await call()
            except Exception as error:  # noqa: BLE001 - Each of them is one too many.
                self.failures.append(f"{kind}: {error!r}")
                await asyncio.sleep(0.5)
            else:
                self.done[kind] += 1
            with suppress(TimeoutError):
                await asyncio.wait_for(self._ending.wait(), pause)

    async def _stream(self, model: str) -> None:
        request = chat.SendMessageRequest(
            request_id=str(uuid.uuid4()),
            text="Explain photosynthesis.",
            config={"model": model, "max_output_tokens": 4096},
        )
        text, sequences, last = "", [], None
        call = self._chat.SendMessage(request, metadata=self._metadata)
        async for event in call:
            kind = event.WhichOneof("event")
            if kind != "heartbeat":
                sequences.append(event.sequence)
            text += event.tokens.text
            last = event
        assert last is not None
        assert "completed" == last.WhichOneof("event"), last
        assert [*range(1, len(sequences) + 1)] == sequences
        assert len(text) == last.completed.text_length

    async def _list(self) -> None:
        request = conversations.ListConversationsRequest()
        await self._conversations.ListConversations(
            request, metadata=self._metadata, timeout=20
        )

    async def _models(self) -> None:
        request = chat.GetModelsRequest()
        await self._chat.GetModels(request, metadata=self._metadata, timeout=20)

    async def _health(self) -> None:
        def ask() -> None:
            with urllib.request.urlopen(self.stack.url + "/health", timeout=20) as got:  # noqa: S310
                assert PARTS <= json.load(got)["dependencies"].keys()

        # Many at once: HTTP/1.1 takes a connection for each.
        await asyncio.gather(*(asyncio.to_thread(ask) for _ in range(4)))

    async def _handshakes(self) -> None:
        """A new connection to every server, as any peer makes when it starts."""
        ports = self.stack.ports
        servers = [(port, "gateway") for port in ports.gateways]
        servers += [
            (ports.llm_worker, "llm_worker"),
            (ports.persistence, "persistence"),
        ]
        own = self.stack.home / "certs" / "launcher"
        answers = await asyncio.gather(
            *(
                health.serves(
                    f"127.0.0.1:{port}", peer=peer, certificates=own, seconds=20
                )
                for port, peer in servers
            )
        )
        assert all(answers), answers
        await self._uvicorn()

    async def _uvicorn(self) -> None:
        own = presented(self.stack)
        reader, writer = await asyncio.open_connection(
            "127.0.0.1",
            self.stack.ports.persistence_http,
            ssl=own.context(),
            server_hostname="persistence.lamla",
        )
        lines = (
            "GET /.well-known/jwks.json HTTP/1.1",
            "host: persistence.lamla",
            "connection: close",
        )
        writer.write("\r\n".join((*lines, "", "")).encode())
        answer = await reader.read()
        writer.transport.abort()
        with suppress(OSError):
            await writer.wait_closed()
        assert answer.startswith(b"HTTP/1.1 200"), answer[:100]


async def renew(certificates: Certificates) -> None:
    """Issues every certificate anew, many times."""
    for _ in range(LEAVES):
        certificates.issue()
        await asyncio.sleep(LEAF_SECONDS)


async def rotate(stack: Stack, certificates: Certificates) -> set[str]:
    """Replaces the authority several times; returns the names of all that signed."""
    names = {signer(stack)}
    for number in range(AUTHORITIES):
        if number:
            await certificates.rotate_authority()
        else:
            await asyncio.to_thread(rotate_by_command, stack)
        names.add(signer(stack))
    return names


def rotate_by_command(stack: Stack) -> None:
    """As a person does it."""
    subprocess.run(  # noqa: S603 - Ours.
        [
            *(sys.executable, "-m", "deploy.embedded"),
            *("certificates", "--env-file", os.devnull, "rotate-authority"),
        ],
        cwd=CHECKOUT,
        env=stack.variables,
        stdout=subprocess.DEVNULL,
        check=True,
    )


def signer(stack: Stack) -> str:
    pem = (stack.home / "certs" / "gateway" / "tls.crt").read_bytes()
    return x509.load_pem_x509_certificate(pem).issuer.rfc4514_string()


def trusted(stack: Stack, peer: str) -> list[str]:
    pem = (stack.home / "certs" / peer / "ca.crt").read_bytes()
    loaded = x509.load_pem_x509_certificates(pem)
    return [each.subject.rfc4514_string() for each in loaded]


def edge_failures(stack: Stack) -> dict[str, int]:
    """Envoy's counters of what can go wrong with a connection to a peer."""
    url = f"{stack.admin_url}/stats?format=json&filter=^cluster\\."
    with urllib.request.urlopen(url, timeout=20) as answer:  # noqa: S310
        stats = json.load(answer)["stats"]
    return {
        stat["name"]: stat["value"]
        for stat in stats
        if stat.get("name", "").endswith(EDGE_FAILURES) and stat.get("value")
    }


async def test_nothing_breaks_while_everything_is_replaced(
    stack: Stack, certificates: Certificates
):
    """
    10 times the certificates and twice their authority, under 50 streams, calls of
    each kind and new connections to each server: 0 failed calls, 0 broken streams.
    """
    token = guest(stack)
    before = edge_failures(stack)
    async with channel(stack) as native:
        traffic = Traffic(stack, token, native)
        traffic.start()
        await asyncio.sleep(1.5)
        signers, _ = await asyncio.gather(
            rotate(stack, certificates), renew(certificates)
        )
        await traffic.end()

    assert [] == traffic.failures
    assert {} == {
        name: value
        for name, value in edge_failures(stack).items()
        if value > before.get(name, 0)
    }
    assert AUTHORITIES + 1 == len(signers)
    assert [] == await presented(stack).stale()
    for peer in ("envoy", "gateway", "llm_worker", "persistence"):
        assert [signer(stack)] == trusted(stack, peer)


def test_who_starts_after_it_is_let_in(stack: Stack):
    """
    Envoy and the gateways connect to new processes, which know the last authority
    only.
    """
    for name in ("persistence", "llm_worker", "gateway", "gateway-2"):
        os.kill(stack.pid(name), signal.SIGKILL)
    end = time.monotonic() + 120
    while True:
        with suppress(OSError):
            assert guest(stack)
            break
        assert time.monotonic() < end
        time.sleep(0.2)
