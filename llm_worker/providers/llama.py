"""llama.cpp inside this process, through the `xllamacpp` package.

Its server also listens on a loopback port, whatever one asks for, so that port gets a
random key; token counts are read through it, as the package has no call for them.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from llm_worker.domain import Prompt
from llm_worker.providers.bridge import Chunk
from llm_worker.providers.sampling import sampling_for

# A prompt is read in batches, and cancelling takes effect between two of them. Measured
# on 2 busy cores: 64 tokens of a 135M model take 0.2 to 0.3 s, at 85 % of full speed.
BATCH_TOKENS = 64
BATCH_TOKENS_LARGE = 32
LARGE_BYTES = 300_000_000
# Prefixes of conversations that are kept to be continued; the default is 8 GiB.
PREFIX_CACHE_MIB = 256
HTTP_THREADS = 2
COUNT_SECONDS = 10.0


class LlamaError(Exception):
    """The model cannot be loaded, or its server does not answer."""


@dataclass(frozen=True, slots=True)
class LlamaOptions:
    """How a model is run.

    Attributes:
        slots: How many generations run at once.
        context_tokens: Size of the context window, which all slots share.
        decode_threads: Threads that make tokens. More than one helps only where as
            many cores are idle.
        batch_threads: Threads that read prompts.
    """

    slots: int
    context_tokens: int
    decode_threads: int
    batch_threads: int


class Llama:
    """One loaded model."""

    def __init__(self, path: Path, options: LlamaOptions) -> None:
        """Loads the model.

        Blocks for as long as its weights take to be prepared (0.2 s for 100 MB), and
        the whole process with it, because the package keeps the interpreter's lock.

        Raises:
            LlamaError: the file is not one that llama.cpp can run.
        """
        # Read by OpenMP when it is loaded. Otherwise waiting threads spin, and take
        # the cores from those that work.
        os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
        import xllamacpp  # noqa: PLC0415 - See above.

        self._key = secrets.token_hex(32)
        self._session: aiohttp.ClientSession | None = None
        params = xllamacpp.CommonParams()
        params.model.path = str(path)
        params.n_ctx = options.context_tokens
        params.n_parallel = options.slots
        params.kv_unified = True  # Otherwise each slot has its share and no more.
        params.n_batch = params.n_ubatch = _batch_tokens(path)
        params.cpuparams.n_threads = options.decode_threads
        params.cpuparams_batch.n_threads = options.batch_threads
        params.cache_ram_mib = PREFIX_CACHE_MIB
        params.n_threads_http = HTTP_THREADS
        params.api_keys = [self._key]
        params.ui = False
        params.verbosity = -1
        params.fit_params = False  # It would load the model once more, to measure.
        params.warmup = False
        try:
            self._server = xllamacpp.Server(params)
            self._warm_up()
        except RuntimeError as error:
            raise LlamaError(f"cannot load {path.name}") from error

    def _warm_up(self) -> None:
        # A server that is freed before its decoder runs hangs for ever.
        body = {"messages": [{"role": "user", "content": "Hi"}], "max_tokens": 1}
        self._server.handle_chat_completions(body, lambda _: False)

    def stream(
        self, prompt: Prompt, max_tokens: int, put: Callable[[Chunk], bool]
    ) -> None:
        """Generates, and blocks until the end; `put` gets chunks, and stops it by True.

        A failure is a chunk with `error`.
        """
        body = {
            "messages": _messages(prompt),
            "max_tokens": max_tokens,
            "temperature": prompt.temperature,
            **sampling_for(prompt),
            "stream": True,
            "stream_options": {"include_usage": True},
            # Without it nothing is put, and so nothing stopped, while a prompt is read.
            "return_progress": True,
            "timings_per_token": True,
        }
        self._server.handle_chat_completions(body, put)

    async def count(self, prompt: Prompt) -> int:
        """Counts the tokens of a prompt as the model will read it, template included.

        Raises:
            LlamaError: the server does not answer.
        """
        return len(await self.tokens(prompt))

    async def tokens(self, prompt: Prompt) -> list[int]:
        """Returns the tokens of a prompt as the model will read it.

        Raises:
            LlamaError: the server does not answer.
        """
        rendered = await self._ask("/apply-template", {"messages": _messages(prompt)})
        body = {
            "content": rendered["prompt"],
            "add_special": True,
            "parse_special": True,
        }
        answer = await self._ask("/tokenize", body)
        return list(answer["tokens"])

    async def context_tokens(self) -> int:
        """Returns the size of the window, which is at most what the model was made for.

        Raises:
            LlamaError: the server does not answer.
        """
        props = await self._ask("/props")
        return int(props["default_generation_settings"]["n_ctx"])

    async def busy_slots(self) -> int:
        """Returns how many slots decode now.

        Raises:
            LlamaError: the server does not answer.
        """
        return sum(slot["is_processing"] for slot in await self._ask("/slots"))

    async def close(self) -> None:
        """Frees the model. Streams have returned before."""
        if self._session is not None:
            await self._session.close()
        del self._server

    async def _ask(self, path: str, body: Any = None) -> Any:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                self._server.listening_address,
                headers={"Authorization": f"Bearer {self._key}"},
                # Its server may close a kept connection just as it is used again.
                connector=aiohttp.TCPConnector(force_close=True),
                timeout=aiohttp.ClientTimeout(total=COUNT_SECONDS),
            )
        method = "GET" if body is None else "POST"
        try:
            async with self._session.request(method, path, json=body) as response:
                response.raise_for_status()
                return await response.json()
        except (aiohttp.ClientError, TimeoutError) as error:
            raise LlamaError(f"{path} failed: {type(error).__name__}") from error


def _messages(prompt: Prompt) -> list[dict[str, str]]:
    return [{"role": str(m.role), "content": m.text} for m in prompt.messages]


def _batch_tokens(path: Path) -> int:
    is_large = path.stat().st_size > LARGE_BYTES
    return BATCH_TOKENS_LARGE if is_large else BATCH_TOKENS
