"""Vendors close connections that were kept, also just as they are used again."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

import pytest

from llm_worker.embeddings import openai_compatible as embeddings
from llm_worker.embeddings.base import Purpose
from llm_worker.providers.base import ProviderInterruptedError, ProviderUnavailableError
from llm_worker.providers.openai_compatible import OpenAICompatible
from tests.llm_worker.embedding_subjects import MODEL, words
from tests.llm_worker.prompts import Answer, collect, prompt
from tests.llm_worker.vendor import DONE, DROP, chunk, play, selling

AT_ONCE = 4
WHOLE = [chunk("x"), chunk(finish="stop"), DONE]


class Closing:
    """Answers the first request of a connection and closes it at the next one.

    Attributes:
        ports: Of the clients, a connection each; once for each request.
        dropped: How many requests got no answer.
    """

    def __init__(self, way, *, together=1):
        self.ports = []
        self.dropped = 0
        self._way = way
        self._together = asyncio.Barrier(together)
        self._waits = together

    async def __call__(self, vendor, request, body):
        """Answers for chat and for embeddings."""
        port = request.transport.get_extra_info("peername")[1]
        self.ports.append(port)
        if self.ports.count(port) > 1:
            self.dropped += 1
            getattr(request.transport, self._way)()
        elif self._waits:
            self._waits -= 1
            await self._together.wait()
        if "input" in body:
            return await words(vendor, request, body)
        return await play(request, *WHOLE)


@asynccontextmanager
async def answering(url):
    """Yields a function that has a question answered."""
    provider = OpenAICompatible(base_url=url, models=["m"])

    async def ask():
        return (await collect(provider.generate(prompt()))).text

    try:
        yield ask
    finally:
        await provider.close()


@asynccontextmanager
async def embedding(url):
    """Yields a function that has a text embedded."""
    embedder = embeddings.OpenAICompatible(base_url=url, model=MODEL)

    async def ask():
        return len(await embedder.embed(["a cell"], Purpose.QUERY))

    try:
        yield ask
    finally:
        await embedder.close()


@pytest.mark.parametrize("way", ["abort", "close"])
@pytest.mark.parametrize(
    ("client", "wanted"), [(answering, "x"), (embedding, 1)], ids=["chat", "embeddings"]
)
class TestKeptConnections:
    async def test_one_closed_as_it_is_reused_is_replaced(self, client, wanted, way):
        """
        Nobody sees it, however many of those that were kept are as useless.
        """
        answer = Closing(way, together=AT_ONCE)
        async with selling(answer) as vendor, client(vendor.url) as ask:
            await asyncio.gather(*(ask() for _ in range(AT_ONCE)))
            got = [await ask() for _ in range(AT_ONCE)]

        assert [wanted] * AT_ONCE == got
        assert AT_ONCE == answer.dropped
        assert 3 * AT_ONCE == len(answer.ports)

    async def test_one_closed_while_idle_is_not_used_again(self, client, wanted, way):
        """
        The request goes out once, on a new connection.
        """
        closed = asyncio.Event()

        async def answer(vendor, request, body):
            def close():
                getattr(request.transport, way)()
                closed.set()

            if not closed.is_set():
                asyncio.get_running_loop().call_later(0.02, close)
            return await Closing(way)(vendor, request, body)

        async with selling(answer) as vendor, client(vendor.url) as ask:
            await ask()
            await closed.wait()
            await asyncio.sleep(0.02)  # The end of a connection travels, too.
            got = await ask()

        assert wanted == got
        assert 2 == len(vendor.bodies)


class TestAnswersThatBreakOff:
    async def test_nothing_is_asked_again_once_tokens_have_come(self):
        """
        Another answer would begin anew, and be paid for twice.
        """
        before = Answer()

        async def answer(_, request, __):
            return await play(request, chunk("x"), 0.01, DROP)

        async with selling(answer) as vendor:
            provider = OpenAICompatible(base_url=vendor.url, models=["m"])
            with pytest.raises(ProviderInterruptedError):
                await collect(provider.generate(prompt()), before)
            await provider.close()

        assert "x" == before.text
        assert 1 == len(vendor.bodies)

    async def test_a_vendor_that_drops_every_connection_is_asked_twice(self):
        """
        A connection that was new was no matter of chance.
        """

        async def answer(_, request, __):
            return await play(request)

        async def drop(vendor, request, body):
            request.transport.abort()
            return await answer(vendor, request, body)

        async with selling(drop) as vendor:
            provider = OpenAICompatible(base_url=vendor.url, models=["m"])
            with pytest.raises(ProviderUnavailableError, match="closed the connection"):
                await collect(provider.generate(prompt()))
            await provider.close()

        assert 2 == len(vendor.bodies)
