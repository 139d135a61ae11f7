"""Small things that wait: the watchdog, the capacity, the bridge."""

from __future__ import annotations

import asyncio
import threading

import pytest

from llm_worker.providers.bridge import Bridge
from llm_worker.providers.capacity import Capacity
from llm_worker.watchdog import Watchdog


@pytest.fixture
async def watchdog():
    """A watchdog that is stopped after the test."""
    watchdog = Watchdog()
    yield watchdog
    watchdog.stop()


class TestWatchdog:
    async def test_bites_when_a_wait_takes_too_long(self, watchdog):
        """
        The wait ends with `TimeoutError`, and the task goes on.
        """
        with pytest.raises(TimeoutError):
            await watchdog.wait(asyncio.sleep(60), 0.05)
        task = asyncio.current_task()
        assert task is not None
        assert 0 == task.cancelling()
        assert 1 == await watchdog.wait(asyncio.sleep(0, 1), 60)

    async def test_a_shorter_wait_after_a_longer_one_is_bounded(self, watchdog):
        """
        Each wait has its own bound, whatever the timer was set for.
        """
        await watchdog.wait(asyncio.sleep(0), 60)
        with pytest.raises(TimeoutError):
            await watchdog.wait(asyncio.sleep(60), 0.05)

    async def test_time_between_waits_does_not_count(self, watchdog):
        """
        A slow reader is no silent vendor.
        """
        for _ in range(3):
            await watchdog.wait(asyncio.sleep(0), 0.2)
            await asyncio.sleep(0.25)

    async def test_someone_elses_cancellation_passes(self, watchdog):
        """
        Who is cancelled is cancelled, not timed out.
        """
        task = asyncio.create_task(watchdog.wait(asyncio.sleep(5), 60))
        await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


class TestCapacity:
    async def test_admits_in_order_while_there_is_room(self):
        """
        A large one that waits is not overtaken for ever by small ones.
        """
        capacity = Capacity(places=3, tokens=10)
        order = []

        async def work(tokens):
            await capacity.acquire(tokens)
            order.append(tokens)

        await capacity.acquire(6)
        tasks = [asyncio.create_task(work(tokens)) for tokens in (8, 1, 2)]
        await asyncio.sleep(0)
        before = list(order)
        capacity.release(6)
        await asyncio.sleep(0)
        between = list(order)
        capacity.release(8)
        await asyncio.gather(*tasks)

        assert ([], [8, 1]) == (before, between)
        assert [8, 1, 2] == order

    async def test_who_leaves_the_queue_lets_the_next_one_in(self):
        """
        A cancelled wait takes nothing along.
        """
        capacity = Capacity(places=2, tokens=10)
        await capacity.acquire(5)
        large = asyncio.create_task(capacity.acquire(9))
        small = asyncio.create_task(capacity.acquire(5))
        await asyncio.sleep(0)
        large.cancel()
        await small

        assert not large.done() or large.cancelled()

    async def test_a_place_given_to_who_leaves_is_given_on(self):
        """
        Also when the cancellation comes right after the admission.
        """
        capacity = Capacity(places=1, tokens=10)
        await capacity.acquire(1)
        second = asyncio.create_task(capacity.acquire(1))
        third = asyncio.create_task(capacity.acquire(1))
        await asyncio.sleep(0)
        capacity.release(1)
        second.cancel()
        await third

        assert second.cancelled()


class TestBridge:
    async def test_chunks_cross_in_order_and_in_batches(self):
        """
        Nothing is lost or doubled, and many chunks cost few wake-ups.
        """
        bridge = Bridge()
        loop = asyncio.get_running_loop()

        def decode():
            for n in range(5_000):
                assert not bridge.put({"n": n})
            loop.call_soon_threadsafe(bridge.end)

        thread = threading.Thread(target=decode)
        thread.start()
        taken = []
        while batch := await bridge.take():
            taken.append([chunk["n"] for chunk in batch])
        thread.join()

        assert [*range(5_000)] == [n for batch in taken for n in batch]
        assert len(taken) < 5_000

    async def test_a_stopped_bridge_stops_the_decoder(self):
        """
        The next chunk is answered with True, which is what a decoder stops at.
        """
        bridge = Bridge()
        bridge.stop()

        assert bridge.put({})
