"""Models that run in this process: the small built-in one, and any GGUF by path."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import structlog

from llm_worker.domain import Accepted, Model, Prompt, ProviderEvent
from llm_worker.providers.base import (
    ContextTooLongError,
    ModelUnknownError,
    ProviderUnavailableError,
)
from llm_worker.providers.bridge import Bridge
from llm_worker.providers.capacity import Capacity
from llm_worker.providers.llama import LlamaError, LlamaOptions
from llm_worker.providers.llama_chunks import ChunkReader
from llm_worker.providers.local_models import BUILT_IN, Loaded, LocalModels
from llm_worker.providers.rendition import Rendition
from llm_worker.trimming import Fitted, fit

log = structlog.get_logger()


class Local:
    """Generates with llama.cpp."""

    name = "local"

    def __init__(self, paths: dict[str, Path], options: LlamaOptions) -> None:
        """Runs the models at `paths`, by name, the default first."""
        self._models = LocalModels(paths, options)
        self._threads = ThreadPoolExecutor(
            options.slots * len(paths), thread_name_prefix="llama"
        )
        self._bridges: set[Bridge] = set()

    @property
    def models(self) -> Sequence[Model]:
        """See `Provider.models`."""
        window = self._models.window
        return [
            Model(name, self.name, window(name), name == BUILT_IN)
            for name in self._models.names
        ]

    def has(self, model: str) -> bool:
        """See `Provider.has`."""
        return not model or model in self._models.names

    def start(self) -> None:
        """See `Provider.start`: loads the default model."""
        self._models.load(self._models.default)

    async def generate(self, prompt: Prompt) -> AsyncGenerator[ProviderEvent, None]:
        """See `Provider.generate`."""
        model = prompt.model or self._models.default
        if not self.has(model):
            raise ModelUnknownError(self.name, model)
        try:
            loaded = await self._models.get(model)
            rendition = Rendition(prompt, loaded.control_tokens)
            fitted = await self._fitted(rendition.prompt, loaded)
        except LlamaError as error:
            raise ProviderUnavailableError(self.name, str(error)) from error
        yield Accepted(model, fitted.dropped_messages)
        bridge = await self._decode(fitted, loaded)
        reader = ChunkReader(self.name, loaded.window)
        try:
            while chunks := await bridge.take():
                piece = reader.piece(chunks)
                if piece is None:
                    continue
                restored = rendition.restore(piece)
                if restored is not None:
                    yield restored
            yield reader.finish()
        finally:
            bridge.stop()

    async def check(self) -> None:
        """See `Provider.check`: waits for the default model."""
        try:
            await self._models.get(self._models.default)
        except LlamaError as error:
            raise ProviderUnavailableError(self.name, str(error)) from error

    async def busy_slots(self) -> int:
        """Returns how many answers the default model's decoder works on."""
        loaded = await self._models.get(self._models.default)
        return await loaded.llama.busy_slots()

    async def close(self) -> None:
        """See `Provider.close`."""
        for bridge in self._bridges:
            bridge.stop()
        await asyncio.to_thread(self._threads.shutdown)
        await self._models.close()

    async def _fitted(self, prompt: Prompt, loaded: Loaded) -> Fitted:
        # An answer needs room, but a generous bound is no reason to forget everything.
        room = min(prompt.max_output_tokens, loaded.window // 4)
        fitted = await fit(prompt, loaded.llama.count, loaded.window - room)
        if fitted is None:
            raise ContextTooLongError(self.name, loaded.window)
        return fitted

    async def _decode(self, fitted: Fitted, loaded: Loaded) -> Bridge:
        max_tokens = min(fitted.prompt.max_output_tokens, loaded.window - fitted.tokens)
        needed = fitted.tokens + max_tokens
        await loaded.capacity.acquire(needed)
        bridge = Bridge()
        self._bridges.add(bridge)
        decoding = asyncio.get_running_loop().run_in_executor(
            self._threads, loaded.llama.stream, fitted.prompt, max_tokens, bridge.put
        )
        # The place is free when the decoder has stopped, not when its reader has left.
        decoding.add_done_callback(
            partial(self._decoded, bridge, loaded.capacity, needed)
        )
        return bridge

    def _decoded(
        self,
        bridge: Bridge,
        capacity: Capacity,
        tokens: int,
        decoding: asyncio.Future[Any],
    ) -> None:
        capacity.release(tokens)
        self._bridges.discard(bridge)
        if not decoding.cancelled() and (error := decoding.exception()):
            log.error("decoder_broke", exc_info=error)
        bridge.end()
