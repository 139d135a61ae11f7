"""One node of a ChatGPT export: what of it readers see."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from persistence.chat.models import Finish, Role, State
from persistence.chat.portable.domain import PortableAnswer
from persistence.chat.portable.values import (
    list_of,
    mapping_of,
    optional_text,
    text_of,
    time_of_seconds,
)

_ROLES = {"user": Role.USER, "assistant": Role.ASSISTANT}
_MODEL_CHARACTERS = 200
_IMAGE = "[image]"
_ATTACHMENT = "[attachment]"
_LANGUAGE = re.compile(r"[\w+#.-]{1,30}")
_FENCES = re.compile(r"`{3,}")


@dataclass(frozen=True)
class Node:
    """A node. Its `text` is empty when it is not for readers.

    Attributes:
        ending: How the model ended: `stop`, `max_tokens`, `interrupted`; often unsaid.
    """

    key: str
    parent_key: str | None
    role: Role = Role.USER
    text: str = ""
    create_time: datetime | None = None
    model: str = ""
    ending: object = None

    def answer(self, time: datetime) -> PortableAnswer | None:
        """Returns how it was made; None for questions."""
        if self.role == Role.USER:
            return None
        is_stopped = self.ending == "interrupted"
        is_cut = self.ending == "max_tokens"
        reason = Finish.LENGTH if is_cut else Finish.STOP
        return PortableAnswer(
            state=State.CANCELLED if is_stopped else State.COMPLETE,
            finish_reason=Finish.UNSPECIFIED if is_stopped else reason,
            end_time=time,
            model=self.model,
        )


def node_of(key: str, value: object) -> Node:
    """Reads one node of the mapping.

    Raises:
        UnreadableError: it is not what an export holds.
    """
    content = mapping_of(value, "A node")
    text_of(key, "A node's id")
    parent_key = optional_text(content.get("parent"), "A node's parent")
    if content.get("message") is None:
        return Node(key, parent_key)
    message = mapping_of(content["message"], "A message")
    author = mapping_of(message.get("author"), "A message's author")
    name = text_of(author.get("role"), "An author's role")
    metadata = message.get("metadata")
    notes: Mapping[str, Any] = metadata if isinstance(metadata, dict) else {}
    time = time_of_seconds(message.get("create_time"), "A message's time")
    role = _ROLES.get(name)
    if role is None or notes.get("is_visually_hidden_from_conversation") is True:
        return Node(key, parent_key, create_time=time)
    model, details = notes.get("model_slug"), notes.get("finish_details")
    return Node(
        key,
        parent_key,
        role,
        _text(message),
        time,
        text_of(model, "A model", most=_MODEL_CHARACTERS)
        if isinstance(model, str)
        else "",
        details.get("type") if isinstance(details, dict) else None,
    )


def _text(message: Mapping[str, Any]) -> str:
    if message.get("content") is None:
        return ""
    content = mapping_of(message["content"], "A message's content")
    kind = content.get("content_type")
    if kind == "code":
        return _code(content)
    # What goes to a tool is not for readers.
    is_for_all = message.get("recipient") in {None, "all"}
    if kind not in {"text", "multimodal_text"} or not is_for_all:
        return ""
    parts = list_of(content.get("parts", []), "A message's parts")
    text = "\n".join(filter(None, map(_part, parts)))
    return text if text.strip() else ""


def _part(part: object) -> str:
    if part is None:
        return ""
    if not isinstance(part, dict):
        return text_of(part, "A message's part")
    kind = part.get("content_type")
    if isinstance(part.get("text"), str):
        return text_of(part["text"], "A message's part")
    is_image = isinstance(kind, str) and kind.startswith("image")
    return _IMAGE if is_image else _ATTACHMENT


def _code(content: Mapping[str, Any]) -> str:
    text = text_of(content.get("text", ""), "A message's code")
    if not text.strip():
        return ""
    language = content.get("language")
    is_named = isinstance(language, str) and _LANGUAGE.fullmatch(language)
    name = language if is_named and language != "unknown" else ""
    # Longer than any fence inside.
    longest = max((len(fence) for fence in _FENCES.findall(text)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}{name}\n{text}\n{fence}"
