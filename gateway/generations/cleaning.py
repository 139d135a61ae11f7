"""Takes the marks of passages out of what llm_worker tells, before it is written.

Whatever is numbered, stored or compared afterwards is the text without them, so offsets
are right for every reader, and a writer that takes over comes to the same text.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace

from gateway.citations.passage_marks import PassageMarks, are_ambiguous
from gateway.clients.worker import ProviderFinished, WorkerEvent
from gateway.events import AttemptChanged, Tokens
from gateway.generations.plan import Prepared


def marks_of(prepared: Prepared, before: str) -> PassageMarks | None:
    """Returns what takes them out; None: there are none, or the documents' own.

    Args:
        before: What the answer begins with.
    """
    if prepared.grounding is None or not prepared.chunks:
        return None
    texts = [prepared.question, *(chunk.context for chunk in prepared.chunks)]
    if are_ambiguous(texts):
        return None
    return PassageMarks(len(prepared.grounding.passages), before)


async def without_marks(
    events: AsyncGenerator[WorkerEvent, None], marks: PassageMarks
) -> AsyncGenerator[WorkerEvent, None]:
    """Yields what llm_worker tells, with shorter texts."""
    async with aclosing(events):
        async for event in events:
            match event.body:
                case Tokens(text=text) as tokens:
                    yield event._replace(body=tokens._replace(text=marks.feed(text)))
                case AttemptChanged(replace_from_offset=offset) as changed:
                    body = replace(changed, replace_from_offset=marks.cut(offset))
                    yield event._replace(body=body)
                case ProviderFinished():
                    if rest := marks.end():
                        yield WorkerEvent(event.sequence, Tokens(rest, 0, 0))
                    yield event
                case _:
                    yield event
