"""People with documents."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from mesh.testing import TokenIssuer
from persistence.config import PersistenceSettings
from persistence.database import Database
from persistence.pool import Pool
from tests.persistence.chat.people import Person, person_create


@pytest.fixture(scope="session")
def issuer() -> TokenIssuer:
    """Signs the tokens of the people in a test."""
    return TokenIssuer()


@pytest.fixture
async def pool(
    database: Database,  # noqa: ARG001 - Empties it afterwards.
    config: PersistenceSettings,
) -> AsyncIterator[Pool]:
    """Connections of the service role."""
    pool = Pool(config.service_database, size=2)
    await pool.open()
    yield pool
    await pool.close()


@pytest.fixture
async def ada(
    database: Database,  # noqa: ARG001 - Empties it afterwards.
    issuer: TokenIssuer,
) -> Person:
    """Somebody."""
    return await person_create(issuer)


@pytest.fixture
async def bob(
    database: Database,  # noqa: ARG001 - Empties it afterwards.
    issuer: TokenIssuer,
) -> Person:
    """Somebody else."""
    return await person_create(issuer)
