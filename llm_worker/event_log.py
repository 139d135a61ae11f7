"""The events of one generation: numbered once, read by any number of readers.

Text is numbered when it need not wait any more and a reader is ready to take it, so
what arrives while all readers are busy travels as one event.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable

from llm_worker.domain import (
    AttemptChanged,
    Event,
    Finished,
    FinishReason,
    Started,
    Tokens,
    Usage,
)
from llm_worker.hold import Hold
from mesh.errors import ServiceError

Failure = Callable[[], ServiceError]


class EventLog:
    """Grows at one end; is closed once, by `finish` or by `fail`.

    Attributes:
        characters: How much text was appended, in Unicode code points.
        tokens: How many tokens it holds.
    """

    def __init__(self, hold: Hold) -> None:
        self.characters = 0
        self.tokens = 0
        self._events: list[Event] = []
        self._offset = 0
        self._pending: list[str] = []
        self._pending_tokens = 0
        self._hold = hold
        self._has_text = False
        self._is_held = False
        self._is_due = False
        self._failure: Failure | None = None
        self._is_closed = False
        self._waiters: list[asyncio.Future[None]] = []

    @property
    def is_started(self) -> bool:
        """Whether a provider has accepted the prompt."""
        return bool(self._events)

    @property
    def is_closed(self) -> bool:
        """Whether nothing more will come."""
        return self._is_closed

    def start(self, provider: str, model: str, dropped_messages: int) -> None:
        """Adds the first event."""
        self._events.append(Started(1, provider, model, dropped_messages))
        self._wake()

    def change_attempt(
        self, attempt: int, provider: str, model: str, cause: str
    ) -> None:
        """Says that another provider begins anew; what was there before is void."""
        self._number_pending()
        sequence = len(self._events) + 1
        self._events.append(
            AttemptChanged(sequence, attempt, provider, model, 0, cause)
        )
        self._offset = self.tokens = 0
        self._wake()

    def append(self, text: str, token_count: int) -> None:
        """Adds text."""
        self._pending.append(text)
        self._pending_tokens += token_count
        self.tokens += token_count
        self.characters += len(text)
        if self._is_held:
            return
        seconds = self._hold.seconds if self._has_text else 0.0
        self._has_text = True
        if seconds > 0 and not self._is_due:
            self._is_held = True
            self._hold.schedule(self._release, seconds)
        else:
            self._release()

    def finish(self, reason: FinishReason, usage: Usage) -> None:
        """Adds the last event."""
        self._number_pending()
        self._events.append(Finished(len(self._events) + 1, reason, usage))
        self._close()

    def fail(self, failure: Failure) -> None:
        """Ends every reader with the error that `failure` makes, now and later."""
        self._number_pending()
        self._failure = failure
        self._close()

    async def follow(self, after: int) -> AsyncGenerator[Event, None]:
        """Yields the events with a sequence above `after`, as they come, to the end.

        Raises:
            ServiceError: what the log was closed with.
        """
        events = self._events
        while True:
            if self._is_due and after >= len(events):
                self._number_pending()
            while after < len(events):
                yield events[after]
                after += 1
            if self._is_due:
                continue
            if self._is_closed:
                break
            await self._more()
        if self._failure is not None:
            raise self._failure()

    def _release(self) -> None:
        self._is_held = False
        if self._pending:
            self._is_due = True
            if self._waiters:
                self._wake()

    def _number_pending(self) -> None:
        self._is_due = False
        if not self._pending:
            return
        text = "".join(self._pending)
        self._events.append(
            Tokens(len(self._events) + 1, text, self._offset, self._pending_tokens)
        )
        self._offset += len(text)
        self._pending.clear()
        self._pending_tokens = 0

    async def _more(self) -> None:
        waiter = asyncio.get_running_loop().create_future()
        self._waiters.append(waiter)
        await waiter

    def _wake(self) -> None:
        for waiter in self._waiters:
            if not waiter.done():
                waiter.set_result(None)
        self._waiters.clear()

    def _close(self) -> None:
        self._is_closed = True
        self._wake()
