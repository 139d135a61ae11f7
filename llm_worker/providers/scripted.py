"""A deterministic provider for tests and benchmarks, steered by the model's name.

`script.parse` documents the names. What it did can be followed from another process
in the file that `LAMLA_LLM_SCRIPTED_LOG` names.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncGenerator, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TextIO

from llm_worker.domain import (
    Accepted,
    Finish,
    FinishReason,
    Model,
    Piece,
    Prompt,
    ProviderEvent,
)
from llm_worker.providers.base import (
    ContextTooLongError,
    ModelUnknownError,
    ProviderInterruptedError,
    ProviderRateLimitedError,
    ProviderRejectedError,
    ProviderUnavailableError,
)
from llm_worker.providers.script import BASE, Script, parse, word_count, words
from llm_worker.trimming import fit

RETRY_AFTER_SECONDS = 7.0


class Scripted:
    """Says what its script says, when its script says."""

    name = "scripted"

    def __init__(self, *, model: str = BASE, log_path: Path | None = None) -> None:
        """Answers as `model` when the prompt names none."""
        self.models: Sequence[Model] = (Model(model, self.name),)
        self._log: TextIO | None = None
        if log_path is not None:
            self._log = log_path.open("a", buffering=1, encoding="utf-8")

    def has(self, model: str) -> bool:
        """See `Provider.has`."""
        return not model or parse(model) is not None

    def start(self) -> None:
        """See `Provider.start`."""

    async def generate(self, prompt: Prompt) -> AsyncGenerator[ProviderEvent, None]:
        """See `Provider.generate`."""
        model = prompt.model or self.models[0].name
        script = parse(model)
        if script is None:
            raise ModelUnknownError(self.name, model)
        self._refuse(script)
        fitted = await fit(prompt, _count, script.context or 2**31)
        if fitted is None:
            raise ContextTooLongError(self.name, script.context)
        self._note("begin", prompt, model=model)
        sent = 0
        try:
            yield Accepted(model, fitted.dropped_messages)
            said, source = words(script, fitted.prompt)
            if script.tokens is not None:
                script = replace(script, tokens=max(0, script.tokens - said))
            async for piece in _pieces(script, source, prompt.max_output_tokens):
                sent += piece.token_count
                self._note("token", prompt, n=sent)
                yield piece
            if sent == script.fails_after:
                raise ProviderInterruptedError(self.name, "the script breaks off")
            is_cut = sent == prompt.max_output_tokens and sent != script.tokens
            reason = FinishReason.LENGTH if is_cut else FinishReason.STOP
            yield Finish(reason, fitted.tokens, sent)
        finally:
            self._note("close", prompt, n=sent)

    async def check(self) -> None:
        """See `Provider.check`."""

    async def close(self) -> None:
        """See `Provider.close`."""
        if self._log is not None:
            self._log.close()

    def _refuse(self, script: Script) -> None:
        if script.is_unavailable:
            raise ProviderUnavailableError(self.name, "the script is unavailable")
        if script.is_rate_limited:
            raise ProviderRateLimitedError(
                self.name,
                "the script limits the rate",
                retry_after=RETRY_AFTER_SECONDS,
            )
        if script.is_rejected:
            raise ProviderRejectedError(self.name, "the script rejects the prompt")

    def _note(self, what: str, prompt: Prompt, **more: object) -> None:
        if self._log is not None:
            line = {
                "time": time.monotonic(),
                "event": what,
                "generation_id": prompt.generation_id,
                **more,
            }
            self._log.write(f"{json.dumps(line)}\n")


async def _count(prompt: Prompt) -> int:
    return word_count(prompt)


async def _pieces(
    script: Script, source: Iterator[str], max_tokens: int
) -> AsyncGenerator[Piece, None]:
    limits = (script.tokens, max_tokens, script.fails_after)
    left = min(limit for limit in limits if limit is not None)
    now = asyncio.get_running_loop().time
    due = now() + script.first_delay
    while left > 0:
        # On a schedule, not after a pause, so that what runs late catches up.
        await asyncio.sleep(max(0, due - now()))
        texts = list(islice(source, min(script.burst, left)))
        if not texts:
            return
        left -= len(texts)
        due += script.delay * script.burst
        yield Piece("".join(texts), len(texts))
