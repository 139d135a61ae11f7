"""IdentityService with production's interceptors, called by Envoy."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from lamla.identity.v1 import identity_service_pb2 as pb
from lamla.identity.v1.identity_service_pb2_grpc import IdentityServiceStub

from mesh.testing import Served, serving
from mesh.tokens import StaticKeys, TokenVerifier
from persistence.database import Database
from persistence.identity.keys import SigningKeys
from persistence.identity.passwords import Passwords
from persistence.identity.policy import POLICY
from persistence.identity.servicer import SERVICE, IdentityServicer

PASSWORD = "correct horse battery"
BODY = pb.REFRESH_TOKEN_DELIVERY_BODY
COOKIE = pb.REFRESH_TOKEN_DELIVERY_COOKIE


@pytest.fixture(scope="session")
def keys() -> SigningKeys:
    """The keys that the served service signs with."""
    return SigningKeys(Ed25519PrivateKey.generate())


@pytest.fixture(scope="session")
def verifier(keys: SigningKeys) -> TokenVerifier:
    """What every public service verifies tokens with."""
    return TokenVerifier(StaticKeys(keys.by_id))


@pytest.fixture(scope="session")
def passwords() -> Passwords:
    """The bounded hasher."""
    return Passwords(2)


@pytest.fixture
async def served(
    certs: Path,
    keys: SigningKeys,
    verifier: TokenVerifier,
    passwords: Passwords,
    database: Database,  # noqa: ARG001 - For its effect.
) -> AsyncIterator[Served]:
    """The service as the peer `persistence`."""
    servicer = IdentityServicer(keys=keys, passwords=passwords, is_https=False)
    async with serving(
        servicer.register,
        SERVICE,
        certs=certs,
        policy=POLICY,
        peer="persistence",
        verifier=verifier,
    ) as served:
        yield served


@pytest.fixture
def identity(served: Served) -> IdentityServiceStub:
    """A stub on the channel of `served`."""
    return served.channel.stub(IdentityServiceStub)


@pytest.fixture
async def guest(identity: IdentityServiceStub) -> pb.TokenResponse:
    """The tokens of a new guest."""
    return await identity.CreateGuest(pb.CreateGuestRequest())


@pytest.fixture
async def account(identity: IdentityServiceStub) -> pb.TokenResponse:
    """The tokens of a new account, ann@example.org."""
    return await identity.Register(
        pb.RegisterRequest(email="Ann@Example.org", password=PASSWORD)
    )
