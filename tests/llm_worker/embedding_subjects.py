"""Each embedder with what the contract suite needs to know about it."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from typing import Any

from aiohttp import web

from llm_worker.embeddings import e5, minilm
from llm_worker.embeddings.base import Embedder, EmbeddingModel
from llm_worker.embeddings.local import LocalEmbedder
from llm_worker.embeddings.openai_compatible import OpenAICompatible
from tests.llm_worker.vendor import Vendor, refused, selling

MODEL = EmbeddingModel("words", 384, 100, ("en",))


def vector(text: str, dimension: int) -> list[float]:
    """Makes a vector of the words in a text, of any length but one."""
    values = [0.0] * dimension
    for word in text.lower().strip("?.").split() or ["-"]:
        values[zlib.crc32(word[:4].encode()) % dimension] += 3.0
    return values


def embedded(body: dict[str, Any], *, dimension: int = 384) -> dict[str, Any]:
    """Answers a request as OpenAI does, the texts in no order."""
    data = [
        {"object": "embedding", "index": index, "embedding": vector(text, dimension)}
        for index, text in enumerate(body["input"])
    ]
    tokens = sum(len(text.split()) for text in body["input"])
    usage = {"prompt_tokens": tokens, "total_tokens": tokens}
    return {"object": "list", "data": data[::-1], "usage": usage}


async def words(_: Vendor, __: web.Request, body: dict[str, Any]) -> web.Response:
    """Embeds at most 100 words a text; refuses more, as OpenAI does."""
    if any(len(text.split()) > MODEL.window_tokens for text in body["input"]):
        message = f"This model's maximum context length is {MODEL.window_tokens} tokens"
        return refused(400, {"message": message, "type": "invalid_request_error"})
    return web.json_response(embedded(body))


@cache
def loaded(load: Any) -> Any:
    """Loads a model once for all tests."""
    return load()


@asynccontextmanager
async def _vendor() -> AsyncIterator[Embedder]:
    async with selling(words) as vendor:
        yield OpenAICompatible(base_url=vendor.url, model=MODEL)


@asynccontextmanager
async def _e5() -> AsyncIterator[Embedder]:
    yield LocalEmbedder(e5.NAME, e5.model(), lambda: loaded(e5.E5), limit=256)


@asynccontextmanager
async def _minilm() -> AsyncIterator[Embedder]:
    model = minilm.model()
    yield LocalEmbedder(minilm.NAME, model, lambda: loaded(minilm.MiniLM), limit=256)


SUBJECTS = {e5.NAME: _e5, minilm.NAME: _minilm, OpenAICompatible.name: _vendor}
