"""Fixtures for tests of gateway."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any
from uuid import UUID

import pytest

from mesh.ids import uuid7
from mesh.testing import TokenIssuer
from tests.gateway.harness import Gateway, connected, running
from tests.gateway.store import MemoryStore
from tests.gateway.worker import ScriptedWorker


@pytest.fixture
def issuer() -> TokenIssuer:
    """Signs the tokens that gateway accepts."""
    return TokenIssuer()


@pytest.fixture
def user_id() -> UUID:
    """Who asks."""
    return uuid7()


@pytest.fixture
def store() -> MemoryStore:
    """The store behind `gateway`."""
    return MemoryStore()


@pytest.fixture
def worker() -> ScriptedWorker:
    """The llm_worker behind `gateway`."""
    return ScriptedWorker(script=["mito", "chondria", "."])


@pytest.fixture
def overrides() -> dict[str, Any]:
    """Settings of `gateway`; a test class replaces this fixture."""
    return {}


@pytest.fixture
async def gateway(  # noqa: PLR0913, PLR0917 - Each can be replaced by a test.
    certs, issuer, user_id, store, worker, overrides
) -> AsyncIterator[Gateway]:
    """A running gateway with one user in front of it."""
    async with running(
        certs,
        issuer=issuer,
        store=store,
        worker=worker,
        user_id=user_id,
        **overrides,
    ) as gateway:
        yield gateway


@pytest.fixture
async def gateways(  # noqa: PLR0913, PLR0917 - Each can be replaced by a test.
    certs, issuer, user_id, store, worker, overrides
) -> AsyncIterator[tuple[Gateway, Gateway]]:
    """Two gateways over the same store and the same worker."""
    async with AsyncExitStack() as stack:
        first, second = [
            await stack.enter_async_context(
                running(
                    certs,
                    issuer=issuer,
                    store=store.at(name),
                    worker=worker,
                    user_id=user_id,
                    **overrides,
                )
            )
            for name in ("gateway:1", "gateway:2")
        ]
        await stack.enter_async_context(connected(certs, first, second))
        yield first, second
