"""Both services over mutual TLS, with production's interceptors around them."""

from __future__ import annotations

import asyncio
import math

import grpc
import pytest
from google.protobuf import descriptor_pool
from lamla.chat.v1 import generation_pb2 as chat
from lamla.llm.v1 import embedding_service_pb2 as embedding_pb
from lamla.llm.v1 import embedding_service_pb2_grpc as embedding_grpc
from lamla.llm.v1 import generation_service_pb2 as pb
from lamla.llm.v1 import generation_service_pb2_grpc as pb_grpc

from llm_worker.convert import Defaults
from llm_worker.domain import Piece
from llm_worker.embeddings import minilm
from llm_worker.embeddings.base import Embedding, EmbeddingModel, TokenCounts
from llm_worker.embeddings.local import LocalEmbedder
from llm_worker.generations import Generations
from llm_worker.policy import POLICY
from llm_worker.providers.scripted import Scripted
from llm_worker.routing import Router
from llm_worker.servicers.embedding import EmbeddingServicer
from llm_worker.servicers.generation import GenerationServicer
from mesh.ids import uuid7
from mesh.policy import missing_rows, stale_rows
from mesh.testing import serving
from tests.llm_worker.eventually import eventually
from tests.llm_worker.fakes import ACCEPTED, STOP, Playing
from tests.llm_worker.prompts import prompt
from tests.mesh.failures import failure, reason, status, stream_failure, typed

COUNTING = EmbeddingModel("counting@1", 384, 7, ("de", "en"))


class Counting:
    """An embedder whose vectors and counts are lengths of texts."""

    name = "counting"
    model = COUNTING

    async def embed(self, texts, purpose):
        """See `Embedder.embed`."""
        return [Embedding([float(len(text))], len(text)) for text in texts]

    async def count(self, texts):
        """See `Embedder.count`."""
        return TokenCounts([len(text) for text in texts], is_estimate=True)

    async def close(self):
        """See `Embedder.close`."""


SERVICES = ("lamla.llm.v1.GenerationService", "lamla.llm.v1.EmbeddingService")
ENDPOINT = "worker:1"


@pytest.fixture
async def generations():
    """The registry behind `served`."""
    stopped = Playing(ACCEPTED, asyncio.Event(), name="stopped", model="stopped")
    registry = Generations(Router([Scripted(), stopped]), limit=4)
    yield registry
    await registry.close()


@pytest.fixture
async def serve(certs, generations):
    """Serves both services to a peer of the test's choice."""
    embedders = [
        Counting(),
        LocalEmbedder(minilm.NAME, minilm.model(), minilm.MiniLM, limit=256),
    ]
    defaults = Defaults(0.7, output_tokens=400, max_output_tokens=1_000)

    def register(server):
        pb_grpc.add_GenerationServiceServicer_to_server(
            GenerationServicer(generations, defaults=defaults, endpoint=ENDPOINT),
            server,
        )
        embedding_grpc.add_EmbeddingServiceServicer_to_server(
            EmbeddingServicer(embedders), server
        )

    def serve(client):
        return serving(
            register,
            *SERVICES,
            certs=certs,
            policy=POLICY,
            peer="llm_worker",
            client=client,
        )

    yield serve
    for embedder in embedders:
        await embedder.close()


@pytest.fixture
async def served(serve):
    """The services, called by gateway."""
    async with serve("gateway") as served:
        yield served


@pytest.fixture
def stub(served):
    """GenerationService."""
    return served.channel.stub(pb_grpc.GenerationServiceStub)


@pytest.fixture
def embedding(served):
    """EmbeddingService."""
    return served.channel.stub(embedding_grpc.EmbeddingServiceStub)


def request(model="scripted-n5", text="why?", grace=0, **config):
    """Makes a request with a new id."""
    asked = pb.GenerateRequest(
        generation_id=str(uuid7()),
        messages=[pb.PromptMessage(role=pb.PROMPT_ROLE_USER, text=text)],
        config=chat.GenerationConfig(model=model, **config),
    )
    asked.detach_grace.FromSeconds(grace)
    return asked


async def read(call):
    """Reads a stream to its end."""
    return [event async for event in call]


def text_of(events):
    """Joins the text of `events`."""
    return "".join(event.tokens.text for event in events)


def test_every_method_has_a_row():
    """
    A new method without a decision about its callers is not served.
    """
    pool = descriptor_pool.Default()
    services = [pool.FindServiceByName(name) for name in SERVICES]

    assert set() == missing_rows(POLICY, services)
    assert set() == stale_rows(POLICY, services)


