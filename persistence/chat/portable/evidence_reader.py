"""Reads the evidence of an answer from Lamla's own form."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from mesh.ids import uuid7
from persistence.chat.evidence.domain import (
    NO_EVIDENCE,
    Citation,
    Claim,
    Evidence,
    Grounding,
    Passage,
)
from persistence.chat.portable.domain import MESSAGE_CHARACTERS, UnreadableError
from persistence.chat.portable.values import list_of, mapping_of, text_of, whole_of

_STATES = 3
_SUPPORTS = 3
_TITLE = 1_000
_QUERY = 40_000
_QUOTE = 100_000
_MOST = 1_000
_MOST_PLACE = 2**31 - 1


def evidence_from_json(content: Mapping[str, Any]) -> Evidence:
    """Reads what an answer rests on; its citations get new ids.

    Raises:
        UnreadableError: it is something else.
    """
    grounding = content.get("grounding")
    if grounding is None:
        return NO_EVIDENCE
    ids: dict[str, UUID] = {}
    citations = [
        _citation(mapping_of(one, "A citation"), ids)
        for one in _few(content.get("citations", []), "The citations")
    ]
    claims = [
        _claim(mapping_of(one, "A claim"), ids)
        for one in _few(content.get("claims", []), "The claims")
    ]
    return Evidence(
        _grounding(mapping_of(grounding, "The grounding")), citations, claims
    )


def _grounding(content: Mapping[str, Any]) -> Grounding:
    passages = _few(content.get("passages", []), "The passages")
    return Grounding(
        state=whole_of(content.get("state"), "A grounding's state", most=_STATES),
        query=text_of(content.get("query", ""), "A query", most=_QUERY),
        passages=[_passage(mapping_of(one, "A passage")) for one in passages],
        index_version=text_of(content.get("index_version", ""), "An index", most=400),
    )


def _passage(content: Mapping[str, Any]) -> Passage:
    return Passage(
        chunk_id=_id(content.get("chunk_id")),
        document_id=_id(content.get("document_id")),
        document_title=text_of(content.get("document_title"), "A title", most=_TITLE),
        page=_place(content.get("page")),
    )


def _citation(content: Mapping[str, Any], ids: dict[str, UUID]) -> Citation:
    key = text_of(content.get("citation_id"), "A citation's id", most=100)
    ids[key] = uuid7()
    return Citation(
        id=ids[key],
        answer_start=_place(content.get("answer_start")),
        answer_end=_place(content.get("answer_end")),
        chunk_id=_id(content.get("chunk_id")),
        document_id=_id(content.get("document_id")),
        document_title=text_of(content.get("document_title"), "A title", most=_TITLE),
        page=_place(content.get("page")),
        source_start=_place(content.get("source_start")),
        source_end=_place(content.get("source_end")),
        quote=text_of(content.get("quote"), "A quotation", most=_QUOTE),
        score=_score(content.get("score")),
    )


def _claim(content: Mapping[str, Any], ids: Mapping[str, UUID]) -> Claim:
    keys = [
        text_of(one, "A citation's id", most=100)
        for one in _few(content.get("citation_ids", []), "A claim's citations")
    ]
    return Claim(
        answer_start=_answer_place(content.get("start")),
        answer_end=_answer_place(content.get("end")),
        support=whole_of(content.get("support"), "A claim's support", most=_SUPPORTS),
        score=_score(content.get("score")),
        citation_ids=[ids[key] for key in keys if key in ids],
    )


def _few(value: object, what: str) -> list[Any]:
    values = list_of(value, what)
    if len(values) > _MOST:
        raise UnreadableError(f"{what} are more than {_MOST}.")
    return values


def _place(value: object) -> int:
    return whole_of(value, "A place", most=_MOST_PLACE)


def _answer_place(value: object) -> int:
    return whole_of(value, "A place", most=MESSAGE_CHARACTERS)


def _score(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise UnreadableError("A score is not a number.")
    if not math.isfinite(value) or not 0 <= value <= 1:
        raise UnreadableError("A score is out of range.")
    return float(value)


def _id(value: object) -> UUID:
    try:
        return UUID(text_of(value, "An id", most=64))
    except ValueError:
        raise UnreadableError("An id is not a UUID.") from None
