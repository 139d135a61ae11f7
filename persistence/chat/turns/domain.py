"""The words that turns are written in, between the wire and the rows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from persistence.chat.evidence.domain import NO_EVIDENCE, Evidence
from persistence.chat.models import Message
from persistence.chat.scopes import Scope


@dataclass(frozen=True)
class NewMessage:
    """A message of a user.

    Attributes:
        conversation_id: None begins a new conversation.
        parent_id: None is the newest message of the conversation.
        scope: The conversation's from now on; None leaves it as it is.
    """

    conversation_id: UUID | None
    parent_id: UUID | None
    text: str
    scope: Scope | None = None


@dataclass(frozen=True)
class RegeneratedAnswer:
    """Another answer to the question of the answer `message_id`."""

    message_id: UUID


@dataclass(frozen=True)
class EditedMessage:
    """The question `message_id` in other words."""

    message_id: UUID
    text: str


@dataclass(frozen=True)
class ContinuedAnswer:
    """The rest of the answer `message_id`, in a new answer that begins with it."""

    message_id: UUID


Turn = NewMessage | RegeneratedAnswer | EditedMessage | ContinuedAnswer


@dataclass(frozen=True)
class Config:
    """How to generate. `temperature` None is the server's default."""

    model: str
    temperature: float | None
    max_output_tokens: int


@dataclass(frozen=True)
class TurnRequest:
    """A turn to begin, and the writer who begins it."""

    request_id: UUID
    turn: Turn
    config: Config
    gateway_endpoint: str
    prompt_version: str
    lease_duration: timedelta

    @property
    def body_hash(self) -> bytes:
        """What a repetition of the request must have in common with it.

        That is what the user asked for; who serves it may differ.
        """
        asked = dict(vars(self.turn))
        if asked.get("scope") is None:
            asked.pop("scope", None)  # As it was before there were scopes.
        body = [type(self.turn).__name__, asked, vars(self.config)]
        return hashlib.sha256(json.dumps(body, default=str).encode()).digest()


@dataclass(frozen=True)
class Answer:
    """An answer as it is stored, checkpoints included.

    Attributes:
        message: With its `generation`.
        text: The text so far.
        lease_expired: By the database's clock.
        evidence: What it rests on.
    """

    message: Message
    text: str
    lease_expired: bool
    evidence: Evidence = NO_EVIDENCE

    @property
    def prefix(self) -> str:
        """What the text begins with because another answer is continued."""
        length: int = self.message.generation.prefix_length
        return self.text[:length]


@dataclass(frozen=True)
class Said:
    """A message that the prompt may hold."""

    role: int
    text: str


@dataclass(frozen=True)
class BegunTurn:
    """A turn that began, by this call or (`created` false) by the same one before.

    Attributes:
        title_wanted: Whether a title made by a model would be welcome.
        scope: The conversation's, as it is stored; None is all documents.
        scope_has_chunks: Whether there is anything to search in it now.
    """

    answer: Answer
    created: bool
    history: Sequence[Said]
    title_wanted: bool = False
    scope: dict[str, Any] | None = None
    scope_has_chunks: bool = False


@dataclass(frozen=True)
class Piece:
    """What is new of one generation; empty `text` only renews the lease."""

    generation_id: UUID
    capability: str
    epoch: int
    text: str
    text_offset: int
    last_sequence: int
    worker_endpoint: str
    evidence: Evidence = NO_EVIDENCE


@dataclass(frozen=True)
class Usage:
    """What an answer cost."""

    prompt_tokens: int
    output_tokens: int
    time_to_first_token: timedelta | None
    duration: timedelta | None


@dataclass(frozen=True)
class Ending:
    """The end of a generation.

    Attributes:
        failure: A serialized `google.rpc.Status`; None when it did not fail.
    """

    generation_id: UUID
    capability: str
    epoch: int
    state: int
    text: str
    finish_reason: int
    usage: Usage | None
    failure: bytes | None
    model: str
    provider: str
    last_sequence: int
    evidence: Evidence = NO_EVIDENCE