class TestGenerate:
    async def test_streams_started_tokens_and_finished(self, stub):
        """
        Who answers, where to attach, the text with its places, the end with its cost.
        """
        events = await read(stub.Generate(request("scripted-n5-d1")))

        assert [*range(1, len(events) + 1)] == [event.sequence for event in events]
        assert ["started", *["tokens"] * (len(events) - 2), "finished"] == [
            event.WhichOneof("event") for event in events
        ]
        started, finished = events[0].started, events[-1].finished
        assert ("scripted", "scripted-n5-d1") == (started.provider, started.model)
        assert ENDPOINT == started.worker_endpoint
        assert chat.FINISH_REASON_STOP == finished.finish_reason
        assert 5 == finished.usage.output_tokens
        assert finished.usage.HasField("time_to_first_token")
        assert finished.usage.HasField("duration")

    @pytest.mark.parity("A4")
    async def test_the_first_token_is_sent_before_the_third_is_made(self, certs):
        """
        Order, not speed: the second token waits for the reader to have the first.
        """
        gates = [asyncio.Event() for _ in range(3)]
        steps = [ACCEPTED]
        for n, gate in enumerate(gates):
            steps += [Piece(f"t{n}"), gate]
        registry = Generations(Router([Playing(*steps, STOP)]), limit=1)
        servicer = GenerationServicer(
            registry, defaults=Defaults(0.7, 400, 400), endpoint=ENDPOINT
        )
        async with serving(
            lambda s: pb_grpc.add_GenerationServiceServicer_to_server(servicer, s),
            SERVICES[0],
            certs=certs,
            policy=POLICY,
            peer="llm_worker",
            client="gateway",
        ) as served:
            stub = served.channel.stub(pb_grpc.GenerationServiceStub)
            texts = []
            async for event in stub.Generate(request("m")):
                if event.WhichOneof("event") == "tokens":
                    texts.append(event.tokens.text)
                    gates[len(texts) - 1].set()

        assert ["t0", "t1", "t2"] == texts

    async def test_the_prompt_arrives_whole(self, stub):
        """
        Roles and texts reach the model as they were sent.
        """
        asked = request("scripted-echo", "\u202eénd 🧬\n")
        asked.messages.insert(
            0, pb.PromptMessage(role=pb.PROMPT_ROLE_SYSTEM, text="Be brief.")
        )
        events = await read(stub.Generate(asked))

        assert "system: Be brief.\nuser: \u202eénd 🧬\n" == text_of(events)

    async def test_droppable_history_is_dropped(self, stub):
        """
        `started` says how many messages did not fit.
        """
        asked = request("scripted-c10-n1", "a question of mine")
        for n in range(6):
            role = pb.PROMPT_ROLE_ASSISTANT if n % 2 else pb.PROMPT_ROLE_USER
            message = pb.PromptMessage(role=role, text="two words", may_drop=True)
            asked.messages.insert(n, message)
        events = await read(stub.Generate(asked))

        assert 4 == events[0].started.dropped_messages

    @pytest.mark.parity("A3")
    async def test_the_bound_ends_the_answer(self, stub):
        """
        5 tokens: LENGTH.
        """
        asked = request("scripted-n50", max_output_tokens=5)
        finished = (await read(stub.Generate(asked)))[-1].finished

        assert chat.FINISH_REASON_LENGTH == finished.finish_reason

    @pytest.mark.parity("A3")
    @pytest.mark.parametrize("bound", [1_001, 5_000])
    async def test_over_the_cap_is_refused(self, stub, bound):
        """
        The contract's bound, and the lower one that this process is configured with.
        """
        error = await stream_failure(stub.Generate(request(max_output_tokens=bound)))

        assert "INVALID_FIELD" == reason(error)
        [violation] = typed(error).field_violations
        assert "config.max_output_tokens" == violation.field

    @pytest.mark.parametrize(
        ("model", "expected"),
        [
            ("no-such", "MODEL_UNKNOWN"),
            ("scripted-u", "PROVIDER_UNAVAILABLE"),
            ("scripted-r", "PROVIDER_RATE_LIMITED"),
            ("scripted-x", "PROVIDER_REJECTED"),
            ("scripted-f2", "PROVIDER_INTERRUPTED"),
            ("scripted-c1", "CONTEXT_TOO_LONG"),
        ],
    )
    async def test_each_failure_says_why(self, stub, model, expected):
        """
        The reason is machine-readable, and where waiting helps it is said for how long.
        """
        error = await stream_failure(stub.Generate(request(model, "two words")))

        assert expected == reason(error)
        limited = expected in ("PROVIDER_UNAVAILABLE", "PROVIDER_RATE_LIMITED")
        assert not limited or typed(error).retry_after is not None

    @pytest.mark.parametrize(
        ("roles", "field"),
        [
            ([pb.PROMPT_ROLE_SYSTEM], "messages[0].role"),
            ([pb.PROMPT_ROLE_ASSISTANT], "messages[0].role"),
            ([pb.PROMPT_ROLE_USER, pb.PROMPT_ROLE_SYSTEM], "messages[1].role"),
            (
                [pb.PROMPT_ROLE_USER, *[pb.PROMPT_ROLE_ASSISTANT] * 2],
                "messages[1].role",
            ),
        ],
    )
    async def test_a_question_is_needed(self, stub, roles, field):
        """
        There is nothing to answer otherwise, and no answer to go on with.
        """
        asked = request()
        del asked.messages[:]
        asked.messages.extend(pb.PromptMessage(role=role, text="x") for role in roles)
        error = await stream_failure(stub.Generate(asked))

        assert field == typed(error).field_violations[0].field

    @pytest.mark.parametrize("cut", [0, 17])
    async def test_goes_on_with_the_assistants_last_message(self, stub, cut):
        """
        The answer is only what is new; without a text to go on with it is all new.
        """
        whole = text_of(await read(stub.Generate(request("scripted-n20"))))
        asked = request("scripted-n20")
        asked.messages.add(role=pb.PROMPT_ROLE_ASSISTANT, text=whole[:cut])
        events = await read(stub.Generate(asked))

        assert whole == whole[:cut] + text_of(events)
        offsets = [e.tokens.text_offset for e in events if e.HasField("tokens")]
        assert 0 == offsets[0]

    async def test_the_begun_answer_and_its_question_stay(self, stub):
        """
        Whatever the caller says may be dropped of them.
        """
        asked = request("scripted-c3-n1", "one two three")
        asked.messages.add(role=pb.PROMPT_ROLE_ASSISTANT, text="four", may_drop=True)
        asked.messages[0].may_drop = True
        error = await stream_failure(stub.Generate(asked))

        assert "CONTEXT_TOO_LONG" == reason(error)

    async def test_too_many_are_refused(self, stub, generations):
        """
        With a hint when to come again.
        """
        for _ in range(4):
            generations.begin(prompt(model="stopped"))
        error = await stream_failure(stub.Generate(request()))

        assert "OVERLOADED" == reason(error)
        assert grpc.StatusCode.RESOURCE_EXHAUSTED == error.code()

    async def test_leaving_without_grace_cancels(self, stub, generations):
        """
        A call that is cancelled takes the generation along.
        """
        call = stub.Generate(request("scripted-n5000-d5"))
        await call.read()
        call.cancel()

        await eventually(lambda: not generations.running)


