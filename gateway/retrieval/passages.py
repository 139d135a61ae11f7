"""Which of the found chunks a model is given: the best, within what it can read."""

# ruff: noqa: RUF001 - Letters and marks of many scripts are meant.
from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from gateway.clients.chunks import Chunk
from gateway.domain import Model

# What each kind of model is given at most, in its own tokens. Small ones lose the
# thread, and those that run here read a prompt at some dozens of tokens a second.
SMALL_TOKENS = 450
SMALL_PASSAGES = 2
LOCAL_TOKENS = 1_000
LOCAL_PASSAGES = 4
PASSAGES = 8
# Of the window; the rest is for instructions, conversation and answer.
SHARE = 0.4
# A chunk that has so much less to do with the question than the best one is left out.
RELATIVE_RELEVANCE = 0.5
# Conservative: what is cut off must not be the question.
CHARACTERS_PER_TOKEN = 3.5
BYTES_PER_TOKEN = 2.0


@dataclass(frozen=True, slots=True)
class Room:
    """How much a model is given."""

    tokens: int
    passages: int
    has_context: bool = True


@dataclass(frozen=True, slots=True)
class Block:
    """Text of one page as the model sees it: one chunk, or several that overlap."""

    title: str
    page: int
    text: str


def room_for(
    model: Model | None, question: str, *, most_tokens: int, is_local: bool
) -> Room:
    """Returns how much a model is given with a question.

    Args:
        model: None when nobody knows it.
        most_tokens: For models that can read it.
        is_local: Whether it runs on this machine.
    """
    tokens, passages = most_tokens, PASSAGES
    if model is not None and model.small_built_in:
        tokens, passages = min(tokens, SMALL_TOKENS), SMALL_PASSAGES
    elif is_local:
        tokens, passages = min(tokens, LOCAL_TOKENS), LOCAL_PASSAGES
    if model is not None and model.context_tokens:
        share = int(model.context_tokens * SHARE) - token_estimate(question)
        tokens = max(0, min(tokens, share))
    is_small = model is not None and model.small_built_in
    return Room(tokens, passages, has_context=not is_small)


def choose(
    chunks: Sequence[Chunk], room: Room, relevance: Callable[[Chunk], float]
) -> list[Chunk]:
    """Returns the chunks to give, best first; the best one is always among them."""
    chosen: list[Chunk] = []
    left = room.tokens
    best = max(map(relevance, chunks), default=0.0)
    for chunk in chunks:
        if len(chosen) == room.passages:
            break
        if chosen and relevance(chunk) < RELATIVE_RELEVANCE * best:
            continue
        fitting = _fitting(chunk, left, with_context=room.has_context)
        if fitting is None:
            if chosen:
                continue
            fitting = _cut(chunk, left)
        chosen.append(fitting)
        left -= token_estimate(fitting.context)
    return chosen


def blocks_of(chunks: Sequence[Chunk]) -> list[Block]:
    """Returns what the model reads; contexts of one page that overlap become one."""
    spans: list[tuple[Chunk, int, str]] = []
    for chunk in chunks:
        start, text = chunk.context_start, chunk.context
        for n, (other, other_start, other_text) in enumerate(spans):
            end, other_end = start + len(text), other_start + len(other_text)
            is_near = (chunk.document_id, chunk.page) == (other.document_id, other.page)
            if is_near and start <= other_end and other_start <= end:
                spans[n] = (other, *_joined(start, text, other_start, other_text))
                break
        else:
            spans.append((chunk, start, text))
    return [Block(_title(chunk), chunk.page, text) for chunk, _, text in spans]


def token_estimate(text: str) -> int:
    """Returns roughly how many tokens a text has, rather too many than too few."""
    size = len(text.encode())
    others = size - sum(character < "\x80" for character in text)
    ascii_ = size - others
    return int(ascii_ / CHARACTERS_PER_TOKEN + others / BYTES_PER_TOKEN) + 1


def _fitting(chunk: Chunk, tokens: int, *, with_context: bool) -> Chunk | None:
    if with_context and token_estimate(chunk.context) <= tokens:
        return chunk
    if token_estimate(chunk.text) <= tokens:
        return replace(chunk, context=chunk.text, context_start=chunk.start)
    return None


def _cut(chunk: Chunk, tokens: int) -> Chunk:
    text = chunk.text
    while len(text) > 1 and token_estimate(text) > tokens:
        text = text[: int(len(text) * 0.8)]
    return replace(chunk, context=text, context_start=chunk.start)


def _joined(start: int, text: str, other_start: int, other: str) -> tuple[int, str]:
    if start > other_start:
        start, text, other_start, other = other_start, other, start, text
    overlap = start + len(text) - other_start
    return start, text + other[max(overlap, 0) :]


def _title(chunk: Chunk) -> str:
    return " › ".join([chunk.document_title, *chunk.headings])
