"""Reads Lamla's own form, whatever has become of the file meanwhile."""

from __future__ import annotations

import math
from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Mapping
from datetime import timedelta
from enum import IntEnum
from typing import Any, TypeVar

from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.message import DecodeError, Message
from google.rpc.error_details_pb2 import (  # type: ignore[import-untyped]
    BadRequest,
    ErrorInfo,
    RetryInfo,
)
from google.rpc.status_pb2 import Status  # type: ignore[import-untyped]

from mesh.errors import status_of
from persistence.chat import errors
from persistence.chat.evidence.domain import NO_EVIDENCE
from persistence.chat.models import TITLE_MAX_LENGTH, Finish, Role, State, TitleBy
from persistence.chat.portable.domain import (
    PortableAnswer,
    PortableConversation,
    PortableMessage,
    UnreadableError,
    ordered,
)
from persistence.chat.portable.evidence_reader import evidence_from_json
from persistence.chat.portable.lamla import FORMAT
from persistence.chat.portable.values import (
    flag_of,
    list_of,
    mapping_of,
    optional_text,
    text_of,
    time_of_text,
    whole_of,
)

_MICROSECOND = timedelta(microseconds=1)
_MOST_TOKENS = 2**32 - 1
# A year, in microseconds.
_MOST_MICROSECONDS = 366 * 86_400 * 1_000_000
_MOST_CODE = 16
_NAME = 200
_KEY = 100
_DETAILS = {f"type.googleapis.com/{m.DESCRIPTOR.full_name}": m for m in (
    BadRequest, ErrorInfo, RetryInfo,
)}  # fmt: skip

E = TypeVar("E", bound=IntEnum)


def conversation_from_json(content: Mapping[str, Any]) -> PortableConversation:
    """Reads what `conversation_to_json` wrote.

    Raises:
        UnreadableError: it is something else.
    """
    if content.get("format") != FORMAT:
        raise UnreadableError("It is of a version that is not known here.")
    messages = ordered(
        [_read_message(one) for one in list_of(content.get("messages"), "Its messages")]
    )
    current_key = optional_text(content.get("current_message_id"), "The current place")
    if current_key is not None and current_key not in {m.key for m in messages}:
        raise UnreadableError("Its current message is not there.")
    title = text_of(content.get("title", ""), "The title", most=TITLE_MAX_LENGTH)
    return PortableConversation(
        title=title,
        title_by=_read_enum(TitleBy, content.get("title_by", "user")),
        create_time=time_of_text(content.get("create_time"), "A time"),
        update_time=time_of_text(content.get("update_time"), "A time"),
        messages=messages,
        pinned=flag_of(content.get("pinned", False), "The pin"),
        archived=flag_of(content.get("archived", False), "Whether it is archived"),
        current_key=current_key,
    )


def _read_message(value: object) -> PortableMessage:
    content = mapping_of(value, "A message")
    role = _read_enum(Role, content.get("role"))
    return PortableMessage(
        key=text_of(content.get("message_id"), "A message's id", most=_KEY),
        parent_key=optional_text(
            content.get("parent_message_id"), "A message's parent", most=_KEY
        ),
        role=role,
        text=text_of(content.get("text"), "A message"),
        create_time=time_of_text(content.get("create_time"), "A message's time"),
        answer=_read_answer(content) if role == Role.ASSISTANT else None,
        evidence=evidence_from_json(content) if role == Role.ASSISTANT else NO_EVIDENCE,
    )


def _read_answer(content: Mapping[str, Any]) -> PortableAnswer:
    state = _read_enum(State, content.get("state", "complete"))
    failure = _read_failure(content.get("failure"))
    if state == State.GENERATING:
        # Nobody generates the copy.
        state = State.INTERRUPTED
        failure = status_of(errors.generation_interrupted()).SerializeToString()
    usage = mapping_of(content.get("usage") or {}, "The usage")
    end_time = content.get("end_time") or content.get("create_time")
    return PortableAnswer(
        state=state,
        end_time=time_of_text(end_time, "An answer's end"),
        finish_reason=_read_enum(Finish, content.get("finish_reason", "unspecified")),
        model=text_of(content.get("model", ""), "A model", most=_NAME),
        provider=text_of(content.get("provider", ""), "A provider", most=_NAME),
        prompt_version=text_of(
            content.get("prompt_version", ""), "A prompt's version", most=100
        ),
        config=_read_config(content.get("config") or {}),
        prompt_tokens=_read_tokens(usage, "prompt_tokens"),
        output_tokens=_read_tokens(usage, "output_tokens"),
        time_to_first_token=_read_duration(usage, "time_to_first_token_us"),
        duration=_read_duration(usage, "duration_us"),
        failure=failure,
    )


def _read_config(value: object) -> dict[str, Any]:
    content = mapping_of(value, "The configuration")
    if not content:
        return {}
    temperature = content.get("temperature")
    if temperature is not None and not (
        isinstance(temperature, int | float)
        and not isinstance(temperature, bool)
        and math.isfinite(temperature)
    ):
        raise UnreadableError("A temperature is not a number.")
    return {
        "model": text_of(content.get("model", ""), "A model", most=_NAME),
        "temperature": temperature,
        "max_output_tokens": whole_of(
            content.get("max_output_tokens", 0), "A length", most=_MOST_TOKENS
        ),
    }


def _read_failure(value: object) -> bytes | None:
    if value is None:
        return None
    content = mapping_of(value, "A failure")
    status = Status(
        code=whole_of(content.get("code"), "A failure's code", most=_MOST_CODE),
        message=text_of(content.get("message", ""), "A failure", most=10_000),
        details=[
            _read_detail(mapping_of(one, "A failure's detail"))
            for one in list_of(content.get("details", []), "A failure's details")
        ],
    )
    stored: bytes = status.SerializeToString()
    return stored


def _read_detail(content: Mapping[str, Any]) -> AnyMessage:
    type_url = text_of(content.get("type_url"), "A detail's type", most=_NAME)
    kind: type[Message] | None = _DETAILS.get(type_url)
    if kind is None:
        raise UnreadableError("A failure's detail is of a type that is not known here.")
    try:
        encoded = text_of(content.get("value"), "A detail", most=20_000)
        value = b64decode(encoded, validate=True)
        kind.FromString(value)
    except (Base64Error, ValueError, DecodeError):
        raise UnreadableError("A failure's detail cannot be decoded.") from None
    return AnyMessage(type_url=type_url, value=value)


def _read_enum(kind: type[E], value: object) -> E:
    if isinstance(value, str) and value.upper() in kind.__members__:
        return kind[value.upper()]
    known = ", ".join(name.lower() for name in kind.__members__)
    raise UnreadableError(f"It has a value that is none of: {known}.")


def _read_tokens(usage: Mapping[str, Any], name: str) -> int | None:
    value = usage.get(name)
    return None if value is None else whole_of(value, "A usage", most=_MOST_TOKENS)


def _read_duration(usage: Mapping[str, Any], name: str) -> timedelta | None:
    value = usage.get(name)
    if value is None:
        return None
    return whole_of(value, "A duration", most=_MOST_MICROSECONDS) * _MICROSECOND
