"""Takes a file apart into conversations, whatever is in it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from mesh.errors import ServiceError, invalid
from persistence.chat.models import TITLE_MAX_LENGTH
from persistence.chat.portable.chatgpt import conversation_from_chatgpt
from persistence.chat.portable.domain import (
    MOST_CONVERSATIONS,
    Failure,
    PortableConversation,
    UnreadableError,
)
from persistence.chat.portable.lamla import FAMILY
from persistence.chat.portable.lamla_reader import conversation_from_json
from persistence.chat.portable.values import text_of

_DECODER = json.JSONDecoder()
_SPACE = re.compile(r"[ \t\r\n]*")
_STRUCTURE = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)
_TOO_DEEP = "It is nested too deeply."
_UNKNOWN = "It is of no form that is known here."


@dataclass(frozen=True)
class _TooDeep:
    """Stands for an element that no decoder can hold."""


def document_read(document: str) -> list[PortableConversation | Failure]:
    """Reads the conversations of a file, in their order.

    Raises:
        ServiceError: `INVALID_FIELD`: it is not JSON, holds too many conversations, or
            nothing in it looks like one.
    """
    found: list[PortableConversation | Failure] = []
    is_known = True
    try:
        for index, element in enumerate(_elements(document)):
            if index == MOST_CONVERSATIONS:
                raise _refused(f"must hold at most {MOST_CONVERSATIONS} conversations")
            known = isinstance(element, _TooDeep) or _form_of(element) is not None
            is_known = known or (is_known and index > 0)
            found.append(_read(index, element))
    except ValueError as error:
        raise _refused("must be JSON") from error
    if not is_known:
        raise _refused("must be an export of conversations")
    return found


def _read(index: int, element: object) -> PortableConversation | Failure:
    if isinstance(element, _TooDeep):
        return Failure(index, "", _TOO_DEEP)
    form = _form_of(element)
    if form is None:
        return Failure(index, _title(element), _UNKNOWN)
    try:
        return form(element)
    except UnreadableError as error:
        return Failure(index, _title(element), str(error))


def _form_of(element: object) -> Callable[[Any], PortableConversation] | None:
    if not isinstance(element, dict):
        return None
    name = element.get("format")
    if isinstance(name, str) and name.startswith(FAMILY):
        return conversation_from_json
    return conversation_from_chatgpt if "mapping" in element else None


def _title(element: object) -> str:
    with suppress(UnreadableError):
        if isinstance(element, dict):
            return text_of(element.get("title"), "The title")[:TITLE_MAX_LENGTH]
    return ""


def _elements(document: str) -> Iterator[object]:
    """Yields the elements of the list, or the one object, that a document is."""
    place = _space(document, 0)
    if not document.startswith("[", place):
        element, place = _element(document, place)
        if not isinstance(element, dict | _TooDeep):
            raise ValueError("No object.")
        yield element
    else:
        place = _space(document, place + 1)
        is_end = document.startswith("]", place)
        while not is_end:
            element, place = _element(document, place)
            yield element
            place = _space(document, place)
            is_end = document.startswith("]", place)
            if not is_end:
                if not document.startswith(",", place):
                    raise ValueError("No list.")
                place = _space(document, place + 1)
        place += 1
    if _space(document, place) != len(document):
        raise ValueError("Something follows.")


def _element(document: str, place: int) -> tuple[object, int]:
    try:
        return _DECODER.raw_decode(document, place)
    except RecursionError:
        return _TooDeep(), _end(document, place)


def _end(document: str, place: int) -> int:
    """Finds the end of an element by its brackets alone."""
    depth = 0
    for match in _STRUCTURE.finditer(document, place):
        mark = match.group()
        if mark in "[{":
            depth += 1
        elif mark in "]}":
            depth -= 1
            if depth == 0:
                return match.end()
    raise ValueError("No end.")


def _space(document: str, place: int) -> int:
    match = _SPACE.match(document, place)
    return match.end() if match else place


def _refused(rule: str) -> ServiceError:
    return invalid("document", rule)
