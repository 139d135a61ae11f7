"""What a vendor's model refuses of the common request, learned from its refusals."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from llm_worker.domain import Prompt
from llm_worker.providers import continuation
from llm_worker.providers.continuation import FLAGS, Way
from llm_worker.providers.openai_wire import said

# Older servers answer 400, those on FastAPI (vLLM) 422.
BAD_REQUEST = {400, 422}
# What refusals to go on with an answer are about.
WAY_WORDS = ("prefix", "prefill", "assistant", *FLAGS)


@dataclass(frozen=True, slots=True)
class Quirks:
    """How the request for one model is to be written.

    Attributes:
        takes_stream_options: Whether usage can be asked for.
        takes_temperature: OpenAI's reasoning models have a fixed one.
        takes_max_tokens: They also want the bound under its newer name.
        way: How it is asked to go on with an answer; None until that is known.
    """

    takes_stream_options: bool = True
    takes_temperature: bool = True
    takes_max_tokens: bool = True
    way: Way | None = None

    def body(self, prompt: Prompt, model: str) -> dict[str, Any]:
        """Writes the request."""
        bound = "max_tokens" if self.takes_max_tokens else "max_completion_tokens"
        body: dict[str, Any] = {
            "model": model,
            "stream": True,
            bound: prompt.max_output_tokens,
            **continuation.request(prompt, self.way or Way.INSTRUCTION),
        }
        if self.takes_temperature:
            body["temperature"] = prompt.temperature
        if self.takes_stream_options:
            body["stream_options"] = {"include_usage": True}
        return body

    def learn(self, status: int, body: Any) -> Quirks | None:
        """Returns what a refusal teaches; None when it is about something else."""
        if status not in BAD_REQUEST:
            return None
        words = said(body)
        if self.takes_stream_options and (
            "stream_options" in words or "include_usage" in words
        ):
            return replace(self, takes_stream_options=False)
        if self.takes_max_tokens and "max_completion_tokens" in words:
            return replace(self, takes_max_tokens=False)
        if self.takes_temperature and "temperature" in words:
            return replace(self, takes_temperature=False)
        is_asked_its_way = self.way not in (None, Way.INSTRUCTION)
        if is_asked_its_way and any(word in words for word in WAY_WORDS):
            return replace(self, way=Way.INSTRUCTION)
        return None
