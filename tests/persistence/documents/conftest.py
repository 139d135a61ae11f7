"""People with documents."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from mesh.testing import Served, TokenIssuer
from persistence.config import PersistenceSettings
from persistence.database import Database
from persistence.documents.application import DocumentsApplication
from persistence.pool import Pool
from tests.persistence.chat.people import Person, person_create
from tests.persistence.documents.services import Library, documents_served


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


@pytest.fixture
async def application_served(
    config: PersistenceSettings,
    certs: Path,
    issuer: TokenIssuer,
    database: Database,  # noqa: ARG001 - Empties it afterwards.
) -> AsyncIterator[tuple[DocumentsApplication, Served]]:
    """The services of documents, as Envoy reaches them; no upload outlives a test."""
    async with documents_served(config, certs, issuer) as served:
        yield served
    for path in served[0].intake.spool.directory.iterdir():
        path.unlink()


@pytest.fixture
def application(
    application_served: tuple[DocumentsApplication, Served],
) -> DocumentsApplication:
    """What the services are made of."""
    return application_served[0]


@pytest.fixture
def adas(
    application_served: tuple[DocumentsApplication, Served], ada: Person
) -> Library:
    """Ada's documents."""
    return Library(application_served[1], ada)


@pytest.fixture
def bobs(
    application_served: tuple[DocumentsApplication, Served], bob: Person
) -> Library:
    """Bob's documents."""
    return Library(application_served[1], bob)
