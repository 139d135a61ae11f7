"""Any server that speaks OpenAI's chat completions.

OpenAI, DeepSeek, OpenRouter, Hugging Face's router, Ollama, vLLM and others, by base
URL. The SDK makes the request; its response is read as bytes, because its own models
cost five times the rest of the work on a token.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from functools import partial
from typing import Any

import aiohttp
import httpx2
import openai

from llm_worker.domain import Accepted, Model, Prompt, ProviderEvent
from llm_worker.providers.base import (
    ContextTooLongError,
    ModelUnknownError,
    ProviderError,
    ProviderInterruptedError,
    ProviderUnavailableError,
)
from llm_worker.providers.continuation import Way, repetition, way_of
from llm_worker.providers.openai_wire import AnswerReader, refusal, retry_after_seconds
from llm_worker.providers.quirks import Quirks
from llm_worker.providers.repetition import Repetition
from llm_worker.providers.sse import LineTooLongError
from llm_worker.providers.vendor_client import VendorClient, fault
from llm_worker.trimming import choices, without_oldest
from llm_worker.watchdog import Watchdog

CHECK_SECONDS = 5.0
# For what follows the answer's end, so that its connection can be used again.
TAIL_SECONDS = 1.0

BROKEN = (httpx2.HTTPError, aiohttp.ClientError, OSError, LineTooLongError)


class OpenAICompatible:
    """Generates over HTTP, reading server-sent events."""

    name = "openai_compatible"

    def __init__(
        self,
        *,
        base_url: str,
        models: Sequence[str],
        api_key: str = "",
        first_token_seconds: float = 60,
        inter_token_seconds: float = 30,
    ) -> None:
        """Connects when first used.

        Args:
            models: What may be asked for, the default first.
            first_token_seconds: How long the vendor may take to send anything.
            inter_token_seconds: How long it may be silent after that.
        """
        self.models: Sequence[Model] = [Model(name, self.name) for name in models]
        self._names = frozenset(models)
        self._first_token_seconds = first_token_seconds
        self._inter_token_seconds = inter_token_seconds
        self._quirks: dict[str, Quirks] = {}
        self._client = VendorClient(
            base_url=base_url,
            api_key=api_key,
            # Compressed events would wait in the vendor's compressor.
            headers={"Accept-Encoding": "identity"},
        )

    def has(self, model: str) -> bool:
        """See `Provider.has`."""
        return not model or model in self._names

    def start(self) -> None:
        """See `Provider.start`."""

    async def generate(self, prompt: Prompt) -> AsyncGenerator[ProviderEvent, None]:
        """See `Provider.generate`."""
        model = prompt.model or self.models[0].name
        if not self.has(model):
            raise ModelUnknownError(self.name, model)
        reader = AnswerReader(self.name, model)
        watchdog = Watchdog()
        try:
            async with AsyncExitStack() as stack:
                opened = self._open(prompt, model, stack)
                response, dropped = await watchdog.wait(
                    opened, self._first_token_seconds
                )
                chunks = response.iter_bytes()
                repeated = self._repetition(prompt, model)
                yield Accepted(model, dropped)
                while not reader.is_ended:
                    data = await watchdog.wait(
                        anext(chunks, b""), self._patience(reader)
                    )
                    piece = reader.feed(data) if data else reader.end()
                    new = piece and repeated.rest(piece)
                    if new is not None:
                        yield new
                    if not data:
                        break
                if (held := repeated.end()) is not None:
                    yield held
                yield reader.finish()
                await _skip(chunks, watchdog)
        except BROKEN as error:
            raise self._broken(reader, type(error).__name__) from error
        except TimeoutError as error:
            raise self._broken(reader, "the vendor is silent") from error
        finally:
            watchdog.stop()

    async def check(self) -> None:
        """See `Provider.check`. A server that lists no models is alive all the same."""
        try:
            await self._client.asked(
                lambda client: client.models.with_raw_response.list(
                    timeout=CHECK_SECONDS
                )
            )
        except openai.APIStatusError as error:
            failure = _refused(self.name, "", error)
            if isinstance(failure, ProviderUnavailableError):
                raise failure from error
        except openai.APIConnectionError as error:
            raise ProviderUnavailableError(self.name, fault(error)) from error

    async def close(self) -> None:
        """See `Provider.close`."""
        await self._client.close()

    async def _open(
        self, prompt: Prompt, model: str, stack: AsyncExitStack
    ) -> tuple[Any, int]:
        # The window's size is the vendor's secret, so half of what is left goes each
        # time that it is too small.
        dropped = 0
        while True:
            shorter = without_oldest(prompt, dropped)
            try:
                return await self._ask(shorter, model, stack), dropped
            except ContextTooLongError:
                left = [count for count in choices(prompt) if count > dropped]
                if not left:
                    raise
                dropped = left[(len(left) - 1) // 2]

    async def _ask(self, prompt: Prompt, model: str, stack: AsyncExitStack) -> Any:
        quirks = self._quirks.get(model, Quirks())
        if prompt.prefix and quirks.way is None:
            quirks = self._quirks[model] = replace(quirks, way=await self._way(model))
        while True:
            body = quirks.body(prompt, model)
            try:
                return await self._client.asked(partial(_begin, stack, body))
            except openai.APIStatusError as error:
                learned = quirks.learn(error.status_code, error.body)
                if learned is None:
                    raise _refused(self.name, model, error) from error
                quirks = self._quirks[model] = learned
            except openai.APIConnectionError as error:
                raise ProviderUnavailableError(self.name, fault(error)) from error

    async def _way(self, model: str) -> Way | None:
        try:
            listed = await self._client.asked(
                lambda client: client.models.list(timeout=CHECK_SECONDS)
            )
            # A server of one model may call it otherwise than its clients do.
            owners = {one.id: one.owned_by for one in reversed(listed.data)}
        except openai.APIConnectionError:
            return None
        except (openai.OpenAIError, AttributeError, TypeError):
            owners = {}  # It lists no models, or not as others do.
        owner = owners.get(model) or next(reversed(owners.values()), "")
        return way_of(self._client.base_url, owner)

    def _repetition(self, prompt: Prompt, model: str) -> Repetition:
        way = self._quirks.get(model, Quirks()).way
        return repetition(prompt.prefix, way or Way.INSTRUCTION)

    def _patience(self, reader: AnswerReader) -> float:
        return (
            self._inter_token_seconds if reader.has_data else self._first_token_seconds
        )

    def _broken(self, reader: AnswerReader, message: str) -> ProviderError:
        if reader.has_text:
            return ProviderInterruptedError(self.name, message)
        return ProviderUnavailableError(self.name, message)


async def _begin(
    stack: AsyncExitStack, body: dict[str, Any], client: openai.AsyncOpenAI
) -> Any:
    completions = client.chat.completions.with_streaming_response
    return await stack.enter_async_context(completions.create(**body))


async def _skip(chunks: AsyncIterator[bytes], watchdog: Watchdog) -> None:
    try:
        while await watchdog.wait(anext(chunks, b""), TAIL_SECONDS):
            pass
    except (*BROKEN, TimeoutError):
        pass  # The answer is whole; only the connection cannot be used again.


def _refused(name: str, model: str, error: openai.APIStatusError) -> ProviderError:
    return refusal(
        name,
        model,
        error.status_code,
        error.body,
        retry_after_seconds(error.response.headers),
    )
