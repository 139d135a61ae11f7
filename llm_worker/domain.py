"""What generating text is about, free of vendors and of the wire."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum


class Role(StrEnum):
    """Who says a message of a prompt, as OpenAI's wire format spells it."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"


class FinishReason(StrEnum):
    """Why a model stopped, as OpenAI's wire format spells it."""

    STOP = "stop"
    LENGTH = "length"
    CONTENT_FILTER = "content_filter"


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a prompt.

    Attributes:
        may_drop: Whether it may be left out when the prompt does not fit.
    """

    role: Role
    text: str
    may_drop: bool = False


@dataclass(frozen=True, slots=True)
class Prompt:
    """What to generate from, and how.

    Attributes:
        generation_id: Names the generation in logs. A UUID.
        messages: The last one is the user's; or the assistant's, and then the answer
            goes on with it and is only what is new.
        model: A configured model's name; empty means each provider's default.
        temperature: Range [0, 2].
        max_output_tokens: At least 1.
        may_quote: Whether the answer is meant to repeat pieces of the prompt.
    """

    generation_id: str
    messages: tuple[Message, ...]
    model: str = ""
    temperature: float = 0.7
    max_output_tokens: int = 400
    may_quote: bool = False

    @property
    def prefix(self) -> str:
        """The text that the answer goes on with; empty when it begins anew."""
        last = self.messages[-1]
        return last.text if last.role == Role.ASSISTANT else ""

    def with_prefix(self, prefix: str) -> Prompt:
        """Returns this prompt with another text to go on with; empty begins anew."""
        messages = self.messages
        if messages[-1].role == Role.ASSISTANT:
            messages = messages[:-1]
        if prefix:
            messages = (*messages, Message(Role.ASSISTANT, prefix))
        return replace(self, messages=messages)


@dataclass(frozen=True, slots=True)
class Model:
    """One model that can be asked for.

    Attributes:
        context_tokens: Size of its context window; 0 when that is not known.
        small_built_in: Whether it is the one that ships, whose answers are often wrong.
    """

    name: str
    provider: str
    context_tokens: int = 0
    small_built_in: bool = False


@dataclass(frozen=True, slots=True)
class Accepted:
    """A provider took the prompt.

    Attributes:
        dropped_messages: Messages left out, because the prompt did not fit.
    """

    model: str
    dropped_messages: int = 0


@dataclass(slots=True)
class Piece:
    """Text as it arrived, never a part of a character.

    Attributes:
        token_count: How many of the model's tokens it holds.
    """

    text: str
    token_count: int = 1


@dataclass(frozen=True, slots=True)
class Finish:
    """The model ended.

    Attributes:
        prompt_tokens: By the model's own count; 0 when the provider does not say.
        output_tokens: Likewise; 0 means the pieces are to be counted.
    """

    reason: FinishReason
    prompt_tokens: int = 0
    output_tokens: int = 0


ProviderEvent = Accepted | Piece | Finish


@dataclass(frozen=True, slots=True)
class Usage:
    """What an answer cost. Seconds count from the begin of the generation."""

    prompt_tokens: int
    output_tokens: int
    time_to_first_token: float | None
    duration: float


@dataclass(frozen=True, slots=True)
class Started:
    """A provider accepted the prompt. Always the first event."""

    sequence: int
    provider: str
    model: str
    dropped_messages: int


@dataclass(frozen=True, slots=True)
class Tokens:
    """The next piece of text; `text_offset` in Unicode code points."""

    sequence: int
    text: str
    text_offset: int
    token_count: int


@dataclass(frozen=True, slots=True)
class AttemptChanged:
    """Another provider goes on.

    Attributes:
        attempt: Counts from 1, so this is 2 or more.
        replace_from_offset: Where the text is cut before more is appended.
        cause: Name of the `ErrorReason` that ended the attempt before.
    """

    sequence: int
    attempt: int
    provider: str
    model: str
    replace_from_offset: int
    cause: str


@dataclass(frozen=True, slots=True)
class Finished:
    """The model ended. Always the last event of a generation that did not fail."""

    sequence: int
    reason: FinishReason
    usage: Usage = field(compare=False)


Event = Started | Tokens | AttemptChanged | Finished
