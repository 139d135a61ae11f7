"""ChunkService over a real channel and a real database."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import grpc
import pytest
from lamla.documents.v1 import retrieval_scope_pb2 as scope_pb
from lamla.store.v1 import chunk_service_pb2 as pb
from lamla.store.v1.chunk_service_pb2_grpc import ChunkServiceStub

from mesh.ids import uuid7
from mesh.testing import Served, TokenIssuer, serving
from persistence.documents.models import State
from persistence.documents.retrieval.policy import POLICY
from persistence.documents.retrieval.servicer import SERVICE, ChunkServicer
from persistence.pool import Pool
from tests.mesh.failures import failure, reason, typed
from tests.persistence.chat.people import Person
from tests.persistence.documents.library import (
    MODEL,
    Text,
    document_store,
    vector_of,
)
from tests.persistence.documents.services import document_set

PUMPS = Text(
    "Pump manual",
    [
        "The pump X-200 must be oiled every 30 days with mineral oil.",
        "The impeller of the pump is made of bronze and rotates clockwise.",
        "Never run the motor without water: the seal burns within minutes.",
    ],
)
LEAVE = Text(
    "Staff handbook",
    [
        "Every employee has 28 days of paid vacation in a calendar year.",
        "Sick leave is reported before nine in the morning.",
    ],
)
GERMAN = Text(
    "Handbuch",
    ["Die Häuser der Siedlung wurden mit Wärmepumpen beheizt."],
    language="de",
)
CHINESE = Text(
    "手册", ["水泵每三十天需要加一次矿物油。", "电机不得无水运转。"], language="zh"
)


@dataclass(frozen=True)
class Chunks:
    """ChunkService, as gateway reaches it."""

    stub: ChunkServiceStub

    async def search(
        self,
        person: Person,
        query: str,
        *,
        vectors: Sequence[str] = (),
        scope: scope_pb.RetrievalScope | None = None,
        **fields: object,
    ) -> pb.SearchChunksResponse:
        """Searches with the vectors of the texts given."""
        request = pb.SearchChunksRequest(
            queries=[query],
            vectors=[pb.QueryVector(values=vector_of(text)) for text in vectors],
            embedding_model=MODEL if vectors else "",
            scope=scope,
            **{"limit": 10, **fields},
        )
        return await self.stub.SearchChunks(request, metadata=person.metadata)


@pytest.fixture
async def served(certs: Path, issuer: TokenIssuer, pool: Pool) -> AsyncIterator[Served]:
    """The service, with a channel of gateway's."""

    def register(server: grpc.aio.Server) -> None:
        ChunkServicer(pool, vector_leg=True).register(server)

    async with serving(
        register,
        SERVICE,
        certs=certs,
        policy=POLICY,
        peer="persistence",
        client="gateway",
        verifier=issuer.verifier,
    ) as served:
        yield served


@pytest.fixture
def chunks(served: Served) -> Chunks:
    """The service's client."""
    return Chunks(served.channel.stub(ChunkServiceStub))


def texts(response: pb.SearchChunksResponse) -> list[str]:
    """Returns the begins of what was found, in order."""
    return [found.chunk.text[:20] for found in response.chunks]


class TestKeywordLeg:
    async def test_finds_words_in_other_forms(self, chunks, pool, ada):
        """
        A stem finds its forms, in the language of the document.
        """
        await document_store(pool, ada.id, PUMPS)
        await document_store(pool, ada.id, GERMAN)

        english = await chunks.search(ada, "oiling pumps")
        german = await chunks.search(ada, "Welches Haus hat eine Wärmepumpe?")

        assert "The pump X-200 must " == texts(english)[0]
        assert "Die Häuser der Siedl" == texts(german)[0]

    async def test_finds_chinese_without_blanks(self, chunks, pool, ada):
        """
        A language without blanks is found by its characters and their pairs.
        """
        await document_store(pool, ada.id, CHINESE)

        found = await chunks.search(ada, "矿物油多久加一次")

        assert "水泵每三十天需要加一次矿物油。" == found.chunks[0].chunk.text

    async def test_a_rare_word_weighs_more(self, chunks, pool, ada):
        """
        BM25, not a count of words: what is in every chunk says little.
        """
        common = [f"The pump number {n} is painted blue." for n in range(8)]
        await document_store(pool, ada.id, Text("Pumps", [*common, "A bronze bell."]))

        found = await chunks.search(ada, "bronze pump")

        assert "A bronze bell." == texts(found)[0]

    async def test_says_how_much_of_the_question_it_found(self, chunks, pool, ada):
        """
        The relevance gate rests on the share of the question's weight.
        """
        await document_store(pool, ada.id, PUMPS)

        whole = await chunks.search(ada, "impeller bronze")
        part = await chunks.search(ada, "bronze helicopter carburettor")
        nothing = await chunks.search(ada, "helicopter")

        assert 1 == pytest.approx(whole.best_keyword_coverage)
        assert 0 < part.best_keyword_coverage < 0.5
        assert 0 == nothing.best_keyword_coverage
        assert [] == list(nothing.chunks)

    async def test_several_forms_of_a_question(self, chunks, pool, ada):
        """
        A chunk that only one form finds is found.
        """
        await document_store(pool, ada.id, LEAVE)

        found = await chunks.stub.SearchChunks(
            pb.SearchChunksRequest(queries=["How many?", "vacation days"], limit=1),
            metadata=ada.metadata,
        )

        assert ["Every employee has 2"] == texts(found)


