"""The ingest worker as it is composed, with an embedding service that is scripted."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest

from mesh.policy import rule
from mesh.testing import serving
from persistence.config import PersistenceSettings
from persistence.database import Database
from persistence.ingest import IngestProcess
from tests.persistence.documents.ingestion.embeddings import (
    SERVICE,
    ScriptedEmbeddings,
)
from tests.persistence.documents.ingestion.uploaded import Owner, owner_create

Workers = Callable[..., AbstractAsyncContextManager[IngestProcess]]


@pytest.fixture
async def owner(
    database: Database,  # noqa: ARG001 - Empties it afterwards.
) -> Owner:
    """Somebody with documents."""
    return await owner_create()


@pytest.fixture
def embeddings() -> ScriptedEmbeddings:
    """The embedding service."""
    return ScriptedEmbeddings()


@pytest.fixture
async def ingest_config(
    config: PersistenceSettings, certs: Path, embeddings: ScriptedEmbeddings
) -> AsyncIterator[PersistenceSettings]:
    """Settings of a worker that reaches the scripted service."""
    methods = ("Embed", "ListEmbeddingModels", "CountTokens")
    policy = {f"/{SERVICE}/{name}": rule(peers={"ingest"}) for name in methods}
    async with serving(
        embeddings.register,
        SERVICE,
        certs=certs,
        policy=policy,
        peer="llm_worker",
        client="ingest",
    ) as served:
        yield config.model_copy(
            update={
                "certs_dir": certs / "ingest",
                "llm_worker": served.address,
                "ingest_listen": "127.0.0.1:0",
            }
        )


@pytest.fixture
def worker(
    ingest_config: PersistenceSettings,
    database: Database,  # noqa: ARG001 - Empties it afterwards.
) -> Workers:
    """Runs a worker; the keywords change its settings."""

    @asynccontextmanager
    async def run(**changes: object) -> AsyncIterator[IngestProcess]:
        process = IngestProcess(ingest_config.model_copy(update=changes))
        await process.start()
        try:
            yield process
        finally:
            await process.worker.stop()
            await process.stop()

    return run
