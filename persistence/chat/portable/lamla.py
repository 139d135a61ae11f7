"""Lamla's own form, `lamla.conversation/1`: everything that is known, as JSON.

One object for a conversation; its messages lie flat, in order, with the id of what each
follows. Times are RFC 3339 in UTC, lengths of time in microseconds. A reader ignores
members that it does not know; a change of meaning makes another version.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from google.rpc.status_pb2 import Status  # type: ignore[import-untyped]

from persistence.chat.evidence.domain import (
    Citation,
    Evidence,
    claims_stored,
    grounding_stored,
)
from persistence.chat.models import (
    Conversation,
    Finish,
    Generation,
    Role,
    State,
    TitleBy,
)
from persistence.chat.turns.domain import Answer

FORMAT = "lamla.conversation/1"
FAMILY = "lamla.conversation/"

_MICROSECOND = timedelta(microseconds=1)


def conversation_to_json(row: Conversation, answers: Iterable[Answer]) -> str:
    """Writes a conversation with all its messages."""
    content = {
        "format": FORMAT,
        "conversation_id": str(row.id),
        "title": row.title,
        "title_by": TitleBy(row.title_by).name.lower(),
        "create_time": _time(row.create_time),
        "update_time": _time(row.update_time),
        "pinned": row.pinned,
        "archived": row.archived,
        "current_message_id": _id(row.current_message_id),
        "messages": [_message(answer) for answer in answers],
    }
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def _message(answer: Answer) -> dict[str, Any]:
    row = answer.message
    message = {
        "message_id": str(row.id),
        "parent_message_id": _id(row.parent_id),
        "role": Role(row.role).name.lower(),
        "text": answer.text,
        "create_time": _time(row.create_time),
    }
    if row.generation is not None:
        message |= _answer(row.generation) | _evidence(answer.evidence)
    return message


def _answer(row: Generation) -> dict[str, Any]:
    return {
        "generation_id": str(row.id),
        "state": State(row.state).name.lower(),
        "finish_reason": Finish(row.finish_reason).name.lower(),
        "model": row.model,
        "provider": row.provider,
        "prompt_version": row.prompt_version,
        "config": row.config,
        "end_time": _time(row.end_time),
        "usage": _usage(row),
        "failure": _failure(row.failure),
    }


def _evidence(evidence: Evidence) -> dict[str, Any]:
    grounding = evidence.grounding
    return {
        "grounding": None if grounding is None else grounding_stored(grounding),
        "citations": [_citation(citation) for citation in evidence.citations],
        "claims": claims_stored(evidence.claims),
    }


def _citation(citation: Citation) -> dict[str, Any]:
    return {
        "citation_id": str(citation.id),
        "answer_start": citation.answer_start,
        "answer_end": citation.answer_end,
        "chunk_id": str(citation.chunk_id),
        "document_id": str(citation.document_id),
        "document_title": citation.document_title,
        "page": citation.page,
        "source_start": citation.source_start,
        "source_end": citation.source_end,
        "quote": citation.quote,
        "score": citation.score,
    }


def _usage(row: Generation) -> dict[str, Any] | None:
    if row.prompt_tokens is None or row.output_tokens is None:
        return None
    return {
        "prompt_tokens": row.prompt_tokens,
        "output_tokens": row.output_tokens,
        "time_to_first_token_us": _microseconds(row.time_to_first_token),
        "duration_us": _microseconds(row.duration),
    }


def _failure(stored: bytes | memoryview | None) -> dict[str, Any] | None:
    if stored is None:
        return None
    status = Status.FromString(bytes(stored))
    return {
        "code": status.code,
        "message": status.message,
        "details": [
            {"type_url": one.type_url, "value": b64encode(one.value).decode()}
            for one in status.details
        ],
    }


def _microseconds(duration: timedelta | None) -> int | None:
    return None if duration is None else duration // _MICROSECOND


def _time(time: datetime | None) -> str | None:
    return None if time is None else time.isoformat().replace("+00:00", "Z")


def _id(value: object) -> str | None:
    return None if value is None else str(value)
