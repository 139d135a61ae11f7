"""The port to the store: what the flows need of persistence, one round trip each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from gateway.domain import (
    Config,
    FinishReason,
    GenerationView,
    Lease,
    Located,
    State,
    Turn,
    TurnRequest,
    Usage,
)
from gateway.evidence import NO_EVIDENCE, Evidence
from mesh.errors import ServiceError


@dataclass(frozen=True, kw_only=True)
class BeginTurn:
    """One turn to begin."""

    request_id: str
    turn: TurnRequest
    config: Config
    prompt_version: str


@dataclass(frozen=True, kw_only=True)
class Permit:
    """What lets this process write one generation."""

    generation_id: str
    capability: str = field(repr=False)
    epoch: int


@dataclass(frozen=True, kw_only=True)
class Delta:
    """What is new of one generation; without any, only the lease is renewed.

    Attributes:
        text_offset: In Unicode code points.
    """

    permit: Permit
    text: str
    text_offset: int
    last_sequence: int
    worker_endpoint: str
    evidence: Evidence = NO_EVIDENCE


@dataclass(frozen=True, kw_only=True)
class FinishTurn:
    """The end of a generation, with its whole text and all evidence."""

    permit: Permit
    state: State
    text: str
    finish_reason: FinishReason | None
    usage: Usage
    failure: ServiceError | None
    model: str
    provider: str
    last_sequence: int
    evidence: Evidence = NO_EVIDENCE


@dataclass(frozen=True, kw_only=True)
class TakenOver:
    """A generation that this process may write from now on.

    Attributes:
        lease: The new one; its `worker_endpoint` is the former writer's.
        prefix_length: How much of the text was there before llm_worker began, in
            Unicode code points; 0 unless an answer is continued.
    """

    view: GenerationView
    permit: Permit
    lease: Lease
    prefix_length: int = 0


class Store(Protocol):
    """Stores turns. Every method raises `ServiceError`; see lamla.store.v1 for why."""

    async def begin(self, turn: BeginTurn) -> Turn:
        """Stores question and answer for the calling user; idempotent."""

    async def append(self, deltas: Sequence[Delta]) -> set[str]:
        """Checkpoints and renews leases; returns the ids that were lost."""

    async def finish(self, turn: FinishTurn) -> None:
        """Stores the end of a generation; idempotent."""

    async def locate(self, generation_id: str) -> Located:
        """Finds a generation of the calling user."""

    async def take_over(self, generation_id: str) -> TakenOver:
        """Takes the lease of a writer that is gone, for the calling user."""

    async def name_conversation(self, permit: Permit, title: str) -> bool:
        """Gives the conversation a title unless its user did; returns whether."""
