"""Chunks of an answer as llama.cpp makes them."""

from __future__ import annotations

from typing import Any

from llm_worker.domain import Finish, FinishReason, Piece
from llm_worker.providers.base import (
    ContextTooLongError,
    ProviderError,
    ProviderInterruptedError,
    ProviderRejectedError,
    ProviderUnavailableError,
)
from llm_worker.providers.bridge import Chunk

BAD_REQUEST = 400


class ChunkReader:
    """Reads the chunks of one answer."""

    def __init__(self, provider: str, window: int) -> None:
        self._provider = provider
        self._window = window
        self._reason: FinishReason | None = None
        self._usage: dict[str, int] = {}
        self._tokens = 0
        self._has_text = False

    def piece(self, chunks: list[Chunk]) -> Piece | None:
        """Joins the text of `chunks`.

        Raises:
            ProviderError: one of them reports an error.
        """
        texts = []
        before = self._tokens
        for chunk in chunks:
            if error := chunk.get("error"):
                raise self._failure(error)
            self._usage = chunk.get("usage") or self._usage
            for choice in chunk["choices"]:
                if reason := choice["finish_reason"]:
                    self._reason = FinishReason(reason)
                if text := choice["delta"].get("content"):
                    texts.append(text)
                    # A character can take several tokens, so chunks are not counted.
                    self._tokens = chunk["timings"]["predicted_n"]
        if not texts:
            return None
        self._has_text = True
        return Piece("".join(texts), self._tokens - before)

    def finish(self) -> Finish:
        """Returns how the answer ended.

        Raises:
            ProviderInterruptedError: it did not.
        """
        if self._reason is None:
            raise ProviderInterruptedError(self._provider, "the decoder stopped")
        return Finish(
            self._reason,
            self._usage.get("prompt_tokens", 0),
            self._usage.get("completion_tokens", 0),
        )

    def _failure(self, error: dict[str, Any]) -> ProviderError:
        message = f"llama.cpp reports {error.get('type')}"
        if self._has_text:
            return ProviderInterruptedError(self._provider, message)
        if error.get("type") == "exceed_context_size_error":
            return ContextTooLongError(self._provider, self._window)
        if error.get("code") == BAD_REQUEST:
            return ProviderRejectedError(self._provider, message)
        return ProviderUnavailableError(self._provider, message)
