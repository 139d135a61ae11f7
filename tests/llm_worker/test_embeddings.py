"""Vectors of the local model, and the queue in front of it."""

from __future__ import annotations

import asyncio
import itertools
import math
import threading

import pytest
from lamla.errors.v1.error_reason_pb2 import ErrorReason

from llm_worker.embeddings.base import Embedding, EmbeddingError, Purpose
from llm_worker.embeddings.local import LocalEmbedder
from llm_worker.embeddings.minilm import DIMENSION, WINDOW_TOKENS, MiniLM
from mesh.errors import ServiceError


@pytest.fixture(scope="module")
def minilm():
    """The real model."""
    return MiniLM()


def similarity(model, left, right):
    """Returns the cosine of two texts' vectors."""
    pairs = zip(model.embed(left).values, model.embed(right).values, strict=True)
    return sum(a * b for a, b in pairs)


class TestMiniLM:
    @pytest.mark.parametrize(
        "text", ["a", "Photosynthesis", "細胞 🧬 e\u0302", " ", "word " * 2_000]
    )
    def test_vectors_have_length_one_and_384_components(self, minilm, text):
        """
        Whatever the text, so that a dot product is the cosine.
        """
        embedding = minilm.embed(text)

        assert DIMENSION == 384 == len(embedding.values)
        assert math.isclose(1, math.hypot(*embedding.values), abs_tol=1e-5)
        assert 2 <= embedding.token_count <= WINDOW_TOKENS

    def test_what_belongs_together_is_near(self, minilm):
        """
        The order of known pairs, not their figures: meaning beats wording.
        """
        question = "How do plants turn sunlight into energy?"
        ranked = [
            "Photosynthesis converts light into chemical energy stored in sugar.",
            "Plants need water, soil and air to grow.",
            "The French Revolution began in 1789.",
        ]
        found = [similarity(minilm, question, text) for text in ranked]

        assert sorted(found, reverse=True) == found
        assert found[0] > 0.5
        assert found[2] < 0.3

    def test_the_same_text_has_the_same_vector(self, minilm):
        """
        Also in other company: texts are not batched, as int8 would mix them.
        """
        first = minilm.embed("A cell.")
        minilm.embed("Something else entirely, and much longer than the other text.")

        assert first == minilm.embed("A cell.")

    def test_what_exceeds_the_window_is_not_seen(self, minilm):
        """
        The rest of a long text does not change its vector, and the count says so.
        """
        seen = minilm.embed("word " * WINDOW_TOKENS)

        assert seen == minilm.embed("word " * WINDOW_TOKENS + "unseen")
        assert WINDOW_TOKENS == seen.token_count


class GatedEngine:
    """Embeds a text as its length when the gate is open; notes the order."""

    def __init__(self):
        self.gate = threading.Event()
        self.order = []

    def embed(self, text):
        """See `Engine.embed`."""
        self.gate.wait(5)
        self.order.append(text)
        return Embedding([float(len(text))], 1)


@pytest.fixture
def engine():
    """The engine behind `embedder`."""
    return GatedEngine()


@pytest.fixture
async def embedder(engine):
    """A queue for at most 8 texts."""
    embedder = LocalEmbedder(lambda: engine, limit=8)
    yield embedder
    engine.gate.set()
    await embedder.close()


async def reason_of(reading):
    """Returns the reason that `reading` fails with."""
    with pytest.raises(ServiceError) as caught:
        await reading
    return caught.value


class TestQueue:
    async def test_results_are_in_the_order_of_the_texts(self, embedder, engine):
        """
        One embedding for each text, at its place.
        """
        engine.gate.set()
        got = await embedder.embed(["ccc", "a", "bb"], Purpose.PASSAGE)

        assert [3.0, 1.0, 2.0] == [embedding.values[0] for embedding in got]

    async def test_questions_go_before_passages(self, embedder, engine):
        """
        A person waits for a question's vector; a document's can wait.
        """
        passages = asyncio.create_task(
            embedder.embed(["p1", "p2", "p3"], Purpose.PASSAGE)
        )
        await asyncio.sleep(0.05)
        query = asyncio.create_task(embedder.embed(["q"], Purpose.QUERY))
        await asyncio.sleep(0.05)
        engine.gate.set()
        await asyncio.gather(passages, query)

        assert ["p1", "q", "p2", "p3"] == engine.order

    async def test_who_leaves_is_not_worked_for(self, embedder, engine):
        """
        Texts of a cancelled call are passed over.
        """
        first = asyncio.create_task(embedder.embed(["a"], Purpose.PASSAGE))
        await asyncio.sleep(0.05)
        left = asyncio.create_task(embedder.embed(["b"] * 3, Purpose.PASSAGE))
        await asyncio.sleep(0)
        left.cancel()
        await asyncio.gather(left, return_exceptions=True)
        engine.gate.set()
        await first
        await embedder.embed(["c"], Purpose.PASSAGE)

        assert ["a", "c"] == engine.order

    async def test_more_than_may_wait_are_refused(self, embedder):
        """
        With a hint when to come again.
        """
        waiting = asyncio.create_task(embedder.embed(["a"] * 8, Purpose.PASSAGE))
        await asyncio.sleep(0.05)
        error = await reason_of(embedder.embed(["b"] * 2, Purpose.QUERY))
        waiting.cancel()

        assert ErrorReason.ERROR_REASON_OVERLOADED == error.reason
        assert error.retry_after is not None

    async def test_one_bad_text_does_not_end_the_queue(self):
        """
        A fault in the model's library fails one call.
        """
        results = itertools.chain([RuntimeError("bad")], itertools.repeat(None))

        class Faulty(GatedEngine):
            def embed(self, text):
                if error := next(results):
                    raise error
                return Embedding([1.0], 1)

        embedder = LocalEmbedder(Faulty, limit=8)
        error = await reason_of(embedder.embed(["a"], Purpose.QUERY))
        got = await embedder.embed(["b"], Purpose.QUERY)
        await embedder.close()

        assert ErrorReason.ERROR_REASON_PROVIDER_UNAVAILABLE == error.reason
        assert 1 == len(got)

    async def test_a_model_that_cannot_be_loaded_is_tried_again(self):
        """
        It is unavailable, in calls and in health, until it can be.
        """
        attempts = iter([True, True, False])

        def load():
            if next(attempts):
                raise EmbeddingError("model.onnx is missing")
            engine = GatedEngine()
            engine.gate.set()
            return engine

        embedder = LocalEmbedder(load, limit=8)
        error = await reason_of(embedder.embed(["a"], Purpose.QUERY))
        with pytest.raises(EmbeddingError):
            await embedder.check()
        await embedder.check()
        got = await embedder.embed(["b"], Purpose.QUERY)
        await embedder.close()

        assert ErrorReason.ERROR_REASON_PROVIDER_UNAVAILABLE == error.reason
        assert 1 == len(got)

    async def test_closing_fails_what_waits(self, engine):
        """
        Nobody is left waiting for a process that has stopped.
        """
        embedder = LocalEmbedder(lambda: engine, limit=8)
        waiting = asyncio.create_task(embedder.embed(["a", "b"], Purpose.PASSAGE))
        await asyncio.sleep(0.05)
        engine.gate.set()
        await embedder.close()
        result = await asyncio.gather(waiting, return_exceptions=True)

        assert isinstance(result[0], ServiceError)
