"""A whole gateway over mutual TLS, with a scripted worker and a store in memory."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from google.rpc.error_details_pb2 import ErrorInfo
from lamla.chat.v1 import chat_service_pb2 as pb
from lamla.chat.v1.chat_service_pb2_grpc import ChatServiceStub
from lamla.chat.v1.generation_pb2 import GenerationEvent
from lamla.documents.v1.retrieval_scope_pb2 import RetrievalScope

from gateway.application import Application
from gateway.clients.other_gateways import OtherGateways
from gateway.endpoints import address_of
from gateway.policy import POLICY
from gateway.settings import GatewaySettings
from mesh.channels import PeerChannel
from mesh.credentials import Certificates
from mesh.ids import uuid7
from mesh.testing import Served, TokenIssuer, bearer, serving
from tests.gateway.store import MemoryStore
from tests.gateway.visitors import MemoryConversations, MemoryDocuments, MemoryGuests
from tests.gateway.worker import ScriptedWorker

# Nothing waits unless a test says so.
QUICK: dict[str, Any] = {
    "checkpoint_seconds": 0.02,
    "max_checkpoint_seconds": 0.05,
    "finish_wait_seconds": 0.2,
    "reconnect_seconds": 0.4,
    "started_seconds": 10,
    "lease_seconds": 0.3,
    "hold_milliseconds": 0,
    "max_hold_milliseconds": 0,
}


class NamedChannels:
    """Stands for a pool: other gateways by the names in the test."""

    def __init__(self) -> None:
        self.channels: dict[str, PeerChannel] = {}

    async def get(self, endpoint: str) -> PeerChannel:
        """Returns the channel to the gateway of that name."""
        return self.channels[endpoint]


@dataclass
class Gateway:
    """A running gateway, and a user in front of it."""

    application: Application
    served: Served
    peers: NamedChannels
    issuer: TokenIssuer
    token: str
    address: str
    guests: MemoryGuests
    conversations: MemoryConversations
    documents: MemoryDocuments

    @property
    def stub(self) -> ChatServiceStub:
        """Calls as Envoy does."""
        return self.served.channel.stub(ChatServiceStub)

    @property
    def user(self) -> dict[str, Any]:
        """Options of a call for the user."""
        return {"metadata": bearer(self.token), "timeout": 60}

    def other_user(self) -> dict[str, Any]:
        """Options of a call for somebody else."""
        return {"metadata": bearer(self.issuer.token()), "timeout": 60}

    def send(
        self,
        text: str = "Why?",
        request_id: str = "",
        conversation_id: str = "",
        scope: RetrievalScope | None = None,
        **config: Any,
    ) -> Any:
        """Sends a message."""
        request = pb.SendMessageRequest(
            request_id=request_id or str(uuid7()),
            conversation_id=conversation_id,
            text=text,
            config=config,
            scope=scope,
        )
        return self.stub.SendMessage(request, **self.user)

    def continue_(self, request_id: str = "", **config: Any) -> Any:
        """Asks for the rest of an answer."""
        request = pb.ContinueAnswerRequest(
            request_id=request_id or str(uuid7()),
            message_id=str(uuid7()),
            config=config,
        )
        return self.stub.ContinueAnswer(request, **self.user)

    def resume(self, generation_id: str, after: int = 0, **options: Any) -> Any:
        """Resumes a generation."""
        request = pb.ResumeGenerationRequest(
            generation_id=generation_id, after_sequence=after
        )
        return self.stub.ResumeGeneration(request, **(options or self.user))

    def cancel(self, generation_id: str, **options: Any) -> Any:
        """Cancels a generation."""
        request = pb.CancelGenerationRequest(generation_id=generation_id)
        return self.stub.CancelGeneration(request, **(options or self.user))


@asynccontextmanager
async def running(
    certs: Path,
    *,
    issuer: TokenIssuer,
    store: MemoryStore,
    worker: ScriptedWorker,
    user_id: UUID,
    **settings: Any,
) -> AsyncIterator[Gateway]:
    """Runs a gateway whose endpoint is the store's."""
    peers = NamedChannels()
    guests, conversations = MemoryGuests(issuer, store), MemoryConversations()
    documents = MemoryDocuments()
    application = Application(
        GatewaySettings(**{**QUICK, **settings}),
        store=store,
        worker=worker,
        gateways=OtherGateways(peers, timeout_seconds=10),
        guests=guests,
        conversations=conversations,
        documents=documents,
        chunks=store.library,
        embedder=store.embedder,
        endpoint=store.endpoint,
    )
    async with serving(
        lambda server: [add(server) for add in application.registrations.values()],
        *application.registrations,
        certs=certs,
        policy=POLICY,
        verifier=issuer.verifier,
    ) as served:
        application.start()
        # How busy this machine is decides no test: on a busy one no title is made.
        application._load.stop()  # noqa: SLF001 - Same.
        token = issuer.token(user_id=user_id)
        try:
            yield Gateway(
                application,
                served,
                peers,
                issuer,
                token,
                address_of(store.endpoint),
                guests,
                conversations,
                documents,
            )
        finally:
            await application.stop()


@asynccontextmanager
async def channel_between(certs: Path, served: Served) -> AsyncIterator[PeerChannel]:
    """Connects one gateway to another."""
    channel = PeerChannel(
        served.address, peer="gateway", certs=Certificates(certs / "gateway")
    )
    try:
        yield channel
    finally:
        await channel.close()


@asynccontextmanager
async def connected(certs: Path, *gateways: Gateway) -> AsyncIterator[None]:
    """Lets gateways reach each other under the addresses in their leases."""
    async with AsyncExitStack() as stack:
        for there in gateways:
            channel = await stack.enter_async_context(
                channel_between(certs, there.served)
            )
            for here in gateways:
                here.peers.channels[there.address] = channel
        yield


async def read(call: Any) -> list[GenerationEvent]:
    """Reads a stream to its end."""
    return [event async for event in call]


async def read_one(call: Any) -> GenerationEvent:
    """Reads the next event of a stream."""
    async for event in call:
        return event
    raise AssertionError("The stream has ended.")


async def read_until(call: Any, kind: str, count: int = 1) -> list[GenerationEvent]:
    """Reads a stream until it has sent `count` events of a kind."""
    events = []
    async for event in call:
        events.append(event)
        count -= event.WhichOneof("event") == kind
        if count == 0:
            return events
    raise AssertionError(f"The stream ended without {kind}: {events}")


def kinds(events: Iterable[GenerationEvent]) -> list[str]:
    """Returns what happened in each event."""
    return [event.WhichOneof("event") for event in events]


def text_of(events: Iterable[GenerationEvent]) -> str:
    """Returns the text as a client puts it together."""
    text = ""
    for event in events:
        match event.WhichOneof("event"):
            case "tokens":
                assert len(text) == event.tokens.text_offset
                text += event.tokens.text
            case "snapshot":
                text = event.snapshot.text
            case "attempt_changed":
                text = text[: event.attempt_changed.replace_from_offset]
    return text


def reason_of(event: GenerationEvent) -> str:
    """Returns why a generation failed."""
    info = ErrorInfo()
    assert event.failed.status.details[0].Unpack(info)
    return info.reason


async def eventually(condition: Any, seconds: float = 60) -> None:
    """Waits until `condition` holds."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - Any condition, not one event.
            await asyncio.sleep(0.005)


def forget_ended(gateway: Gateway) -> None:
    """Lets the time pass after which only the store knows ended answers."""
    gateway.application.hub._forget(float("inf"))  # noqa: SLF001 - Time passes.
