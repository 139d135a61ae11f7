"""How long tokens wait for others, and what never waits."""

from __future__ import annotations

import asyncio

import pytest

from llm_worker import hold as module
from llm_worker.domain import Finished, FinishReason, Started, Tokens, Usage
from llm_worker.event_log import EventLog
from llm_worker.hold import Hold
from mesh.errors import invalid
from tests.llm_worker.eventually import eventually

USAGE = Usage(0, 0, None, 0)


def log_while(running):
    """Makes a started log in a process with so many generations."""
    log = EventLog(Hold(lambda: running))
    log.start("p", "m", 0)
    return log


async def read(log, into):
    """Reads a log to its end, into a list of events with the time of each."""
    async for event in log.follow(0):
        into.append((asyncio.get_running_loop().time(), event))


class Reading:
    """Reads logs, each from the moment it is called with it."""

    def __init__(self):
        self._tasks = []

    def __call__(self, log):
        events = []
        self._tasks.append(asyncio.create_task(read(log, events)))
        return events

    async def ended(self):
        """Waits until all were read to their ends."""
        await asyncio.gather(*self._tasks, return_exceptions=True)


@pytest.fixture
async def reading():
    """Begins to read logs; waits for their ends after the test."""
    reading = Reading()
    yield reading
    await reading.ended()


@pytest.mark.parametrize(
    ("running", "seconds"),
    [(0, 0), (1, 0), (8, 0), (9, 0.02), (100, 0.02), (101, 0.05), (5_000, 0.05)],
)
def test_the_hold_grows_with_the_load(running, seconds):
    """
    Nothing waits while few generations run; at most three frames do while many run.
    """
    assert seconds == Hold(lambda: running).seconds


async def test_few_generations_hold_nothing(reading):
    """
    Each token is an event, as soon as it is there.
    """
    log = log_while(8)
    events = reading(log)
    for n in range(5):
        log.append(f"{n}", 1)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    log.finish(FinishReason.STOP, USAGE)
    await reading.ended()

    assert ["0", "1", "2", "3", "4"] == [event.text for _, event in events[1:-1]]


async def test_the_first_token_comes_at_once_and_later_ones_together(reading):
    """
    Whatever the load; what comes within the hold is one event.
    """
    log = log_while(1_000)
    events = reading(log)
    log.append("0", 1)
    await eventually(lambda: len(events) == 2)
    began = asyncio.get_running_loop().time()
    for n in range(1, 6):
        log.append(f"{n}", 1)
    early = [event for _, event in events]
    await eventually(lambda: len(events) > 2)
    times, late = zip(*events, strict=True)

    assert (Started(1, "p", "m", 0), Tokens(2, "0", 0, 1)) == tuple(early)
    assert Tokens(3, "12345", 1, 5) == late[2]
    assert times[2] - began > 0.04
    log.finish(FinishReason.STOP, USAGE)


async def test_the_end_does_not_wait(reading):
    """
    What is held comes before it, at once: after an answer and after a failure.
    """
    finished, failed = log_while(1_000), log_while(1_000)
    events = [reading(finished), reading(failed)]
    for log in (finished, failed):
        log.append("a", 1)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        log.append("b", 1)
    finished.finish(FinishReason.STOP, USAGE)
    failed.fail(lambda: invalid("f", "d"))
    await reading.ended()

    for one in events:
        assert ["a", "b"] == [e.text for _, e in one if isinstance(e, Tokens)]
    assert isinstance(events[0][-1][1], Finished)


async def test_a_reader_that_comes_later_sees_the_same_events(reading):
    """
    What is held is nobody's yet; who comes meanwhile waits for it with the others.
    """
    log = log_while(1_000)
    first = reading(log)
    log.append("a", 1)
    await eventually(lambda: len(first) == 2)
    log.append("b", 1)
    second = reading(log)
    await asyncio.sleep(0)
    log.append("c", 1)
    await eventually(lambda: len(first) == len(second) == 3)
    log.finish(FinishReason.STOP, USAGE)
    await reading.ended()

    assert [event for _, event in first] == [event for _, event in second]
    assert [Tokens(2, "a", 0, 1), Tokens(3, "bc", 1, 2)] == [e for _, e in first][1:-1]


async def test_what_nobody_reads_travels_as_one(reading):
    """
    A reader that attaches after a while gets the tokens of that while in one event.
    """
    log = log_while(1_000)
    for n in range(4):
        log.append(f"{n}", 1)
        await asyncio.sleep(0.03)
    log.finish(FinishReason.STOP, USAGE)
    events = reading(log)
    await reading.ended()

    assert ["0123"] == [e.text for _, e in events if isinstance(e, Tokens)]


async def test_one_timer_serves_all(monkeypatch):
    """
    A hundred answers cost no hundred timers, and none waits longer than the hold.
    """
    loop = asyncio.get_running_loop()
    armed = []

    class Counting:
        """The loop, with its timers counted."""

        time = loop.time

        def call_at(self, when, callback):
            armed.append(when)
            return loop.call_at(when, callback)

    monkeypatch.setattr(module.asyncio, "get_running_loop", Counting)
    hold = Hold(lambda: 100)
    waited = []
    for _ in range(100):
        began = loop.time()
        hold.schedule(lambda b=began: waited.append(loop.time() - b), 0.02)
    await eventually(lambda: len(waited) == 100)

    assert max(waited) < 1
    assert len(armed) < 5
