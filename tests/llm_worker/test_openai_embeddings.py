"""The OpenAI-compatible embedder in front of a server on this machine."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from aiohttp import web
from lamla.errors.v1.error_reason_pb2 import ErrorReason

from llm_worker.embeddings import registry
from llm_worker.embeddings.base import DimensionError, EmbeddingError, Purpose
from llm_worker.embeddings.openai_compatible import BATCH_TEXTS, OpenAICompatible
from mesh.errors import ServiceError
from mesh.settings import SettingsError
from tests.llm_worker.embedding_subjects import MODEL, embedded, words
from tests.llm_worker.eventually import eventually
from tests.llm_worker.vendor import refused, selling

REJECTED = ErrorReason.ERROR_REASON_PROVIDER_REJECTED
UNAVAILABLE = ErrorReason.ERROR_REASON_PROVIDER_UNAVAILABLE


@asynccontextmanager
async def embedding(answer, **options):
    """Yields an embedder and the vendor that gives it `answer`."""
    async with selling(answer) as vendor:
        embedder = OpenAICompatible(base_url=vendor.url, model=MODEL, **options)
        try:
            yield embedder, vendor
        finally:
            await embedder.close()


def saying(body, status=200, **headers):
    """Makes a vendor that always says the same."""

    async def answer(*_):
        text = body if isinstance(body, str) else json.dumps(body)
        return web.Response(text=text, status=status, headers=headers)

    return answer


async def reason_of(embedder):
    """Returns the error that a passage fails with."""
    with pytest.raises(ServiceError) as caught:
        await embedder.embed(["a cell"], Purpose.PASSAGE)
    return caught.value


async def test_the_request_is_the_vendors():
    """
    Model, length of the vectors and key as its documentation has them.
    """
    async with embedding(words, api_key="secret") as (embedder, vendor):
        await embedder.embed(["a cell", "b"], Purpose.PASSAGE)

    (body,) = vendor.bodies
    assert "words" == body["model"]
    assert ["a cell", "b"] == body["input"]
    assert 384 == body["dimensions"]
    assert "float" == body["encoding_format"]
    assert "Bearer secret" == vendor.headers[0]["authorization"]


async def test_many_texts_go_in_batches_and_come_in_order():
    """
    No batch is larger than vendors take; tokens are what the vendor counted.
    """
    texts = [f"word{n} " * (n % 3 + 1) for n in range(BATCH_TEXTS + 60)]
    async with embedding(words) as (embedder, vendor):
        got = await embedder.embed(texts, Purpose.PASSAGE)
        alone = await embedder.embed(texts[-1:], Purpose.PASSAGE)

    assert [BATCH_TEXTS, 60, 1] == [len(body["input"]) for body in vendor.bodies]
    assert got[-1].values == alone[0].values
    assert sum(n % 3 + 1 for n in range(len(texts))) == sum(e.token_count for e in got)


async def test_long_texts_go_in_smaller_batches():
    """
    Vendors bound the tokens of a request, too.
    """

    async def answer(_, __, body):
        return web.json_response(embedded(body))

    async with embedding(answer) as (embedder, vendor):
        await embedder.embed(["x" * 8_000] * 40, Purpose.PASSAGE)

    assert [18, 18, 4] == [len(body["input"]) for body in vendor.bodies]


@pytest.mark.parametrize(
    ("answer", "reason", "retry_after"),
    [
        (saying({"error": {"message": "no"}}, 401), UNAVAILABLE, 1),
        (saying({"error": {"message": "no"}}, 500), UNAVAILABLE, 1),
        (saying("<html>", 502), UNAVAILABLE, 1),
        (
            saying({"error": {}}, 429, **{"retry-after": "7"}),
            ErrorReason.ERROR_REASON_PROVIDER_RATE_LIMITED,
            7,
        ),
        (saying({"error": {"message": "unsafe"}}, 400), REJECTED, None),
        (saying({"error": {"code": "model_not_found"}}, 404), UNAVAILABLE, 1),
        (saying("{"), UNAVAILABLE, 1),
        (saying("[]"), UNAVAILABLE, 1),
        (saying({"data": []}), UNAVAILABLE, 1),
        (saying({"data": [{"index": 3, "embedding": [1.0] * 384}]}), UNAVAILABLE, 1),
        (saying({"data": [{"index": 0, "embedding": [0.0] * 384}]}), UNAVAILABLE, 1),
        (saying({"data": [{"index": 0, "embedding": "AAAA"}]}), UNAVAILABLE, 1),
        (saying(embedded({"input": ["a"]}, dimension=1_536)), REJECTED, None),
    ],
    ids=[
        *("no-key", "broken", "bad-gateway", "rate-limited", "refused", "no-model"),
        *("half-json", "no-object", "too-few", "wrong-place", "no-direction"),
        *("no-numbers", "too-long-vectors"),
    ],
)
async def test_every_failure_is_typed(answer, reason, retry_after):
    """
    With the vendor's own hint when to come again, where it gives one.
    """
    async with embedding(answer) as (embedder, _):
        error = await reason_of(embedder)

    assert reason == error.reason
    assert "openai_compatible" == error.metadata["provider"]
    assert (retry_after and timedelta(seconds=retry_after)) == error.retry_after


async def test_a_silent_vendor_is_left():
    """
    After the configured time.
    """
    gate = asyncio.Event()

    async def answer(*_):
        await gate.wait()

    async with embedding(answer, timeout_seconds=1) as (embedder, vendor):
        error = await reason_of(embedder)

    assert UNAVAILABLE == error.reason
    assert 1 == len(vendor.bodies)


async def test_a_server_that_is_away_is_unavailable():
    """
    Start goes on without it: it may come up later.
    """
    async with selling(words) as vendor:
        url = vendor.url
    embedder = OpenAICompatible(base_url=url, model=MODEL)
    await embedder.start()
    with pytest.raises(EmbeddingError):
        await embedder.check()
    error = await reason_of(embedder)
    await embedder.close()

    assert UNAVAILABLE == error.reason


async def test_a_connection_that_the_vendor_has_closed_is_replaced():
    """
    It was idle for too long; nobody sees that.
    """

    async def answer(vendor, request, body):
        if 1 == len(vendor.bodies):
            request.transport.abort()
        return await words(vendor, request, body)

    async with embedding(answer) as (embedder, vendor):
        got = await embedder.embed(["a"], Purpose.QUERY)

    assert 1 == len(got)
    assert 2 == len(vendor.bodies)


async def test_a_server_that_cannot_shorten_is_asked_without():
    """
    Once and for all; its vectors have to fit as they are.
    """

    async def answer(vendor, request, body):
        if "dimensions" in body:
            return refused(400, {"message": "model does not support matryoshka"})
        return await words(vendor, request, body)

    async with embedding(answer) as (embedder, vendor):
        await embedder.embed(["a"], Purpose.QUERY)
        await embedder.embed(["b"], Purpose.QUERY)

    assert [True, False, False] == ["dimensions" in body for body in vendor.bodies]


async def test_waiting_passages_do_not_hold_up_a_question():
    """
    As many batches as are allowed are under way; the question goes beside them.
    """
    gate = asyncio.Event()

    async def answer(vendor, request, body):
        if body["input"] != ["question"]:
            await gate.wait()
        return await words(vendor, request, body)

    async with embedding(answer) as (embedder, vendor):
        waiting = [
            asyncio.create_task(embedder.embed(["p"], Purpose.PASSAGE))
            for _ in range(8)
        ]
        await eventually(lambda: vendor.open == 4)
        got = await embedder.embed(["question"], Purpose.QUERY)
        open_now = vendor.open
        gate.set()
        await asyncio.gather(*waiting)

    assert 1 == len(got)
    assert 4 == open_now


async def test_health_embeds_once_then_costs_nothing():
    """
    Vendors are paid by the text.
    """
    async with embedding(words) as (embedder, vendor):
        await embedder.check()
        await embedder.check()
        await embedder.check()

    assert 1 == len(vendor.bodies)


@pytest.mark.parity("A21")
async def test_start_refuses_vectors_that_do_not_fit():
    """
    Only the vendor's answer shows how long they are.
    """
    answer = saying(embedded({"input": ["fit"]}, dimension=1_536))
    async with embedding(answer) as (embedder, _):
        with pytest.raises(DimensionError):
            await embedder.check()
        with pytest.raises(SettingsError, match=r"words have 1536 .* has 384"):
            await registry.start([embedder])