class TestVectorLeg:
    async def test_finds_what_shares_no_word(self, chunks, pool, ada):
        """
        Near in meaning is enough; the legs say which of them found it.
        """
        await document_store(pool, ada.id, PUMPS)
        await document_store(pool, ada.id, LEAVE)

        found = await chunks.search(ada, "holidays", vectors=[LEAVE.paragraphs[0]])

        best = found.chunks[0].chunk
        assert LEAVE.paragraphs[0] == best.text
        assert 1 == best.vector.rank
        assert 1 == pytest.approx(best.vector.score, abs=0.01)
        assert not best.HasField("keyword")
        assert found.vector_leg_used
        assert f"{MODEL}/1" == found.index_version

    async def test_both_legs_score_what_both_found(self, chunks, pool, ada):
        """
        What has the words and the meaning comes before what has one of them.
        """
        await document_store(pool, ada.id, PUMPS)

        found = await chunks.search(ada, "pump oil", vectors=[PUMPS.paragraphs[0]])

        best = found.chunks[0].chunk
        assert PUMPS.paragraphs[0] == best.text
        assert (1, 1) == (best.vector.rank, best.keyword.rank)
        scores = [each.chunk.score for each in found.chunks]
        assert sorted(scores, reverse=True) == scores
        assert 0 <= scores[-1] <= scores[0] <= 1

    async def test_another_model_is_named(self, chunks, pool, ada):
        """
        Vectors of another model say nothing here; the error says which one does.
        """
        await document_store(pool, ada.id, PUMPS)
        request = pb.SearchChunksRequest(
            queries=["pump"],
            vectors=[pb.QueryVector(values=vector_of("pump"))],
            embedding_model="another@2",
            limit=5,
        )

        error = await failure(chunks.stub.SearchChunks(request, metadata=ada.metadata))

        assert "EMBEDDING_MODEL_CHANGED" == reason(error)
        assert MODEL == typed(error).metadata["model"]

    async def test_documents_without_vectors_are_found_by_words(
        self, chunks, pool, ada
    ):
        """
        What was stored while the vector leg was off is not lost to a search with it.
        """
        await document_store(pool, ada.id, PUMPS, with_vectors=False)

        found = await chunks.search(ada, "bronze", vectors=["anything"])

        assert ["The impeller of the "] == texts(found)

    @pytest.mark.parity("A22")
    async def test_switched_off_the_words_are_left(self, certs, issuer, pool, ada):
        """
        PGVECTOR_ENABLED=false: no vector is looked at, and no model needed.
        """
        await document_store(pool, ada.id, PUMPS)
        servicer = ChunkServicer(pool, vector_leg=False)

        async with serving(
            servicer.register,
            SERVICE,
            certs=certs,
            policy=POLICY,
            peer="persistence",
            client="gateway",
            verifier=issuer.verifier,
        ) as served:
            chunks = Chunks(served.channel.stub(ChunkServiceStub))
            found = await chunks.search(ada, "bronze", vectors=["anything"])

        assert ["The impeller of the "] == texts(found)
        assert not found.vector_leg_used


class TestReading:
    async def test_what_is_read_anew_is_found_meanwhile(self, chunks, pool, ada):
        """
        By its chunks of before, in its language, although its row counts anew.
        """
        document_id = await document_store(pool, ada.id, GERMAN)
        await document_set(str(document_id), state=State.PROCESSING, chunk_count=0)

        found = await chunks.search(ada, "Haus")

        assert ["Die Häuser der Siedl"] == texts(found)

    async def test_what_is_read_for_the_first_time_is_not_there_yet(
        self, chunks, pool, ada
    ):
        """
        Its chunks are counted, but none is stored.
        """
        document_id = await document_store(pool, ada.id, Text("Empty", []))
        await document_set(str(document_id), state=State.PROCESSING, chunk_count=9)

        found = await chunks.search(ada, "Haus")

        assert not found.scope_has_chunks


