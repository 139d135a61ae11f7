"""Follows a generation to its end, wherever it is written, through crashes too."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog
from lamla.errors.v1.error_reason_pb2 import ErrorReason

from gateway.clients.gateways import Gateways
from gateway.clients.worker import Job
from gateway.domain import Located, Usage
from gateway.events import Event, Failed, Heartbeat, Outcome
from gateway.flows.find_generation import Elsewhere, Ended, FindGeneration, Here
from gateway.flows.patience import PASSING, Patience, unreachable
from gateway.flows.stored_events import stored_events
from gateway.generations.generation import GenerationMovedError
from gateway.generations.plan import Plan
from mesh.errors import ServiceError

log = structlog.get_logger()

# So many times the time between heartbeats a writer elsewhere may be silent.
MISSED_HEARTBEATS = 2.5


@dataclass
class Reader:
    """How far one stream has come.

    Attributes:
        cursor: The sequence of the last event it was sent.
        count: How many events it was sent.
        sent: When the last one was, by the loop's clock.
        has_begun: Whether it was sent anything, heartbeats included.
    """

    generation_id: str
    cursor: int
    sent: float
    count: int = 0
    has_begun: bool = False

    def note(self, event: Event) -> None:
        """Notes that `event` was sent."""
        self.count += 1
        self.has_begun = True
        self.cursor = event.sequence or self.cursor
        self.sent = asyncio.get_running_loop().time()


class FollowGeneration:
    """Yields the events after a given one, up to the outcome.

    Where the writer is gone, the stream waits, with heartbeats, until another process
    (perhaps this one) has taken over. A stream that cannot follow any more ends with
    a status and without an outcome: the client resumes.
    """

    def __init__(
        self,
        *,
        find: FindGeneration,
        gateways: Gateways,
        patience_seconds: float,
        heartbeat_seconds: float,
    ) -> None:
        """`patience_seconds`: how long to wait for a writer that shows no life."""
        self._find = find
        self._gateways = gateways
        self._patience_seconds = patience_seconds
        self._heartbeat_seconds = heartbeat_seconds
        self._silence_seconds = MISSED_HEARTBEATS * heartbeat_seconds

    async def __call__(
        self,
        generation_id: str,
        *,
        after: int,
        known: Located | None = None,
        plan: Plan | Job | None = None,
        is_relayed: bool = False,
    ) -> AsyncGenerator[Event, None]:
        """Follows a generation of the calling user.

        Args:
            known: What the store has just said, if it has.
            plan: How to begin it again, should nothing of it have been kept.
            is_relayed: Whether another gateway asks, which then does the waiting.

        Raises:
            ServiceError: `GENERATION_NOT_FOUND`, or what keeps it from being read.
        """
        clock = asyncio.get_running_loop().time
        reader = Reader(generation_id, after, clock())
        patience = Patience(self._patience_seconds)
        while True:
            count = reader.count
            try:
                async with aclosing(
                    self._once(reader, known=known, plan=plan, is_relayed=is_relayed)
                ) as events:
                    async for event in events:
                        yield event
                        reader.note(event)
                        if isinstance(event.body, Outcome):
                            return
            except GenerationMovedError:
                pass
            except ServiceError as error:
                if reader.has_begun and _is_deleted(error):
                    yield _deletion(reader, error)
                    return
                passes = error.reason in PASSING and not is_relayed
                if not passes or not reader.has_begun:
                    raise
            known = None
            if reader.count > count:
                patience.renew()
            await patience.wait()
            if clock() - reader.sent >= self._heartbeat_seconds:
                yield Event(generation_id, 0, Heartbeat(datetime.now(UTC)))
                reader.sent, reader.has_begun = clock(), True

    async def _once(
        self,
        reader: Reader,
        *,
        known: Located | None,
        plan: Plan | Job | None,
        is_relayed: bool,
    ) -> AsyncGenerator[Event, None]:
        match await self._find(reader.generation_id, known=known, plan=plan):
            case Here() as here:
                async with aclosing(here.generation.follow(reader.cursor)) as events:
                    async for event in events:
                        yield event
            case Ended(located):
                for event in stored_events(located, reader.cursor):
                    yield event
            case Elsewhere(endpoint) if not is_relayed:
                async with aclosing(self._relay(endpoint, reader)) as events:
                    async for event in events:
                        yield event
            case _ if is_relayed:
                raise unreachable()

    async def _relay(
        self, endpoint: str, reader: Reader
    ) -> AsyncGenerator[Event, None]:
        id_, after = reader.generation_id, reader.cursor
        try:
            relayed = self._gateways.resume(endpoint, id_, after=after)
            async with aclosing(relayed) as events:
                while True:
                    async with asyncio.timeout(self._silence_seconds):
                        event = await anext(events, None)
                    if event is None:
                        return
                    yield event
        except TimeoutError as error:
            # Its connection lives and it sends no heartbeats: it hangs.
            log.warning("relay_silent", generation_id=id_, endpoint=endpoint)
            raise GenerationMovedError from error
        except ServiceError as error:
            if error.reason in PASSING:
                raise GenerationMovedError from error
            raise


def _is_deleted(error: ServiceError) -> bool:
    return error.reason == ErrorReason.ERROR_REASON_GENERATION_NOT_FOUND


def _deletion(reader: Reader, error: ServiceError) -> Event:
    body = Failed(error=error, usage=Usage(), text_length=0)
    return Event(reader.generation_id, reader.cursor + 1, body)
