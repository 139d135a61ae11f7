"""What gateway's flows talk about, free of protobuf."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum, StrEnum

from gateway.evidence import EVERYTHING, NO_EVIDENCE, Evidence, Scope
from mesh.errors import ServiceError


class State(Enum):
    """Where a generation stands."""

    GENERATING = "generating"
    COMPLETE = "complete"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"
    FAILED = "failed"


class FinishReason(Enum):
    """Why a model stopped generating."""

    STOP = "stop"
    LENGTH = "length"
    CONTENT_FILTER = "content_filter"


class Role(StrEnum):
    """Who says a message of a prompt."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"


@dataclass(frozen=True, kw_only=True)
class Config:
    """How to generate, with every default filled in.

    Attributes:
        model: Empty means llm_worker's default.
        temperature: Range [0, 2].
        max_output_tokens: In model tokens, range [1, 4096].
    """

    model: str
    temperature: float
    max_output_tokens: int


@dataclass(frozen=True, kw_only=True)
class ConfigRequest:
    """How a user wants an answer generated, as asked.

    Attributes:
        temperature: None means the server's default.
        max_output_tokens: 0 means the server's default.
        path: Where it stands in the request, to name fields in errors.
    """

    model: str = ""
    temperature: float | None = None
    max_output_tokens: int = 0
    path: str = "config"


@dataclass(frozen=True, kw_only=True)
class NewMessage:
    """A message of a user.

    Attributes:
        conversation_id: Empty begins a new conversation.
        parent_message_id: Empty means the newest message of the conversation.
        scope: The conversation's from now on; None leaves it as it is.
    """

    conversation_id: str
    parent_message_id: str
    text: str
    scope: Scope | None = None


@dataclass(frozen=True, kw_only=True)
class RegeneratedAnswer:
    """Another answer to the same question."""

    message_id: str


@dataclass(frozen=True, kw_only=True)
class EditedMessage:
    """A question in other words."""

    message_id: str
    text: str


@dataclass(frozen=True, kw_only=True)
class ContinuedAnswer:
    """The rest of an answer that was cut off."""

    message_id: str


TurnRequest = NewMessage | RegeneratedAnswer | EditedMessage | ContinuedAnswer


@dataclass(frozen=True, kw_only=True)
class Question:
    """What a user asks, however: sent, regenerated, edited or continued."""

    request_id: str
    turn: TurnRequest
    config: ConfigRequest


@dataclass(frozen=True, kw_only=True)
class HistoryMessage:
    """A message of the conversation that the prompt may hold."""

    role: Role
    text: str


@dataclass(frozen=True, kw_only=True)
class PromptMessage:
    """One message of a prompt; `may_drop` when it may be left out to fit."""

    role: Role
    text: str
    may_drop: bool = False


@dataclass(frozen=True, kw_only=True)
class Model:
    """A model that can be asked for.

    Attributes:
        context_tokens: The size of its context window in its own tokens; 0: not known.
        small_built_in: Whether it is the built-in one whose answers are often wrong.
    """

    name: str
    provider: str
    context_tokens: int = 0
    small_built_in: bool = False


@dataclass(frozen=True, kw_only=True)
class Offer:
    """What may be asked for: models, the default first, and bounds on an answer.

    Attributes:
        default_max_output_tokens: In model tokens, as `max_output_tokens_cap`.
    """

    models: tuple[Model, ...]
    default_temperature: float
    default_max_output_tokens: int
    max_output_tokens_cap: int


@dataclass(frozen=True, kw_only=True)
class Usage:
    """What an answer cost. Durations are whole milliseconds, so that they survive
    being stored and are the same for every reader.
    """

    prompt_tokens: int = 0
    output_tokens: int = 0
    time_to_first_token: timedelta | None = None
    duration: timedelta = timedelta()


@dataclass(frozen=True, kw_only=True)
class Lease:
    """Who may write a generation.

    Attributes:
        gateway_endpoint: Where the writer is reached: `host:port`.
        worker_endpoint: Where its llm_worker is reached; empty until known.
        epoch: Grows with each take-over, from 1.
        expired: By the database's clock.
    """

    gateway_endpoint: str
    worker_endpoint: str
    epoch: int
    expired: bool = False


@dataclass(frozen=True, kw_only=True)
class GenerationView:
    """A generation as it stands, stored or live.

    Attributes:
        last_sequence: Of the last event that `text` holds; in terminal states of the
            last event of all.
        failure: Set in states FAILED and INTERRUPTED.
        evidence: What the text rests on; empty when nothing was searched.
    """

    id: str
    conversation_id: str
    user_message_id: str
    answer_message_id: str
    state: State
    text: str = ""
    last_sequence: int = 0
    finish_reason: FinishReason | None = None
    usage: Usage | None = None
    failure: ServiceError | None = None
    model: str = ""
    provider: str = ""
    evidence: Evidence = NO_EVIDENCE


@dataclass(frozen=True, kw_only=True)
class Located:
    """A stored generation and who writes it; no lease in terminal states."""

    view: GenerationView
    lease: Lease | None
    prompt_version: str
    start_time: datetime


@dataclass(frozen=True, kw_only=True)
class Turn(Located):
    """A turn that began, by this call or (`created` false) by an earlier one.

    Attributes:
        answer_prefix: What the answer begins with; empty unless one is continued.
        title_wanted: Whether the conversation wants a title that a model makes.
        scope: What the conversation searches.
        scope_has_chunks: Whether there is anything to search in it.
    """

    created: bool
    capability: str = field(repr=False)
    config: Config
    history: tuple[HistoryMessage, ...] = ()
    answer_prefix: str = ""
    title_wanted: bool = False
    scope: Scope = EVERYTHING
    scope_has_chunks: bool = False


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A whole answer in a terminal state, as a message of its conversation."""

    view: GenerationView
    prompt_version: str
    create_time: datetime
