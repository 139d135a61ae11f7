"""Answers a message in one piece, for callers that cannot read a stream."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import dataclass, field

from gateway.domain import Answer, GenerationView, Question, State
from gateway.events import (
    AttemptChanged,
    Cancelled,
    Completed,
    Event,
    Failed,
    Snapshot,
    Started,
    Tokens,
)
from gateway.evidence import NO_EVIDENCE, Citation, Claim, Grounding
from gateway.flows.answer_message import AnswerMessage
from gateway.generations.findings import Findings
from mesh.errors import deadline_exceeded


@dataclass
class Draft:
    """An answer as far as its events have come."""

    started: Started | None = None
    pieces: list[str] = field(default_factory=list)
    findings: Findings = field(default_factory=lambda: Findings(NO_EVIDENCE))
    answer: Answer | None = None

    def add(self, event: Event) -> None:
        """Takes one event in.

        Raises:
            ServiceError: what made the answer fail.
        """
        match event.body:
            case Tokens(text=text):
                self.pieces.append(text)
            case Started():
                self.started = event.body
            case Grounding() | Citation() | Claim():
                self.findings.add(event.body)
            case Snapshot(started=started, text=text, evidence=evidence):
                self.started, self.pieces = started, [text]
                self.findings = Findings(evidence)
            case AttemptChanged(replace_from_offset=offset):
                self.pieces = ["".join(self.pieces)[:offset]]
                self.findings.cut(offset)
            case Failed(error=error):
                raise error
            case Completed() | Cancelled():
                self._end(event, event.body)

    def _end(self, event: Event, outcome: Completed | Cancelled) -> None:
        if self.started is None:
            raise AssertionError("A stream begins with started or snapshot.")
        reason = outcome.finish_reason if isinstance(outcome, Completed) else None
        view = GenerationView(
            id=event.generation_id,
            conversation_id=self.started.conversation_id,
            user_message_id=self.started.user_message_id,
            answer_message_id=self.started.answer_message_id,
            state=State.COMPLETE if reason else State.CANCELLED,
            text="".join(self.pieces),
            last_sequence=event.sequence,
            finish_reason=reason,
            usage=outcome.usage,
            model=self.started.model,
            provider=self.started.provider,
            evidence=self.findings.all,
        )
        self.answer = Answer(
            view=view,
            prompt_version=self.started.prompt_version,
            create_time=self.started.start_time,
        )


class Reply:
    """The same flow as a stream, awaited to its end."""

    def __init__(self, answer: AnswerMessage, *, timeout_seconds: float) -> None:
        self._answer = answer
        self._timeout_seconds = timeout_seconds

    async def __call__(self, question: Question) -> Answer:
        """Returns the whole answer; the generation goes on when nobody waits.

        Raises:
            ServiceError: those of `AnswerMessage`; what made the answer fail;
                `DEADLINE_EXCEEDED` when it takes too long.
        """
        draft = Draft()
        timeout = asyncio.timeout(self._timeout_seconds)
        try:
            async with timeout, aclosing(self._answer(question)) as events:
                async for event in events:
                    draft.add(event)
        except TimeoutError as error:
            if timeout.expired():
                raise deadline_exceeded() from error
            raise
        if draft.answer is None:
            raise AssertionError("A stream ends with an outcome or an error.")
        return draft.answer
