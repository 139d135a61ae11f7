"""Deadlines shrink, ids stay and cancellation travels, hop by hop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from grpc import StatusCode
from lamla.errors.v1.error_reason_pb2 import ErrorReason

from mesh import calls, deadlines, tracing
from mesh.errors import ServiceError
from mesh.identity import User, set_user
from mesh.ids import uuid7
from mesh.interceptors import deadlines as layer
from mesh.policy import Role
from tests.mesh.echo import CountRequest, SayRequest
from tests.mesh.failures import failure, passed_deadline, reason
from tests.mesh.hops import Hops, two_hops


@pytest.fixture
async def hops(certs) -> AsyncIterator[Hops]:
    """Envoy calls gateway, which can call persistence."""
    async with two_hops(certs) as hops:
        yield hops


class TestOptions:
    # Asynchronous throughout, so that each has a context of its own.

    async def test_timeout_is_the_callers_wish_without_a_deadline(self):
        """
        Outside of a call, and in streams without an end, the wish decides.
        """
        deadlines.begin(None)

        assert 5 == calls.options(5)["timeout"]
        assert calls.options(None)["timeout"] is None

    async def test_timeout_leaves_the_caller_time_to_answer(self):
        """
        A callee gets less than is left, never more than was wished.
        """
        deadlines.begin(2)

        assert calls.options(5)["timeout"] <= 2 - calls.RESERVE_SECONDS
        assert 1 == calls.options(1)["timeout"]
        assert calls.options(None)["timeout"] <= 2 - calls.RESERVE_SECONDS

    async def test_nothing_left_is_a_typed_failure(self):
        """
        A call that cannot end in time is not made.
        """
        deadlines.begin(calls.RESERVE_SECONDS / 2)

        with pytest.raises(ServiceError) as caught:
            calls.options(5)

        assert ErrorReason.ERROR_REASON_DEADLINE_EXCEEDED == caught.value.reason

    async def test_forwards_the_user_on_wish_only(self):
        """
        A token goes no further than where it is needed.
        """
        set_user(User(uuid7(), uuid7(), Role.GUEST, "t0ken"))

        assert "authorization" not in dict(calls.options(1)["metadata"])
        assert "Bearer t0ken" == dict(
            calls.options(1, forward_user=True)["metadata"]
        ).get("authorization")

    async def test_no_user_to_forward_is_a_typed_failure(self):
        """
        A call on behalf of nobody is not made.
        """
        set_user(None)

        with pytest.raises(ServiceError) as caught:
            calls.options(1, forward_user=True)

        assert ErrorReason.ERROR_REASON_TOKEN_MISSING == caught.value.reason

    async def test_detached_work_keeps_the_ids_and_loses_the_deadline(self):
        """
        What outlives its call is still found by its request id.
        """
        trace = tracing.start({})
        deadlines.begin(1)

        async def work():
            return tracing.current(), deadlines.remaining()

        task = asyncio.create_task(work(), context=calls.detached())

        assert (trace, None) == await task
        assert deadlines.remaining() is not None


class TestTwoHops:
    @pytest.mark.parity("A69")
    async def test_deadline_shrinks(self, hops):
        """
        Each process has less time left than the one that called it.
        """
        left = {}

        async def back(_):
            left["back"] = deadlines.remaining()
            return ""

        async def front(request):
            left["front"] = deadlines.remaining()
            await hops.onward.Say(request, **calls.options(60))
            return ""

        hops.front.say, hops.back.say = front, back

        await hops.echo.Say(SayRequest(), timeout=10)

        # On the wire a deadline is rounded to a few digits.
        assert 10.1 > left["front"] > left["back"] > 0
        assert left["front"] - left["back"] >= calls.RESERVE_SECONDS / 2

    async def test_a_slow_callee_is_reported_by_its_caller(self, hops):
        """
        The reserve lets the first process answer with a typed status in time.
        """

        async def back(_):
            await asyncio.sleep(60)

        async def front(request):
            with calls.to("persistence"):
                await hops.onward.Say(request, **calls.options(0.2))
            return ""

        hops.front.say, hops.back.say = front, back

        error = await failure(hops.echo.Say(SayRequest(), timeout=10))

        assert StatusCode.DEADLINE_EXCEEDED == error.code()
        assert "DEADLINE_EXCEEDED" == reason(error)

    async def test_request_id_and_trace_stay_the_same(self, hops):
        """
        One id finds a request's lines in every process; each has a span of its own.
        """
        seen = []

        async def back(_):
            seen.append(tracing.current())
            return ""

        async def front(request):
            seen.append(tracing.current())
            await hops.onward.Say(request, **calls.options(5))
            return ""

        hops.front.say, hops.back.say = front, back
        parent = f"00-{'a' * 32}-{'b' * 16}-01"

        await hops.echo.Say(
            SayRequest(), metadata=(("x-request-id", "r-7"), ("traceparent", parent))
        )

        assert {("r-7", "a" * 32)} == {(t.request_id, t.trace_id) for t in seen}
        assert 3 == len({"b" * 16, *(t.span_id for t in seen)})

    async def test_cancelling_reaches_the_last_process(self, hops):
        """
        A client that goes away ends the stream in every process below it.
        """
        closed = {"front": asyncio.Event(), "back": asyncio.Event()}

        async def back(_):
            try:
                while True:
                    yield 1
                    await asyncio.sleep(0.01)
            finally:
                closed["back"].set()

        async def front(request):
            try:
                async for response in hops.onward.Count(request, **calls.options(None)):
                    yield response.number
            finally:
                closed["front"].set()

        hops.front.count, hops.back.count = front, back

        call = hops.echo.Count(CountRequest(to=1))
        await call.read()
        call.cancel()

        await closed["front"].wait()
        await closed["back"].wait()

    async def test_cancelling_a_blocked_write_closes_the_servicer(self, hops):
        """
        A reader that stopped reading and leaves does not leave its stream behind.
        """
        closed = asyncio.Event()
        reached = 0

        async def count(_):
            nonlocal reached
            try:
                while True:
                    reached += 1
                    yield reached
            finally:
                closed.set()

        hops.front.count = count
        call = hops.echo.Count(CountRequest(to=1))
        await call.read()
        before = -1
        while reached > before:  # Until the windows are full.
            before = reached
            await asyncio.sleep(0.3)
        call.cancel()

        await closed.wait()

    async def test_a_deadline_that_passes_closes_the_servicer(self, hops):
        """
        Work whose result nobody awaits is not continued.
        """
        began, closed = asyncio.Event(), asyncio.Event()

        async def say(_):
            began.set()
            try:
                await asyncio.sleep(60)
            finally:
                closed.set()

        hops.front.say = say

        error = await passed_deadline(hops.echo, began)
        await closed.wait()

        assert StatusCode.DEADLINE_EXCEEDED == error.code()


class TestDefaults:
    async def test_unary_calls_get_a_deadline(self, echo, servicer):
        """
        A client that sets no deadline does not wait for ever.
        """
        left = []

        async def say(_):
            left.append(deadlines.remaining())
            return ""

        servicer.say = say

        await echo.Say(SayRequest())

        assert layer.UNARY_SECONDS >= left[0] > layer.UNARY_SECONDS - 5

    async def test_streams_get_none(self, echo, servicer):
        """
        An answer takes as long as it takes.
        """
        left = []

        async def count(_):
            left.append(deadlines.remaining())
            yield 1

        servicer.count = count

        _ = [response async for response in echo.Count(CountRequest(to=1))]

        assert [None] == left

    async def test_the_default_ends_the_call(self):
        """
        The server keeps its own deadline, with the typed status.
        """

        class Endless:
            def time_remaining(self):
                return None

        call = type("Call", (), {"context": Endless(), "is_stream": False})()

        with pytest.raises(ServiceError) as caught:
            async with layer.deadlines(unary_seconds=0.01)(call):
                await asyncio.sleep(60)

        assert ErrorReason.ERROR_REASON_DEADLINE_EXCEEDED == caught.value.reason

    async def test_time_outs_of_the_servicer_are_its_own(self):
        """
        A servicer's TimeoutError is not taken for the call's deadline.
        """

        class Endless:
            def time_remaining(self):
                return None

        call = type("Call", (), {"context": Endless(), "is_stream": False})()

        with pytest.raises(TimeoutError):
            async with layer.deadlines()(call):
                raise TimeoutError