class TestAttach:
    async def test_continues_after_every_cut(self, stub):
        """
        Whatever was read before the connection was lost, the rest makes it whole.
        """
        asked = request("scripted-n30-d2", grace=10)
        whole = await read(stub.Generate(asked))
        for cut in range(0, len(whole) + 1, 5):
            attach = pb.AttachRequest(
                generation_id=asked.generation_id.upper(), after_sequence=cut
            )

            assert whole == whole[:cut] + await read(stub.Attach(attach))

    async def test_continues_live_within_the_grace(self, stub):
        """
        The generation did not notice that its reader was gone.
        """
        asked = request("scripted-n60-d3", grace=10)
        call = stub.Generate(asked)
        first = [await call.read() for _ in range(5)]
        call.cancel()
        attach = pb.AttachRequest(generation_id=asked.generation_id, after_sequence=5)
        rest = await read(stub.Attach(attach))
        again = await read(stub.Generate(asked))

        assert again == first + rest

    async def test_an_unknown_one_is_not_found(self, stub):
        """
        Another process may have it; this one says that it does not.
        """
        attach = pb.AttachRequest(generation_id=str(uuid7()))
        error = await stream_failure(stub.Attach(attach))

        assert "GENERATION_NOT_FOUND" == reason(error)


class TestCancel:
    async def test_ends_the_streams_and_is_idempotent(self, stub):
        """
        The reader learns that it was cancelled; cancelling again is no error.
        """
        asked = request("scripted-n500-d5", grace=10)
        events = aiter(stub.Generate(asked))
        await anext(events)
        cancel = pb.CancelRequest(generation_id=asked.generation_id)
        answers = [await stub.Cancel(cancel), await stub.Cancel(cancel)]
        error = await stream_failure(events)

        assert [True, False] == [answer.was_running for answer in answers]
        assert "GENERATION_ENDED" == reason(error)
        attach = pb.AttachRequest(generation_id=asked.generation_id)
        assert "GENERATION_ENDED" == reason(await stream_failure(stub.Attach(attach)))


