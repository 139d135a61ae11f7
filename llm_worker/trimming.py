"""Makes a prompt fit a context window by leaving out its oldest droppable messages."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from llm_worker.domain import Prompt, Role

Count = Callable[[Prompt], Awaitable[int]]


@dataclass(frozen=True, slots=True)
class Fitted:
    """A prompt that fits.

    Attributes:
        tokens: Its size by the model's own count.
    """

    prompt: Prompt
    dropped_messages: int
    tokens: int


def choices(prompt: Prompt) -> list[int]:
    """Returns how many of the oldest droppable messages may go, ascending from 0.

    An answer goes with its question: chat templates refuse a history that begins with
    an answer.
    """
    roles = [message.role for message in prompt.messages if message.may_drop]
    starts = (n for n in range(1, len(roles)) if roles[n] != Role.ASSISTANT)
    return [0, *starts, len(roles)] if roles else [0]


def without_oldest(prompt: Prompt, count: int) -> Prompt:
    """Returns `prompt` without the `count` oldest messages that may be dropped."""
    kept = []
    for message in prompt.messages:
        if message.may_drop and count > 0:
            count -= 1
        else:
            kept.append(message)
    return replace(prompt, messages=tuple(kept))


async def fit(prompt: Prompt, count: Count, limit: int) -> Fitted | None:
    """Leaves out as little as needed to have at most `limit` tokens.

    Asks `count` a logarithmic number of times. None when even without all that may be
    dropped it is too long.
    """

    async def attempt(dropped: int) -> Fitted:
        shorter = without_oldest(prompt, dropped)
        return Fitted(shorter, dropped, await count(shorter))

    best = await attempt(0)
    if best.tokens <= limit:
        return best
    options = choices(prompt)[1:]
    best = await attempt(options[-1]) if options else best
    if best.tokens > limit:
        return None
    options.pop()
    while options:
        middle = len(options) // 2
        tried = await attempt(options[middle])
        if tried.tokens <= limit:
            best, options = tried, options[:middle]
        else:
            options = options[middle + 1 :]
    return best
