"""Fixtures for tests of the runtime: an echo service over mutual TLS."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from mesh.testing import Served, TokenIssuer, serving
from tests.mesh.echo import FOR_USERS, OPEN, SERVICE, EchoStub, ScriptedEcho


@pytest.fixture
def servicer() -> ScriptedEcho:
    """The servicer behind `served`."""
    return ScriptedEcho()


@pytest.fixture
async def served(certs, servicer) -> AsyncIterator[Served]:
    """The echo service as the peer `gateway`, called by the peer `envoy`."""
    async with serving(servicer.register, SERVICE, certs=certs, policy=OPEN) as served:
        yield served


@pytest.fixture
def echo(served) -> EchoStub:
    """A stub on the channel of `served`."""
    return served.channel.stub(EchoStub)


@pytest.fixture
def issuer() -> TokenIssuer:
    """Signs the tokens that `for_users` accepts."""
    return TokenIssuer()


@pytest.fixture
async def for_users(certs, servicer, issuer) -> AsyncIterator[EchoStub]:
    """A stub of the echo service under a policy that wants users."""
    async with serving(
        servicer.register,
        SERVICE,
        certs=certs,
        policy=FOR_USERS,
        verifier=issuer.verifier,
    ) as served:
        yield served.channel.stub(EchoStub)
