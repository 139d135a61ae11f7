"""Persistence's chat services over mutual TLS, and people who use them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import grpc
import pytest
from django.conf import settings
from lamla.chat.v1.conversation_service_pb2_grpc import ConversationServiceStub
from lamla.store.v1.turn_service_pb2_grpc import TurnServiceStub

from mesh.channels import PeerChannel
from mesh.credentials import Certificates
from mesh.testing import Served, TokenIssuer, serving
from persistence.chat.policy import POLICY
from persistence.chat.servicer import SERVICE as CONVERSATIONS
from persistence.chat.servicer import ConversationServicer
from persistence.chat.turns.servicer import SERVICE as TURNS
from persistence.chat.turns.servicer import TurnServicer
from persistence.database import Database
from persistence.pool import Pool
from tests.persistence.chat.conversations import Conversations
from tests.persistence.chat.people import Person, person_create
from tests.persistence.chat.turns import Turns


@pytest.fixture(scope="session")
def issuer() -> TokenIssuer:
    """Signs the tokens of the people in a test."""
    return TokenIssuer()


@pytest.fixture
async def pool(
    database: Database,  # noqa: ARG001 - Empties it afterwards.
) -> AsyncIterator[Pool]:
    """The pool for checkpoints."""
    pool = Pool(settings.CONFIG.service_database, size=2)
    await pool.open()
    yield pool
    await pool.close()


@pytest.fixture
async def served(certs: Path, issuer: TokenIssuer, pool: Pool) -> AsyncIterator[Served]:
    """Both services, with a channel of Envoy's."""

    def register(server: grpc.aio.Server) -> None:
        ConversationServicer().register(server)
        TurnServicer(pool).register(server)

    async with serving(
        register,
        CONVERSATIONS,
        TURNS,
        certs=certs,
        policy=POLICY,
        peer="persistence",
        verifier=issuer.verifier,
    ) as served:
        yield served


@pytest.fixture
async def conversations(served: Served) -> ConversationServiceStub:
    """ConversationService, as Envoy reaches it."""
    return served.channel.stub(ConversationServiceStub)


@pytest.fixture
async def turn_stub(served: Served, certs: Path) -> AsyncIterator[TurnServiceStub]:
    """TurnService, as gateway reaches it."""
    channel = PeerChannel(
        served.address,
        peer="persistence",
        certs=Certificates(certs / "gateway", poll_seconds=0),
    )
    yield channel.stub(TurnServiceStub)
    await channel.close()


@pytest.fixture
def people(
    database: Database,  # noqa: ARG001 - Empties it afterwards.
    issuer: TokenIssuer,
) -> Callable[[], Awaitable[Person]]:
    """Makes people who are signed in."""

    async def create() -> Person:
        return await person_create(issuer)

    return create


@pytest.fixture
async def ann(people: Callable[[], Awaitable[Person]]) -> Person:
    """A person who is signed in."""
    return await people()


@pytest.fixture
async def bob(people: Callable[[], Awaitable[Person]]) -> Person:
    """Another one."""
    return await people()


@pytest.fixture
def anns(conversations: ConversationServiceStub, ann: Person) -> Conversations:
    """Ann's conversations."""
    return Conversations(conversations, ann)


@pytest.fixture
def bobs(conversations: ConversationServiceStub, bob: Person) -> Conversations:
    """Bob's conversations."""
    return Conversations(conversations, bob)


@pytest.fixture
def turns(turn_stub: TurnServiceStub, ann: Person) -> Turns:
    """Turns of ann, as gateway makes them."""
    return Turns(turn_stub, ann)
