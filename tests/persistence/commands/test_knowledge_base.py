"""`manage.py loaddata knowledge_base.json`."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import numpy as np
import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.contrib.auth.management.commands import changepassword
from django.core.management import call_command
from lamla.identity.v1 import identity_service_pb2 as identity_pb
from lamla.identity.v1.identity_service_pb2_grpc import IdentityServiceStub
from lamla.store.v1 import chunk_service_pb2 as pb
from lamla.store.v1.chunk_service_pb2_grpc import ChunkServiceStub

from llm_worker.embeddings import e5
from llm_worker.embeddings.base import Purpose
from mesh.testing import bearer, serving
from mesh.tokens import StaticKeys, TokenVerifier
from persistence.documents.index.writer import Indexed, IndexedChunk, chunks_replace
from persistence.documents.retrieval import policy as retrieval_policy
from persistence.documents.retrieval import servicer as retrieval
from persistence.documents.retrieval.domain import Query, Search
from persistence.documents.retrieval.search import chunks_search
from persistence.identity import policy as identity_policy
from persistence.identity import servicer as identity
from persistence.identity.keys import SigningKeys
from persistence.identity.passwords import Passwords
from persistence.pool import Pool
from persistence.seed import knowledge_base
from tests.persistence.conftest import ROOT, as_owner_run
from tests.persistence.documents.ingestion.uploaded import count, rows

FIXTURE = ROOT / "persistence/documents/fixtures/knowledge_base.json"
QUESTION = "After how many days can a deleted conversation no longer be brought back?"
ANSWER = "A deleted conversation can be brought back for thirty days"
PASSWORD = "correct horse battery"
TABLES = (
    "identity_user",
    "documents_document",
    "documents_documentpage",
    "documents_documentchunk",
    "documents_posting",
    "documents_chunkvector",
)


def load() -> None:
    """Loads the fixture as the role that owns the tables."""
    as_owner_run(partial(call_command, "loaddata", "knowledge_base.json", verbosity=0))


def counts() -> list[int]:
    """How many rows each table has."""
    return [count(table) for table in TABLES]


@pytest.fixture
def loaded(database) -> None:  # noqa: ARG001 - Empties it afterwards.
    """A fresh database with the fixture in it."""
    load()


@pytest.fixture
async def pool(
    config,
    database,  # noqa: ARG001 - Empties it afterwards.
) -> AsyncIterator[Pool]:
    """Connections of the service role."""
    pool = Pool(config.service_database, size=2)
    await pool.open()
    yield pool
    await pool.close()


@pytest.fixture(scope="module")
def embedder() -> e5.E5:
    """The default embedding model."""
    return e5.E5()


@asynccontextmanager
async def signed_in(
    certs: Path, keys: SigningKeys, verifier: TokenVerifier
) -> AsyncIterator[tuple[tuple[str, str], ...]]:
    """What says in a call that its caller is the fixture's owner."""
    servicer = identity.IdentityServicer(
        keys=keys, passwords=Passwords(1), is_https=False
    )
    async with serving(
        servicer.register,
        identity.SERVICE,
        certs=certs,
        policy=identity_policy.POLICY,
        peer="persistence",
        verifier=verifier,
    ) as served:
        response = await served.channel.stub(IdentityServiceStub).Login(
            identity_pb.LoginRequest(email=knowledge_base.OWNER, password=PASSWORD)
        )
        yield bearer(response.access_token)