class TestScope:
    async def test_only_what_is_selected(self, chunks, pool, ada):
        """
        A selected document is searched, its neighbour is not, in either leg.
        """
        pumps = await document_store(pool, ada.id, PUMPS)
        await document_store(pool, ada.id, LEAVE)
        scope = scope_pb.RetrievalScope(
            kind=scope_pb.SCOPE_KIND_SELECTED, document_ids=[str(pumps)]
        )

        found = await chunks.search(
            ada, "vacation pump", vectors=[LEAVE.paragraphs[0]], scope=scope
        )

        assert {str(pumps)} == {each.chunk.document_id for each in found.chunks}

    async def test_nothing_selected_nothing_found(self, chunks, pool, ada):
        """
        The scope NOTHING is empty, and says so.
        """
        await document_store(pool, ada.id, PUMPS)
        scope = scope_pb.RetrievalScope(kind=scope_pb.SCOPE_KIND_NOTHING)

        found = await chunks.search(ada, "pump", scope=scope)

        assert [] == list(found.chunks)
        assert not found.scope_has_chunks

    async def test_a_foreign_document_is_not_found(self, chunks, pool, ada, bob):
        """
        Another's id is as good as none: an error, or passed over where that is asked.
        """
        foreign = await document_store(pool, bob.id, PUMPS)
        await document_store(pool, ada.id, LEAVE)
        scope = scope_pb.RetrievalScope(
            kind=scope_pb.SCOPE_KIND_SELECTED, document_ids=[str(foreign)]
        )

        error = await failure(chunks.search(ada, "pump", scope=scope))
        passed_over = await chunks.search(ada, "pump", scope=scope, lenient_scope=True)

        assert "DOCUMENT_NOT_FOUND" == reason(error)
        assert [] == list(passed_over.chunks)

    async def test_a_foreign_collection_is_not_found(self, chunks, pool, ada):
        """
        The same for collections.
        """
        scope = scope_pb.RetrievalScope(
            kind=scope_pb.SCOPE_KIND_SELECTED, collection_ids=[str(uuid7())]
        )

        error = await failure(chunks.search(ada, "pump", scope=scope))

        assert "COLLECTION_NOT_FOUND" == reason(error)

    async def test_two_people_never_meet(self, chunks, pool, ada, bob):
        """
        The same words and the same vectors: each finds the own document alone.
        """
        own = await document_store(pool, ada.id, PUMPS)
        await document_store(pool, bob.id, PUMPS)

        found = await chunks.search(ada, "pump", vectors=[PUMPS.paragraphs[0]])
        theirs = (await chunks.search(bob, "pump")).chunks[0].chunk.chunk_id
        fetched = await chunks.stub.GetChunks(
            pb.GetChunksRequest(chunk_ids=[theirs]), metadata=ada.metadata
        )

        assert {str(own)} == {each.chunk.document_id for each in found.chunks}
        assert [] == list(fetched.chunks)


class TestContext:
    async def test_neighbours_come_with_a_chunk(self, chunks, pool, ada):
        """
        Small to big: found by a small piece, read with what stands around it.
        """
        sentence = "Valve {} opens at {} bar and closes again by itself. "
        page = "".join(sentence.format(n, n * 2) for n in range(60))
        await document_store(pool, ada.id, Text("Valves", [page.strip()]))

        found = await chunks.search(ada, "valve 31", limit=1, neighbours=1)

        (best,) = found.chunks
        assert len(best.context) > len(best.chunk.text)
        begin = best.chunk.start - best.context_start
        assert best.chunk.text == best.context[begin : begin + len(best.chunk.text)]

    async def test_copies_are_moved_down(self, chunks, pool, ada):
        """
        The second copy of the best passage helps less than the next passage.
        """
        for _ in range(3):
            await document_store(pool, ada.id, Text("Copy", [PUMPS.paragraphs[0]]))
        await document_store(pool, ada.id, PUMPS)

        plain = await chunks.search(ada, "pump oil bronze", limit=4)
        diverse = await chunks.search(ada, "pump oil bronze", limit=2, diversity=1.0)

        assert 4 == len(plain.chunks)
        assert 2 == len(set(texts(diverse)))

    async def test_chunks_by_their_ids(self, chunks, pool, ada):
        """
        In the order asked for; what does not exist is left out.
        """
        await document_store(pool, ada.id, PUMPS)
        found = await chunks.search(ada, "pump seal bronze")
        wanted = [each.chunk.chunk_id for each in reversed(found.chunks)]

        fetched = await chunks.stub.GetChunks(
            pb.GetChunksRequest(chunk_ids=[*wanted, str(uuid7())]),
            metadata=ada.metadata,
        )

        assert wanted == [each.chunk.chunk_id for each in fetched.chunks]

    async def test_the_index_says_whether_there_is_anything(
        self, chunks, pool, ada, bob
    ):
        """
        Who has nothing needs no vector of the question.
        """
        await document_store(pool, ada.id, PUMPS)

        full = await chunks.stub.GetIndex(pb.GetIndexRequest(), metadata=ada.metadata)
        empty = await chunks.stub.GetIndex(pb.GetIndexRequest(), metadata=bob.metadata)

        assert (True, MODEL) == (full.has_chunks, full.embedding_model)
        assert not empty.has_chunks
