"""The `conversations.json` of a ChatGPT export.

Each conversation is a `mapping` of nodes: `id`, `parent`, `children`, and a `message`
or null. Some nodes are not for readers: the system's, tools', hidden ones, the model's
thoughts. What follows them follows, here, the nearest node above that is. Several
answers in a row (before and after a tool) are one answer.

There is no published specification; the form is what exports hold.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from persistence.chat.models import TITLE_MAX_LENGTH, Role, TitleBy
from persistence.chat.portable.chatgpt_nodes import Node, node_of
from persistence.chat.portable.domain import (
    CONVERSATION_CHARACTERS,
    MOST_MESSAGES,
    PortableConversation,
    PortableMessage,
    UnreadableError,
    ordered,
)
from persistence.chat.portable.values import (
    mapping_of,
    optional_text,
    text_of,
    time_of_seconds,
)
from persistence.chat.text import title_of

# Nodes that readers do not see come on top of the messages.
MOST_NODES = 3 * MOST_MESSAGES
_BETWEEN = "\n\n"


@dataclass(frozen=True)
class _Part:
    """A shown node in its place.

    Attributes:
        follows: The shown node above, past the answers that this one goes on with.
        rest_of: The answer right above that this one goes on with.
    """

    node: Node
    time: datetime
    follows: str | None
    rest_of: str | None


def conversation_from_chatgpt(content: Mapping[str, Any]) -> PortableConversation:
    """Reads one conversation.

    Raises:
        UnreadableError: it is not what an export holds.
    """
    mapping = mapping_of(content.get("mapping"), "The mapping")
    if len(mapping) > MOST_NODES:
        raise UnreadableError(f"It has more than {MOST_MESSAGES} messages.")
    nodes = _parents_first([node_of(key, value) for key, value in mapping.items()])
    created = time_of_seconds(content.get("create_time"), "The conversation's time")
    used = time_of_seconds(content.get("update_time"), "The conversation's time")
    nearest = _nearest_shown(nodes)
    messages = _messages(_parts(nodes, nearest, created or used or datetime.now(UTC)))
    if not messages:
        raise UnreadableError("It has no messages.")
    title = text_of(content.get("title") or "", "The title").strip()
    current = optional_text(content.get("current_node"), "The current node")
    current_key = nearest.get(current) if current else None
    return PortableConversation(
        title=title[:TITLE_MAX_LENGTH] or title_of(messages[0].text),
        title_by=TitleBy.USER if title else TitleBy.FIRST_MESSAGE,
        create_time=created or min(message.create_time for message in messages),
        update_time=used or max(message.create_time for message in messages),
        messages=messages,
        archived=content.get("is_archived") is True,
        current_key=current_key
        if current_key in {message.key for message in messages}
        else None,
    )


def _parents_first(nodes: Sequence[Node]) -> list[Node]:
    keys = {node.key for node in nodes}
    children: dict[str | None, list[Node]] = {}
    for node in nodes:
        if node.parent_key is not None and node.parent_key not in keys:
            raise UnreadableError("A message follows one that is not there.")
        children.setdefault(node.parent_key, []).append(node)
    found = list(children.get(None, ()))
    for node in found:
        found.extend(children.get(node.key, ()))
    if len(found) < len(nodes):
        raise UnreadableError("Its messages follow each other in a circle.")
    return found


def _nearest_shown(nodes: Sequence[Node]) -> dict[str | None, str | None]:
    """Returns for each node the first that readers see, from itself upwards."""
    nearest: dict[str | None, str | None] = {None: None}
    for node in nodes:
        nearest[node.key] = node.key if node.text else nearest[node.parent_key]
    return nearest


def _parts(
    nodes: Sequence[Node], nearest: Mapping[str | None, str | None], begun: datetime
) -> dict[str, _Part]:
    parts: dict[str, _Part] = {}
    times: dict[str | None, datetime] = {None: begun}
    for node in nodes:
        time = times[node.key] = node.create_time or times[node.parent_key]
        above = parts.get(nearest[node.parent_key] or "")
        if not node.text:
            continue
        if above is None:
            parts[node.key] = _Part(node, time, None, None)
        elif node.role == above.node.role == Role.ASSISTANT:
            parts[node.key] = _Part(node, time, above.follows, above.node.key)
        else:
            parts[node.key] = _Part(node, time, above.node.key, None)
    return parts


def _messages(parts: Mapping[str, _Part]) -> list[PortableMessage]:
    """Makes messages of parts: answers in a row become the last of them."""
    followed = {part.follows for part in parts.values()}
    continued = {part.rest_of for part in parts.values()}
    # The begin of an answer is a message of its own only where a question follows it.
    kept = [key for key in parts if key in followed or key not in continued]
    if len(kept) > MOST_MESSAGES:
        raise UnreadableError(f"It has more than {MOST_MESSAGES} messages.")
    left = CONVERSATION_CHARACTERS
    messages = []
    for key in sorted(kept, key=lambda one: parts[one].time):
        texts: list[str] = []
        part = parts.get(key)
        while part is not None:
            texts.append(part.node.text)
            left -= len(part.node.text) + len(_BETWEEN)
            part = parts.get(part.rest_of or "")
            if left < 0:
                raise UnreadableError(
                    f"It is longer than {CONVERSATION_CHARACTERS} characters."
                )
        text = _BETWEEN.join(reversed(texts))
        messages.append(_message(parts[key], text))
    return ordered(messages)


def _message(part: _Part, text: str) -> PortableMessage:
    return PortableMessage(
        key=part.node.key,
        parent_key=part.follows,
        role=part.node.role,
        text=text,
        create_time=part.time,
        answer=part.node.answer(part.time),
    )
