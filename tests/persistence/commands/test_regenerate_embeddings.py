"""`manage.py regenerate_embeddings`."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import psycopg
import pytest
from lamla.errors.v1.error_reason_pb2 import ErrorReason

from mesh.errors import ServiceError
from mesh.policy import rule
from mesh.testing import Served, serving
from persistence.database import OWNER_ROLE
from tests.persistence.commands.called import called
from tests.persistence.conftest import PASSWORDS
from tests.persistence.documents.ingestion.embeddings import (
    MODEL,
    SERVICE,
    ScriptedEmbeddings,
)
from tests.persistence.documents.ingestion.uploaded import count, rows

OWNER = {"DB_OWNER_PASSWORD": PASSWORDS[OWNER_ROLE]}
VERSIONS = "SELECT id, model, state FROM documents_indexversion ORDER BY id"
FIRST = [{"id": 1, "model": "", "state": 2}]


@pytest.fixture
def seeded(database, owner_login) -> Iterator[None]:  # noqa: ARG001 - Empties it afterwards.
    """Documents with the vectors of none; new index versions go with the test."""
    called("seed_database", "--documents-only")
    yield
    with psycopg.connect(**owner_login.connection(), autocommit=True) as owner:
        owner.execute("DELETE FROM documents_chunkvector")
        for row in rows(VERSIONS):
            if row["id"] > 1:
                owner.execute(f"DROP TABLE documents_chunkvector_{row['id']:d}")


@pytest.fixture
def embeddings() -> ScriptedEmbeddings:
    """The embedding service."""
    return ScriptedEmbeddings()


@pytest.fixture
async def served(certs: Path, embeddings: ScriptedEmbeddings) -> AsyncIterator[Served]:
    """The embedding service, as operators' commands reach it."""
    async with serving(
        embeddings.register,
        SERVICE,
        certs=certs,
        policy={f"/{SERVICE}/Embed": rule(peers={"persistence"})},
        peer="llm_worker",
        client="persistence",
    ) as served:
        yield served


@pytest.fixture
def regenerate(run, served, certs):
    """Runs it as an operator does; returns its exit code and what it prints."""

    async def regenerate(*arguments: str):
        return await asyncio.to_thread(
            run,
            sys.executable,
            "manage.py",
            "regenerate_embeddings",
            *arguments,
            **OWNER,
            LAMLA_CERTS_DIR=str(certs / "persistence"),
            LAMLA_PERSISTENCE_LLM_WORKER=served.address,
        )

    return regenerate


@pytest.mark.parity("A28")
@pytest.mark.usefixtures("seeded")
async def test_all_chunks_get_vectors_of_the_model(regenerate, embeddings):
    """
    In a new version, which is searched from now on; JSON says which and how many, and
    nothing else is printed, though the model was away at first.
    """
    embeddings.failures.append(
        ServiceError(ErrorReason.ERROR_REASON_PROVIDER_UNAVAILABLE, "Not yet.")
    )

    result = await regenerate("--json")
    outcome = json.loads(result.stdout)
    vectors = rows(
        "SELECT index_id, count(*) AS count FROM documents_chunkvector"
        " GROUP BY index_id ORDER BY index_id"
    )

    assert 0 == result.returncode
    expected = {"index_version": f"{MODEL}/2", "model": MODEL, "chunks": 250}
    assert expected == outcome
    assert [(1, "", 3), (2, MODEL, 2)] == [
        tuple(row.values()) for row in rows(VERSIONS)
    ]
    assert [(1, 250), (2, 250)] == [tuple(row.values()) for row in vectors]
    assert 250 == len(set(embeddings.texts) - {"."})


@pytest.mark.parity("A28")
@pytest.mark.usefixtures("seeded")
async def test_a_model_that_refuses_changes_nothing(regenerate, embeddings):
    """
    It fails with the reason, and the old version is searched as before.
    """
    embeddings.failures.append(
        ServiceError(
            ErrorReason.ERROR_REASON_EMBEDDING_MODEL_UNKNOWN, "There is no such model."
        )
    )

    result = await regenerate("--model", "nonesuch")

    assert 1 == result.returncode
    assert "There is no such model." in result.stderr
    assert "Traceback" not in result.stderr
    assert FIRST == rows(VERSIONS)
    assert 250 == count("documents_chunkvector")


@pytest.mark.usefixtures("server")
@pytest.mark.parametrize(
    ("variables", "missing"),
    [({}, "DB_OWNER_PASSWORD"), (OWNER, "LAMLA_PERSISTENCE_LLM_WORKER")],
)
def test_what_it_needs_is_named(run, variables, missing):
    """
    The owner's credential, and somebody to embed.
    """
    result = run(sys.executable, "manage.py", "regenerate_embeddings", **variables)

    assert 1 == result.returncode
    assert f"{missing} is required" in result.stderr
