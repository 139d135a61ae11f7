"""A conversation outside the database: what files are written from and read into."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from persistence.chat.evidence.domain import NO_EVIDENCE, Evidence
from persistence.chat.models import Finish, Role, State, TitleBy

# A file's bounds: what one response, and one statement, can carry.
MOST_CONVERSATIONS = 1_000
MOST_MESSAGES = 5_000
MESSAGE_CHARACTERS = 500_000
# Of one conversation; branches of a ChatGPT export can repeat what they have in common.
CONVERSATION_CHARACTERS = 8_000_000
# What `ExportConversation` writes at the most, so that it can be read again.
DOCUMENT_BYTES = 4 * 1024 * 1024


class UnreadableError(Exception):
    """A conversation cannot be read. The text says why, for people."""


@dataclass(frozen=True)
class PortableAnswer:
    """How an answer was made."""

    state: State
    end_time: datetime
    finish_reason: Finish = Finish.UNSPECIFIED
    model: str = ""
    provider: str = ""
    prompt_version: str = ""
    config: Mapping[str, Any] = field(default_factory=dict)
    prompt_tokens: int | None = None
    output_tokens: int | None = None
    time_to_first_token: timedelta | None = None
    duration: timedelta | None = None
    failure: bytes | None = None


@dataclass(frozen=True)
class PortableMessage:
    """One message. `key` names it within its file.

    Attributes:
        answer: None for questions.
        evidence: What the answer rests on; its citations have ids of their own.
    """

    key: str
    parent_key: str | None
    role: Role
    text: str
    create_time: datetime
    answer: PortableAnswer | None = None
    evidence: Evidence = NO_EVIDENCE


@dataclass(frozen=True)
class PortableConversation:
    """One conversation with all its branches, parents before their children."""

    title: str
    title_by: TitleBy
    create_time: datetime
    update_time: datetime
    messages: Sequence[PortableMessage]
    pinned: bool = False
    archived: bool = False
    current_key: str | None = None


@dataclass(frozen=True)
class Failure:
    """A conversation that cannot be read: its place in the file, and why."""

    index: int
    title: str
    description: str


def ordered(messages: Sequence[PortableMessage]) -> list[PortableMessage]:
    """Returns a tree's messages in their order, but each after its parent.

    Raises:
        UnreadableError: they are no tree, are too many, or one is too long.
    """
    if len(messages) > MOST_MESSAGES:
        raise UnreadableError(f"It has more than {MOST_MESSAGES} messages.")
    by_key = {message.key: message for message in messages}
    if len(by_key) < len(messages):
        counts = Counter(message.key for message in messages)
        raise UnreadableError(f"Two messages are called {counts.most_common(1)[0][0]}.")
    children: dict[str | None, list[int]] = {}
    for place, message in enumerate(messages):
        if len(message.text) > MESSAGE_CHARACTERS:
            raise UnreadableError(
                f"A message is longer than {MESSAGE_CHARACTERS} characters."
            )
        if message.parent_key is not None:
            _check_parent(message, by_key.get(message.parent_key))
        children.setdefault(message.parent_key, []).append(place)
    found: list[PortableMessage] = []
    ready = list(children.get(None, ()))
    while ready:
        message = messages[heapq.heappop(ready)]
        found.append(message)
        for place in children.get(message.key, ()):
            heapq.heappush(ready, place)
    if len(found) < len(messages):
        raise UnreadableError("Its messages follow each other in a circle.")
    return found


def _check_parent(message: PortableMessage, parent: PortableMessage | None) -> None:
    if parent is None:
        raise UnreadableError("A message follows one that is not there.")
    if message.role == Role.ASSISTANT and parent.role == Role.ASSISTANT:
        raise UnreadableError("An answer follows an answer.")
