"""The queue in front of a model in this process."""

from __future__ import annotations

import asyncio
import itertools
import threading

import pytest
from lamla.errors.v1.error_reason_pb2 import ErrorReason

from llm_worker.embeddings.base import (
    Embedding,
    EmbeddingError,
    EmbeddingModel,
    Purpose,
)
from llm_worker.embeddings.local import LocalEmbedder
from mesh.errors import ServiceError
from tests.llm_worker.eventually import eventually

MODEL = EmbeddingModel("lengths@1", 384, 7, ("en",))


class GatedEngine:
    """Embeds a text as its length; passages only when the gate is open.

    Attributes:
        begun: The texts, in the order in which work on them began.
    """

    def __init__(self):
        self.gate = threading.Event()
        self.begun = []
        self.threads = set()

    def embed(self, text, purpose):
        """See `Engine.embed`."""
        self.begun.append(text)
        self.threads.add((purpose, threading.get_ident()))
        if purpose is Purpose.PASSAGE:
            self.gate.wait()
        return Embedding([float(len(text))], 1)

    def count(self, texts):
        """See `Engine.count`."""
        return [len(text) for text in texts]


def embedder_of(load, limit=8):
    """Makes an embedder of `load`'s engine."""
    return LocalEmbedder("lengths", MODEL, load, limit=limit)


@pytest.fixture
def engine():
    """The engine behind `embedder`."""
    return GatedEngine()


@pytest.fixture
async def embedder(engine):
    """At most 8 texts of each purpose wait."""
    embedder = embedder_of(lambda: engine)
    yield embedder
    engine.gate.set()
    await embedder.close()


async def begun(engine, count):
    """Waits until work on so many texts has begun."""
    await eventually(lambda: len(engine.begun) >= count)


async def reason_of(reading):
    """Returns the error that `reading` fails with."""
    with pytest.raises(ServiceError) as caught:
        await reading
    return caught.value


async def test_results_are_in_the_order_of_the_texts(embedder, engine):
    """
    One embedding for each text, at its place.
    """
    engine.gate.set()
    got = await embedder.embed(["ccc", "a", "bb"], Purpose.PASSAGE)

    assert [3.0, 1.0, 2.0] == [embedding.values[0] for embedding in got]


async def test_a_question_waits_for_no_passage(embedder, engine):
    """
    A person waits for its vector: it has a thread of its own.
    """
    passages = asyncio.create_task(embedder.embed(["p1", "p2"], Purpose.PASSAGE))
    await begun(engine, 1)
    got = await embedder.embed(["q"], Purpose.QUERY)

    assert ["p1", "q"] == engine.begun
    assert 1.0 == got[0].values[0]
    assert 2 == len(engine.threads)
    engine.gate.set()
    await passages


async def test_calls_take_turns(embedder, engine):
    """
    A short document is not behind all of a long one, nor behind what comes later.
    """
    calls = [asyncio.create_task(embedder.embed(["a1", "a2", "a3"], Purpose.PASSAGE))]
    await begun(engine, 1)
    calls += [
        asyncio.create_task(embedder.embed(texts, Purpose.PASSAGE))
        for texts in (["b1", "b2"], ["c1"])
    ]
    await asyncio.sleep(0.02)
    engine.gate.set()
    await asyncio.gather(*calls)

    assert ["a1", "a2", "b1", "c1", "a3", "b2"] == engine.begun


async def test_who_leaves_is_not_worked_for(embedder, engine):
    """
    Texts of a cancelled call are passed over.
    """
    first = asyncio.create_task(embedder.embed(["a"], Purpose.PASSAGE))
    await begun(engine, 1)
    left = asyncio.create_task(embedder.embed(["b"] * 3, Purpose.PASSAGE))
    await asyncio.sleep(0.02)
    left.cancel()
    await asyncio.gather(left, return_exceptions=True)
    engine.gate.set()
    await first
    await embedder.embed(["c"], Purpose.PASSAGE)

    assert ["a", "c"] == engine.begun


async def test_more_than_may_wait_are_refused(embedder, engine):
    """
    With a hint when to come again; waiting passages do not shut out questions.
    """
    waiting = asyncio.create_task(embedder.embed(["a"] * 8, Purpose.PASSAGE))
    await begun(engine, 1)
    error = await reason_of(embedder.embed(["b"] * 2, Purpose.PASSAGE))
    got = await embedder.embed(["q"] * 2, Purpose.QUERY)
    waiting.cancel()

    assert ErrorReason.ERROR_REASON_OVERLOADED == error.reason
    assert error.retry_after is not None
    assert 2 == len(got)


async def test_one_bad_text_does_not_end_the_queue():
    """
    A fault in the model's library fails one call.
    """
    results = itertools.chain([RuntimeError("bad")], itertools.repeat(None))

    class Faulty(GatedEngine):
        def embed(self, text, purpose):
            if error := next(results):
                raise error
            return Embedding([1.0], 1)

    embedder = embedder_of(Faulty)
    error = await reason_of(embedder.embed(["a"], Purpose.QUERY))
    got = await embedder.embed(["b"], Purpose.QUERY)
    await embedder.close()

    assert ErrorReason.ERROR_REASON_PROVIDER_UNAVAILABLE == error.reason
    assert 1 == len(got)


async def test_a_model_that_cannot_be_loaded_is_tried_again():
    """
    It is unavailable, in calls and in health, until it can be.
    """
    attempts = iter([True, True, False])

    def load():
        if next(attempts):
            raise EmbeddingError("model.onnx is missing")
        return GatedEngine()

    embedder = embedder_of(load)
    error = await reason_of(embedder.embed(["a"], Purpose.QUERY))
    with pytest.raises(EmbeddingError):
        await embedder.check()
    await embedder.check()
    got = await embedder.embed(["b"], Purpose.QUERY)
    await embedder.close()

    assert ErrorReason.ERROR_REASON_PROVIDER_UNAVAILABLE == error.reason
    assert 1 == len(got)


async def test_many_who_come_first_load_once():
    """
    Also when the one who came first has left.
    """
    loaded = []

    def load():
        loaded.append(GatedEngine())
        return loaded[0]

    embedder = embedder_of(load)
    await embedder.start()
    first = asyncio.create_task(embedder.embed(["a"], Purpose.QUERY))
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.gather(embedder.check(), embedder.embed(["b"], Purpose.QUERY))
    await embedder.close()

    assert 1 == len(loaded)


async def test_several_threads_work_side_by_side(engine):
    """
    On a machine with cores to spare; the order of the results is kept.
    """
    embedder = LocalEmbedder("lengths", MODEL, lambda: engine, limit=8, threads=3)
    waiting = asyncio.create_task(embedder.embed(["a", "bb", "ccc"], Purpose.PASSAGE))
    await begun(engine, 3)
    engine.gate.set()
    got = await waiting
    await embedder.close()

    assert 3 == len(engine.threads)
    assert [1.0, 2.0, 3.0] == [embedding.values[0] for embedding in got]


async def test_closing_fails_what_waits(embedder, engine):
    """
    Nobody is left waiting for a process that has stopped.
    """
    waiting = asyncio.create_task(embedder.embed(["a", "b"], Purpose.PASSAGE))
    await begun(engine, 1)
    closing = asyncio.create_task(embedder.close())
    result = await asyncio.gather(waiting, return_exceptions=True)
    engine.gate.set()  # Its thread ends what it has begun.
    await closing

    assert isinstance(result[0], ServiceError)
