"""Chunks and errors of OpenAI's wire format, as many vendors write them.

Format: https://platform.openai.com/docs/api-reference/chat-streaming
"""

from __future__ import annotations

import email.utils
import json
import re
import time
from collections.abc import Iterator, Mapping
from typing import Any

from llm_worker.domain import Finish, FinishReason, Piece
from llm_worker.providers.base import (
    ContextTooLongError,
    ModelUnknownError,
    ProviderError,
    ProviderInterruptedError,
    ProviderRateLimitedError,
    ProviderRejectedError,
    ProviderUnavailableError,
)
from llm_worker.providers.sse import DataLines

DONE = b"[DONE]"

# 401 and 403 are about our credentials, 402 about our balance: another provider may do.
UNAVAILABLE = {401, 402, 403, 408, 409, 425}
RATE_LIMITED = 429
NOT_FOUND = 404
SERVER_ERROR = 500

REASONS = {
    "stop": FinishReason.STOP,
    "length": FinishReason.LENGTH,
    "content_filter": FinishReason.CONTENT_FILTER,
}
# How vendors word that a prompt is too long, in `code`, `type` or `message`: OpenAI,
# llama.cpp, vLLM and DeepSeek, newer OpenAI, Anthropic, Gemini, Hugging Face.
TOO_LONG = (
    "context_length_exceeded",
    "exceed_context_size",
    "maximum context length",
    "context window",
    "prompt is too long",
    "maximum number of tokens",
    "`max_new_tokens` must be",
)
SLUG = re.compile(r"[a-z0-9_.-]{1,64}", re.IGNORECASE)
HIGH_SURROGATES = range(0xD800, 0xDC00)


class AnswerReader:
    """Reads one streamed answer.

    Attributes:
        has_data: Whether anything was read.
        has_text: Whether a piece was read.
        is_ended: Whether the vendor said that the answer is over.
    """

    def __init__(self, provider: str, model: str) -> None:
        self.has_data = False
        self.has_text = False
        self.is_ended = False
        self._provider = provider
        self._model = model
        self._lines = DataLines()
        self._reason: FinishReason | None = None
        self._usage: dict[str, Any] = {}
        self._half = ""

    def feed(self, data: bytes) -> Piece | None:
        """Returns the text that `data` completes, as one piece.

        Raises:
            ProviderError: the vendor reports one, or writes what cannot be read.
        """
        self.has_data = True
        return self._piece(self._lines.feed(data))

    def end(self) -> Piece | None:
        """Says that no more data comes; else like `feed`.

        Raises:
            ProviderInterruptedError: the answer was not over.
        """
        piece = self._piece(self._lines.end())
        if not self.is_ended and self._reason is None:
            raise ProviderInterruptedError(self._provider, "the stream broke off")
        return piece

    def finish(self) -> Finish:
        """Returns how the answer ended."""
        return Finish(
            self._reason or FinishReason.STOP,
            prompt_tokens=self._usage.get("prompt_tokens") or 0,
            output_tokens=self._usage.get("completion_tokens") or 0,
        )

    def _piece(self, payloads: list[bytes]) -> Piece | None:
        texts = [text for payload in payloads if (text := self._text(payload))]
        if not texts:
            return None
        self.has_text = True
        text = "".join(texts)
        return Piece(text, len(texts))

    def _text(self, payload: bytes) -> str:
        if payload == DONE:
            self.is_ended = True
            return ""
        if not payload:
            return ""
        try:
            chunk = json.loads(payload.decode())
            if error := chunk.get("error"):
                raise self._reported(error)
            if usage := chunk.get("usage"):
                self._usage = usage
            text = ""
            for choice in chunk.get("choices") or ():
                text += (choice.get("delta") or {}).get("content") or ""
                if reason := choice.get("finish_reason"):
                    self._reason = REASONS.get(reason, FinishReason.STOP)
        except (ValueError, AttributeError, TypeError) as error:
            message = "the stream is not chat completions"
            raise ProviderInterruptedError(self._provider, message) from error
        return text if text.isascii() and not self._half else self._whole(text)

    def _whole(self, text: str) -> str:
        # Some vendors escape the halves of a character in two chunks.
        text = self._half + text
        self._half = ""
        if text and ord(text[-1]) in HIGH_SURROGATES:
            self._half, text = text[-1], text[:-1]
        try:
            text.encode()
        except UnicodeEncodeError:
            return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        return text

    def _reported(self, error: Any) -> ProviderError:
        body = error if isinstance(error, dict) else {"message": str(error)}
        code = body.get("code")
        status = code if isinstance(code, int) else SERVER_ERROR
        if self.has_text:
            message = f"the vendor reports {status}"
            return ProviderInterruptedError(self._provider, message)
        return refusal(self._provider, self._model, status, body)


def refusal(
    provider: str, model: str, status: int, body: Any, retry_after: float | None = None
) -> ProviderError:
    """Reads a vendor's refusal: HTTP status and the `error` object of the body."""
    words = said(body)
    message = f"the vendor answers {status}{_slug(body)}"
    if status == RATE_LIMITED:
        return ProviderRateLimitedError(provider, message, retry_after=retry_after)
    if status in UNAVAILABLE or status >= SERVER_ERROR:
        return ProviderUnavailableError(provider, message)
    if any(phrase in words for phrase in TOO_LONG):
        return ContextTooLongError(provider)
    if status == NOT_FOUND or "model_not_found" in words:
        return ModelUnknownError(provider, model)
    return ProviderRejectedError(provider, message)


def retry_after_seconds(headers: Mapping[str, str]) -> float | None:
    """Reads how long a vendor wants to be left alone; None: it does not say."""
    value = headers.get("retry-after", "")
    try:
        return max(0.0, float(value))
    except ValueError:
        when = email.utils.parsedate_tz(value)
    if when is None:
        return None
    return max(0.0, email.utils.mktime_tz(when) - time.time())


def _slug(body: Any) -> str:
    # Of all that a vendor says, its codes quote neither prompt nor credentials.
    fields = body if isinstance(body, dict) else {}
    for value in (fields.get("code"), fields.get("type")):
        if isinstance(value, str) and SLUG.fullmatch(value):
            return f" {value}"
    return ""


def said(body: Any) -> str:
    """Returns all that an error object says, in lower case, to look for words in."""
    return " ".join(_strings(body)).lower()


def _strings(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for item in value.values():
                yield from _strings(item)
        case list():
            for item in value:
                yield from _strings(item)