class TestListModels:
    async def test_says_what_can_be_asked_for(self, stub):
        """
        All of them, with what a request gets that does not say, and the caps.
        """
        listed = await stub.ListModels(pb.ListModelsRequest())

        assert ["scripted", "stopped"] == [model.name for model in listed.models]
        assert 0.7 == pytest.approx(listed.default_temperature)
        assert 400 == listed.default_max_output_tokens
        assert 1_000 == listed.max_output_tokens_cap

    @pytest.mark.parametrize(
        ("name", "found"),
        [("stopped", 1), ("scripted-n3-d5", 1), ("scripted-q", 0), ("gpt-5", 0)],
    )
    async def test_finds_one_by_name(self, stub, name, found):
        """
        Also one that is not listed because its name says what it does.
        """
        listed = await stub.ListModels(pb.ListModelsRequest(name=name))

        assert [name] * found == [model.name for model in listed.models]


class TestPeers:
    async def test_a_developer_may_try_but_not_interfere(self, serve):
        """
        Running generations are gateway's.
        """
        async with serve("developer") as served:
            stub = served.channel.stub(pb_grpc.GenerationServiceStub)
            events = await read(stub.Generate(request()))
            models = await stub.ListModels(pb.ListModelsRequest())
            cancel = pb.CancelRequest(generation_id=str(uuid7()))
            error = await failure(stub.Cancel(cancel))

        assert events
        assert ["scripted", "stopped"] == [model.name for model in models.models]
        assert "PEER_NOT_ALLOWED" == reason(error)

    @pytest.mark.parametrize("peer", ["envoy", "persistence"])
    async def test_others_may_not_generate(self, serve, peer):
        """
        The edge never calls a model.
        """
        async with serve(peer) as served:
            stub = served.channel.stub(pb_grpc.GenerationServiceStub)
            error = await stream_failure(stub.Generate(request()))

        assert "PEER_NOT_ALLOWED" == reason(error)
        assert "config.model" not in str(status(error))


def passages(*texts, model=""):
    """Makes a request to embed passages."""
    purpose = embedding_pb.EMBEDDING_PURPOSE_PASSAGE
    return embedding_pb.EmbedRequest(texts=texts, purpose=purpose, model=model)


class TestEmbed:
    async def test_one_vector_for_each_text(self, embedding):
        """
        In their order, of length 1, with the model that made them.
        """
        asked = passages(
            "A cell.", "Une cellule.", "A cell.", model=minilm.model().name
        )
        got = await embedding.Embed(asked)

        assert 384 == got.dimension
        assert minilm.model().name == got.model
        assert [384] * 3 == [len(one.values) for one in got.embeddings]
        assert got.embeddings[0] == got.embeddings[2] != got.embeddings[1]
        assert all(
            math.isclose(1, math.hypot(*one.values), abs_tol=1e-5)
            for one in got.embeddings
        )

    async def test_the_first_model_is_the_default(self, embedding):
        """
        Others are chosen by name: old vectors are asked with the model that made them.
        """
        got = await embedding.Embed(passages("a"))

        assert COUNTING.name == got.model

    async def test_vectors_of_another_model_are_refused(self, embedding):
        """
        They could not be compared, so the caller is told instead of answered.
        """
        error = await failure(embedding.Embed(passages("a", model="other@2")))

        assert "EMBEDDING_MODEL_UNKNOWN" == reason(error)
        (violation,) = typed(error).field_violations
        assert "model" == violation.field
        assert COUNTING.name in violation.description

    async def test_broken_rules_are_named(self, embedding):
        """
        No text and no purpose are two violations.
        """
        error = await failure(embedding.Embed(embedding_pb.EmbedRequest()))

        assert {"texts", "purpose"} == {v.field for v in typed(error).field_violations}


class TestModels:
    async def test_what_callers_need_to_know_is_listed(self, embedding):
        """
        The default first; windows for chunks, languages for the weight of vectors.
        """
        got = await embedding.ListEmbeddingModels(
            embedding_pb.ListEmbeddingModelsRequest()
        )

        assert [COUNTING.name, minilm.model().name] == [m.name for m in got.models]
        assert ["counting", "all-minilm-l6-v2"] == [m.provider for m in got.models]
        assert {384} == {m.dimension for m in got.models}
        assert [7, 254] == [m.window_tokens for m in got.models]
        assert [["de", "en"], ["en"]] == [list(m.languages) for m in got.models]

    async def test_tokens_are_counted_by_the_model_named(self, embedding):
        """
        Each counts its own way, and says whether it only estimates.
        """
        request = embedding_pb.CountTokensRequest
        texts = ["unbelievable", ""]
        own = await embedding.CountTokens(request(texts=texts))
        other = await embedding.CountTokens(
            request(texts=texts, model=minilm.model().name)
        )

        assert (COUNTING.name, True) == (own.model, own.is_estimate)
        assert [12, 0] == list(own.token_counts)
        assert (minilm.model().name, False) == (other.model, other.is_estimate)
        assert [1, 0] == list(other.token_counts)
