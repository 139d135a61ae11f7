"""What is found out before an answer's first word, while its writer waits."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from gateway.clients.chunks import Chunk
from gateway.clients.worker import Job
from gateway.evidence import Grounding


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """How an answer is to be made.

    Attributes:
        job: What llm_worker generates; None: `text` is the answer, or (of an answer
            that was taken over) llm_worker generates already.
        grounding: None when nothing was searched.
        chunks: The evidence that sentences are matched to.
        question: Whose words an answer repeats and its evidence need not.
    """

    job: Job | None = None
    text: str = ""
    grounding: Grounding | None = None
    chunks: tuple[Chunk, ...] = ()
    question: str = ""


Plan = Callable[[], Awaitable[Prepared]]
"""Raises `ServiceError`: the answer cannot be made, and why."""
