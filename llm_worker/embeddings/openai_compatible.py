"""Any server that speaks OpenAI's embeddings, by base URL.

Format: https://platform.openai.com/docs/api-reference/embeddings
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import openai
import structlog

from llm_worker.embeddings.base import (
    DIMENSION,
    DimensionError,
    Embedding,
    EmbeddingError,
    EmbeddingModel,
    Purpose,
    TokenCounts,
)
from llm_worker.embeddings.openai_wire import UnreadableError, read
from llm_worker.failures import service_error
from llm_worker.providers.base import (
    ContextTooLongError,
    ModelUnknownError,
    ProviderError,
    ProviderRejectedError,
    ProviderUnavailableError,
)
from llm_worker.providers.openai_wire import refusal, retry_after_seconds, said
from llm_worker.providers.vendor_client import VendorClient, fault

log = structlog.get_logger()

CHECK_SECONDS = 5.0
# Below the 300,000 tokens and 2,048 texts that OpenAI takes at once.
BATCH_CHARACTERS = 150_000
BATCH_TEXTS = 128
# Batches of passages under way; questions are not counted.
PASSAGE_BATCHES = 4
# In bytes of UTF-8: English has four a token, Chinese three.
TOKEN_BYTES = 3
BAD_REQUEST = 400


class OpenAICompatible:
    """Embeds over HTTP, texts of a call in batches."""

    name = "openai_compatible"
    probe_seconds = 15.0

    def __init__(
        self,
        *,
        base_url: str,
        model: EmbeddingModel,
        api_key: str = "",
        timeout_seconds: float = 30,
    ) -> None:
        """Connects when first used.

        Args:
            model: Its name is the vendor's.
            timeout_seconds: How long the vendor may take for a batch.
        """
        self.model = model
        self._fits = False
        self._asks_dimension = True
        self._places = asyncio.Semaphore(PASSAGE_BATCHES)
        self._client = VendorClient(
            base_url=base_url, api_key=api_key, timeout_seconds=timeout_seconds
        )

    async def embed(self, texts: Sequence[str], purpose: Purpose) -> list[Embedding]:
        """See `Embedder.embed`."""
        embeddings: list[Embedding] = []
        try:
            for batch in _batches(texts):
                if purpose is Purpose.QUERY:
                    embeddings += await self._seen(batch)
                else:
                    async with self._places:
                        embeddings += await self._seen(batch)
        except ProviderError as error:
            log.warning("embedding_refused", model=self.model.name, error=str(error))
            raise service_error(error) from error
        except DimensionError as error:
            log.error("embedding_refused", error=str(error))  # noqa: TRY400 - It says all.
            rejected = ProviderRejectedError(self.name, str(error))
            raise service_error(rejected) from error
        return embeddings

    async def count(self, texts: Sequence[str]) -> TokenCounts:
        """See `Embedder.count`. The vendor counts what it is paid for only."""
        counts = [-(-len(text.encode()) // TOKEN_BYTES) for text in texts]
        return TokenCounts(counts, is_estimate=True)

    async def start(self) -> None:
        """See `Embedder.start`: embeds one word."""
        try:
            await self.check()
        except DimensionError:
            raise
        except EmbeddingError as error:
            log.warning("embedding_unreachable", error=str(error))

    async def check(self) -> None:
        """See `Embedder.check`. Once the vectors have fitted, nothing is embedded."""
        try:
            async with asyncio.timeout(CHECK_SECONDS):
                if self._fits:
                    await self._list()
                else:
                    await self._asked(["fit"])
        except (ProviderError, TimeoutError) as error:
            raise EmbeddingError(f"{self.name}: {error}") from error

    async def close(self) -> None:
        """See `Embedder.close`."""
        await self._client.close()

    async def _seen(self, texts: list[str]) -> list[Embedding]:
        # How many tokens a text has is the vendor's secret, so it is halved until its
        # begin fits the window.
        while True:
            try:
                return await self._asked(texts)
            except ContextTooLongError:
                longest = max(len(text) for text in texts)
                if longest == 1:
                    raise
                texts = [text[: max(1, longest // 2)] for text in texts]

    async def _asked(self, texts: list[str]) -> list[Embedding]:
        while True:
            request: dict[str, Any] = {
                "model": self.model.name,
                "input": texts,
                "encoding_format": "float",
            }
            if self._asks_dimension:
                request["dimensions"] = self.model.dimension
            try:
                body = await self._client.asked(partial(_create, request))
            except openai.APIStatusError as error:
                if not self._asks_dimension or not _is_about_dimension(error):
                    raise self._refused(error) from error
                self._asks_dimension = False
            except openai.APIConnectionError as error:
                raise ProviderUnavailableError(self.name, fault(error)) from error
            else:
                return self._read(body, texts)

    def _read(self, body: bytes, texts: list[str]) -> list[Embedding]:
        try:
            embeddings = read(body, texts)
        except UnreadableError as error:
            raise ProviderUnavailableError(self.name, str(error)) from error
        for embedding in embeddings:
            if len(embedding.values) != DIMENSION:
                raise DimensionError(self.model.name, len(embedding.values))
        self._fits = True
        return embeddings

    async def _list(self) -> None:
        try:
            await self._client.asked(
                lambda client: client.models.with_raw_response.list()
            )
        except openai.APIStatusError as error:
            failure = self._refused(error)
            # A server that lists no models is alive all the same.
            if isinstance(failure, ProviderUnavailableError):
                raise failure from error
        except openai.APIConnectionError as error:
            raise ProviderUnavailableError(self.name, fault(error)) from error

    def _refused(self, error: openai.APIStatusError) -> ProviderError:
        failure = refusal(
            self.name,
            self.model.name,
            error.status_code,
            error.body,
            retry_after_seconds(error.response.headers),
        )
        if isinstance(failure, ModelUnknownError):
            # The operator named it, not the caller, and may give it to the vendor.
            return ProviderUnavailableError(self.name, "the vendor has no such model")
        return failure


async def _create(request: dict[str, Any], client: openai.AsyncOpenAI) -> bytes:
    response = await client.embeddings.with_raw_response.create(**request)
    return response.content


def _batches(texts: Sequence[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    characters = 0
    for text in texts:
        is_full = characters + len(text) > BATCH_CHARACTERS
        if batch and (is_full or len(batch) == BATCH_TEXTS):
            yield batch
            batch, characters = [], 0
        batch.append(text)
        characters += len(text)
    yield batch


def _is_about_dimension(error: openai.APIStatusError) -> bool:
    words = said(error.body) if error.status_code == BAD_REQUEST else ""
    return "dimension" in words or "matryoshka" in words
