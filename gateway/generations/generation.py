"""One answer in memory: its numbered events, its text, and those who read it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from gateway.domain import GenerationView, State
from gateway.events import (
    AttemptChanged,
    Body,
    Cancelled,
    Completed,
    Event,
    Failed,
    Heartbeat,
    Outcome,
    Snapshot,
    Started,
    Tokens,
)
from gateway.evidence import Citation, Claim, Grounding
from gateway.generations.findings import Findings
from gateway.generations.text import Text

# Events are dropped in lumps of this part of what is kept, not one by one.
SLACK = 8
# What an event takes besides its text, roughly.
EVENT_BYTES = 250


class GenerationMovedError(Exception):
    """Another process writes the generation now: look for it there."""


class Generation:
    """The one order of events of an answer.

    One writer appends; any number of readers follow, each with a cursor of its own, so
    that a slow one holds up nobody and costs nothing. A reader whose events are not
    kept any more gets a snapshot.

    Attributes:
        owner_id: The user it belongs to.
        text: The answer so far.
        findings: What it rests on, so far.
        watch: Told of each piece of text and each cut; None while nobody wants to know.
        token_count: How many of the model's tokens the text holds.
        last_sequence: Of the last event.
        outcome: How it ended; None while it runs.
    """

    def __init__(
        self,
        view: GenerationView,
        *,
        owner_id: UUID,
        started: Started,
        kept_events: int,
        heartbeat_seconds: float,
    ) -> None:
        """Begins after what `view` holds; `started` is what is known so far."""
        self.id = view.id
        self.owner_id = owner_id
        self.text = Text(view.text)
        self.findings = Findings(view.evidence)
        self.watch: Callable[[Tokens | AttemptChanged], None] | None = None
        self.token_count = 0
        self.last_sequence = view.last_sequence
        self.outcome: Outcome | None = None
        self.has_moved = False
        self.last_append = 0.0
        self._view = view
        self._started = started
        self._first = view.last_sequence + 1  # The sequence of the first event kept.
        self._events: list[Event] = []
        self._kept_events = kept_events
        self._heartbeat_seconds = heartbeat_seconds
        self._changed = asyncio.Event()

    @property
    def started(self) -> Started:
        """Its ids and the model that answers, as far as known."""
        return self._started

    @property
    def view(self) -> GenerationView:
        """Where it stands."""
        live = replace(
            self._view,
            text=str(self.text),
            last_sequence=self.last_sequence,
            model=self._started.model,
            provider=self._started.provider,
            evidence=self.findings.all,
        )
        match self.outcome:
            case None:
                return live
            case Completed(finish_reason=reason, usage=usage):
                return replace(
                    live, state=State.COMPLETE, finish_reason=reason, usage=usage
                )
            case Cancelled(usage=usage):
                return replace(live, state=State.CANCELLED, usage=usage)
            case Failed(error=error, usage=usage):
                return replace(live, state=self._view.state, usage=usage, failure=error)

    @property
    def size_bytes(self) -> int:
        """What it takes in memory, roughly."""
        return 4 * self.text.length + EVENT_BYTES * len(self._events)

    def identify(self, *, model: str, provider: str) -> None:
        """Notes who really answers, for `view` and snapshots."""
        self._started = replace(self._started, model=model, provider=provider)

    def append(self, body: Body) -> None:
        """Gives `body` the next place and wakes the readers."""
        match body:
            case Tokens():
                self.text.append(body.text)
                self.token_count += body.token_count
            case Grounding() | Citation() | Claim():
                self.findings.add(body)
            case AttemptChanged():
                self.text.cut(body.replace_from_offset)
                self.findings.cut(body.replace_from_offset)
                self.identify(model=body.model, provider=body.provider)
        self.last_sequence += 1
        self._events.append(Event(self.id, self.last_sequence, body))
        if len(self._events) > self._kept_events + self._kept_events // SLACK:
            surplus = len(self._events) - self._kept_events
            del self._events[:surplus]
            self._first += surplus
        self.last_append = asyncio.get_running_loop().time()
        self.wake()
        if self.watch is not None and isinstance(body, Tokens | AttemptChanged):
            self.watch(body)

    def end(self, outcome: Outcome, state: State) -> None:
        """Appends the last event."""
        self._view = replace(self._view, state=state)
        self.outcome = outcome
        self.append(outcome)

    def move(self) -> None:
        """Sends the readers to look for it elsewhere."""
        self.has_moved = True
        self.wake()

    def wake(self) -> None:
        """Lets every reader look again."""
        self._changed.set()
        self._changed.clear()

    async def ended(self) -> None:
        """Waits for the last event.

        Raises:
            GenerationMovedError: it will not come here.
        """
        while self.outcome is None:
            if self.has_moved:
                raise GenerationMovedError
            await self._changed.wait()

    async def follow(self, after: int) -> AsyncGenerator[Event, None]:
        """Yields the events above `after`, then live, up to the last one.

        Raises:
            GenerationMovedError: another process writes it now.
        """
        clock = asyncio.get_running_loop().time
        cursor, sent = after, clock()
        while True:
            event = self._next(cursor)
            if event is not None:
                yield event
                cursor, sent = event.sequence, clock()
                if self.outcome is not None and cursor == self.last_sequence:
                    return
            elif self.has_moved:
                raise GenerationMovedError
            elif clock() - sent >= self._heartbeat_seconds:
                yield Event(self.id, 0, Heartbeat(datetime.now(UTC)))
                sent = clock()
            else:
                await self._changed.wait()

    def _next(self, cursor: int) -> Event | None:
        if self._first - 1 <= cursor < self.last_sequence:
            return self._events[cursor + 1 - self._first]
        if cursor == self.last_sequence and self.outcome is None:
            return None
        if self.outcome is not None and cursor >= self.last_sequence - 1:
            return self._events[-1]  # Who has everything still gets the outcome.
        # Too old, or ahead of this writer: what a former one sent and never stored.
        body = Snapshot(
            started=self._started,
            text=str(self.text),
            token_count=self.token_count,
            evidence=self.findings.all,
        )
        sequence = self.last_sequence - (self.outcome is not None)
        return Event(self.id, sequence, body)
