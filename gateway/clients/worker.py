"""The port to llm_worker: prompts in, events out."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from gateway.domain import Config, FinishReason, Model, PromptMessage
from gateway.events import AttemptChanged, Tokens


@dataclass(frozen=True, kw_only=True)
class Job:
    """One text to generate.

    Attributes:
        detaches: Whether llm_worker goes on for a while when nobody listens.
        may_quote: Whether the text may repeat long pieces of the prompt.
    """

    generation_id: str
    prompt: Sequence[PromptMessage]
    config: Config
    detaches: bool = True
    may_quote: bool = False


@dataclass(frozen=True, kw_only=True)
class ProviderStarted:
    """A provider accepted the prompt; `worker_endpoint` is for `attach`."""

    provider: str
    model: str
    worker_endpoint: str


@dataclass(frozen=True, kw_only=True)
class ProviderFinished:
    """The model ended."""

    finish_reason: FinishReason
    prompt_tokens: int
    output_tokens: int


class WorkerEvent(NamedTuple):
    """One event of llm_worker, in its own dense numbering."""

    sequence: int
    body: ProviderStarted | Tokens | AttemptChanged | ProviderFinished


class Worker(Protocol):
    """Generates text. Every method raises `ServiceError`; see lamla.llm.v1 for why."""

    def generate(self, job: Job) -> AsyncGenerator[WorkerEvent, None]:
        """Yields events, the last one a `ProviderFinished`.

        Closing it early detaches: the generation waits for an `attach` for some time.
        """

    def attach(
        self, generation_id: str, *, after: int, endpoint: str
    ) -> AsyncGenerator[WorkerEvent, None]:
        """Goes on with a generation after the event numbered `after`.

        Args:
            endpoint: Of the llm_worker that runs it; empty means any.
        """

    async def cancel(self, generation_id: str, *, endpoint: str) -> None:
        """Stops a generation at its provider; an unknown one is no error."""

    async def models(self, name: str = "") -> tuple[Model, ...]:
        """Returns the models that can be asked for, the default first; or `name`, if it
        can, also where it is not listed.
        """
