"""What happens to an answer, as its readers are told; free of protobuf."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from gateway.domain import FinishReason, Usage
from gateway.evidence import NO_EVIDENCE, Citation, Claim, Evidence, Grounding
from mesh.errors import ServiceError


@dataclass(frozen=True, kw_only=True)
class Started:
    """The answer has begun: its ids, model and prompt."""

    conversation_id: str
    user_message_id: str
    answer_message_id: str
    model: str
    provider: str
    prompt_version: str
    start_time: datetime


class Tokens(NamedTuple):
    """The next piece of text. A tuple, because one is made for every few tokens.

    Attributes:
        text_offset: Where it begins in the answer, in Unicode code points.
        token_count: How many of the model's tokens it holds.
    """

    text: str
    text_offset: int
    token_count: int


@dataclass(frozen=True, kw_only=True)
class AttemptChanged:
    """Another attempt goes on, after the text was cut at `replace_from_offset`."""

    attempt: int
    provider: str
    model: str
    replace_from_offset: int
    cause: str


@dataclass(frozen=True)
class Heartbeat:
    """Nothing happened, the stream is alive."""

    server_time: datetime


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """The whole text so far, instead of events that are not kept any more."""

    started: Started
    text: str
    token_count: int
    evidence: Evidence = NO_EVIDENCE


@dataclass(frozen=True)
class Opaque:
    """An event that this process only passes on, as another one wrote it."""

    data: bytes


@dataclass(frozen=True, kw_only=True)
class Completed:
    """The model ended the answer."""

    finish_reason: FinishReason
    usage: Usage
    text_length: int


@dataclass(frozen=True, kw_only=True)
class Cancelled:
    """A user stopped the answer."""

    usage: Usage
    text_length: int


@dataclass(frozen=True, kw_only=True)
class Failed:
    """The answer ended with an error."""

    error: ServiceError
    usage: Usage
    text_length: int


Outcome = Completed | Cancelled | Failed
Body = (
    Started
    | Grounding
    | Tokens
    | Citation
    | Claim
    | AttemptChanged
    | Heartbeat
    | Snapshot
    | Opaque
    | Outcome
)


class Event(NamedTuple):
    """One event of a generation, at its place in the one order of events."""

    generation_id: str
    sequence: int
    body: Body