class TestSearchable:
    @pytest.mark.parity("A18")
    async def test_a_question_of_its_owner_finds_a_cited_chunk(
        self, loaded, pool, certs, monkeypatch
    ):
        """
        Its owner signs in with the password that an operator has set, and the chunk
        that is found stands where it says.
        """
        passwords = {"Password: ": PASSWORD, "Password (again): ": PASSWORD}
        monkeypatch.setattr(
            changepassword.getpass, "getpass", lambda prompt: passwords[prompt]
        )
        as_owner_run(partial(call_command, "changepassword", knowledge_base.OWNER))
        keys = SigningKeys(Ed25519PrivateKey.generate())
        verifier = TokenVerifier(StaticKeys(keys.by_id))

        async with (
            signed_in(certs, keys, verifier) as metadata,
            serving(
                retrieval.ChunkServicer(pool, vector_leg=True).register,
                retrieval.SERVICE,
                certs=certs,
                policy=retrieval_policy.POLICY,
                peer="persistence",
                client="gateway",
                verifier=verifier,
            ) as served,
        ):
            stub = served.channel.stub(ChunkServiceStub)
            found = await stub.SearchChunks(
                pb.SearchChunksRequest(queries=[QUESTION], limit=5), metadata=metadata
            )
            best = found.chunks[0].chunk
            resolved = await stub.GetChunks(
                pb.GetChunksRequest(chunk_ids=[best.chunk_id]), metadata=metadata
            )
        (page,) = rows(
            "SELECT text FROM documents_documentpage"
            " WHERE document_id = %s AND number = %s",
            best.document_id,
            best.page,
        )

        assert ANSWER in best.text
        assert best.text == page["text"][best.start : best.end]
        assert [best.text] == [found.chunk.text for found in resolved.chunks]

    @pytest.mark.parity("A18")
    async def test_both_legs_know_it(self, loaded, pool, embedder):
        """
        The first index version takes on the model of the fixture's vectors, and a
        question in another language finds what means the same.
        """
        question = "Wie lange lässt sich ein gelöschtes Gespräch wiederherstellen?"
        vector = embedder.embed(question, Purpose.QUERY).values
        (owner,) = rows("SELECT id FROM identity_user")
        model = e5.model().name
        search = Search(owner["id"], [Query(question, vector)], model=model)

        found = await pool.run(partial(chunks_search, search=search))

        assert f"{model}/1" == found.scope.index.version
        assert found.vector_leg_used
        assert any(ANSWER in passage.text for passage in found.passages[:3])

    async def test_again_it_changes_nothing(self, loaded):
        """
        The same rows under the same keys.
        """
        before = counts()

        load()

        assert before == counts()

    async def test_another_model_keeps_its_index(self, pool, owner_login):
        """
        Vectors of two models never meet; words find the documents all the same.
        """
        set_model = "UPDATE documents_indexversion SET model = 'other@1'"
        with psycopg.connect(**owner_login.connection()) as connection:
            connection.execute(set_model)
        load()
        (owner,) = rows("SELECT id FROM identity_user")
        search = Search(owner["id"], [Query(QUESTION)], model="other@1")

        found = await pool.run(partial(chunks_search, search=search))

        assert "other@1/1" == found.scope.index.version
        assert 0 == count("documents_chunkvector")
        assert ANSWER in found.passages[0].text


class TestFixture:
    def test_it_is_made_of_its_sources(self):
        """
        All but the vectors; after a change: scripts/make_knowledge_base.py.
        """
        stored = json.loads(FIXTURE.read_text(encoding="utf-8"))
        is_vector = "documents.modelvector".__eq__
        made = knowledge_base.objects(knowledge_base.sources())

        assert made == [one for one in stored if not is_vector(one["model"])]

    def test_its_vectors_are_those_of_the_default_model(self, embedder):
        """
        One for each chunk, of the text that ingestion would embed.
        """
        stored = json.loads(FIXTURE.read_text(encoding="utf-8"))
        vectors = {
            one["fields"]["chunk"]: one["fields"]
            for one in stored
            if one["model"] == "documents.modelvector"
        }
        passages = knowledge_base.passages(stored)

        assert {one["pk"] for one, _ in passages} == set(vectors)
        assert {e5.model().name} == {fields["model"] for fields in vectors.values()}
        for chunk, text in passages[::8]:
            values = json.loads(vectors[chunk["pk"]]["embedding"])
            now = embedder.embed(text, Purpose.PASSAGE).values
            assert 1 == pytest.approx(np.dot(values, now), abs=0.01)

    async def test_its_postings_are_those_of_ingestion(self, loaded, pool):
        """
        A document that is indexed again gets the same ones.
        """
        postings = (
            "SELECT document_id, term, language, segment, postings"
            " FROM documents_posting ORDER BY document_id, term"
        )
        before = rows(postings)
        documents = rows("SELECT * FROM documents_document ORDER BY id")
        for row in documents:
            await pool.run(partial(index_again, row=row))

        assert before == rows(postings)
        assert documents == rows("SELECT * FROM documents_document ORDER BY id")


async def index_again(connection: psycopg.AsyncConnection, row: dict) -> None:
    """Does what ingestion does with the chunks of a document."""
    document = Indexed(row["id"], row["owner_id"], row["title"], row["language"])
    text = knowledge_base.sources()[row["file_name"]]
    chunks = knowledge_base.cut(text).chunks

    async def indexed() -> AsyncIterator[IndexedChunk]:
        for chunk in chunks:
            yield IndexedChunk(chunk)

    await chunks_replace(connection, document, indexed())
