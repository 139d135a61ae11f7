"""One line per call: enough to find out what happened, nothing of what was said."""

from __future__ import annotations

import asyncio
import io
import json
import logging

import pytest
import structlog
from lamla.errors.v1.error_reason_pb2 import ErrorReason
from structlog.testing import capture_logs

from mesh import telemetry
from mesh.errors import ServiceError
from mesh.ids import uuid7
from mesh.testing import bearer
from mesh.tracing import Trace
from tests.mesh.echo import COUNT, SAY, CountRequest, SayRequest
from tests.mesh.failures import failure, passed_deadline, stream_failure

SECRET = "my private question"


def lines(logs):
    """Returns the access log's lines among `logs`."""
    return [line for line in logs if line["event"] == "call"]


async def ended(logs, count=1):
    """Waits until `count` calls have been logged; returns their lines."""
    while len(lines(logs)) < count:  # noqa: ASYNC110 - Nothing announces a line.
        await asyncio.sleep(0.01)
    return lines(logs)


@pytest.mark.parity("A66")
class TestLine:
    async def test_says_who_and_what_and_how(self, for_users, issuer):
        """
        Method, peer, user, status, duration, messages and ids are all there.
        """
        user_id = uuid7()
        metadata = (
            *bearer(issuer.token(user_id=user_id)),
            ("x-request-id", "r-1"),
            ("traceparent", f"00-{'a' * 32}-{'b' * 16}-01"),
        )
        with capture_logs() as logs:
            await for_users.Say(SayRequest(text=SECRET), metadata=metadata)
            (line,) = await ended(logs)

        duration, span = line.pop("duration_ms"), line.pop("span_id")
        assert duration > 0
        assert 16 == len(span)
        assert {
            "event": "call",
            "log_level": "info",
            "method": SAY,
            "peer": "envoy",
            "user_id": str(user_id),
            "code": "OK",
            "reason": None,
            "messages": 1,
            "request_id": "r-1",
            "trace_id": "a" * 32,
        } == line

    async def test_counts_the_messages_of_a_stream(self, echo):
        """
        A stream's line says how far it got.
        """
        with capture_logs() as logs:
            _ = [r async for r in echo.Count(CountRequest(to=7))]
            (line,) = await ended(logs)

        assert (COUNT, 7) == (line["method"], line["messages"])

    async def test_planned_failure_is_no_alarm(self, echo, servicer):
        """
        What a client did wrong is worth a line, not a warning.
        """

        async def say(_):
            raise ServiceError(ErrorReason.ERROR_REASON_LEASE_LOST, "Taken over.")

        servicer.say = say
        with capture_logs() as logs:
            await failure(echo.Say(SayRequest()))
            (line,) = await ended(logs)

        assert ("info", "ABORTED", "ERROR_REASON_LEASE_LOST") == (
            line["log_level"],
            line["code"],
            line["reason"],
        )

    async def test_our_fault_is_a_warning(self, echo, servicer):
        """
        What an operator should look at stands out, and its cause is beside it.
        """

        async def say(_):
            raise RuntimeError

        servicer.say = say
        with capture_logs() as logs:
            await failure(echo.Say(SayRequest()))
            (line,) = await ended(logs)

        assert ("warning", "INTERNAL") == (line["log_level"], line["code"])
        assert ["internal_error"] == [
            entry["event"] for entry in logs if entry["log_level"] == "error"
        ]

    async def test_refused_calls_are_logged_too(self, echo, for_users):
        """
        Who was turned away, and why, is in the log.
        """
        with capture_logs() as logs:
            await failure(for_users.Say(SayRequest()))
            await stream_failure(echo.Count(CountRequest(to=2_000_000)))
            refused = await ended(logs, 2)

        assert ["ERROR_REASON_TOKEN_MISSING", "ERROR_REASON_INVALID_FIELD"] == [
            line["reason"] for line in refused
        ]

    async def test_cancelled_call_is_logged_once(self, echo, servicer):
        """
        A client that left shows as CANCELLED, with what it got.
        """

        written = asyncio.Event()

        async def count(_):
            yield 1
            written.set()  # A client can have a message before its write returns.
            await asyncio.sleep(60)

        servicer.count = count
        with capture_logs() as logs:
            call = echo.Count(CountRequest(to=1), timeout=60)
            await call.read()
            await written.wait()
            call.cancel()
            (line,) = await ended(logs)

        assert ("CANCELLED", 1, "info") == (
            line["code"],
            line["messages"],
            line["log_level"],
        )

    async def test_passed_deadline_is_logged_as_such(self, echo, servicer):
        """
        Too slow is told apart from gone.
        """

        began = asyncio.Event()

        async def say(_):
            began.set()
            await asyncio.sleep(60)

        servicer.say = say
        with capture_logs() as logs:
            await passed_deadline(echo, began)
            *_, line = await ended(logs)

        assert "DEADLINE_EXCEEDED" == line["code"]

    async def test_never_holds_content_or_tokens(self, for_users, issuer, servicer):
        """
        Neither request, response, token nor error text is in any line.
        """

        async def say(_):
            return "my private answer"

        servicer.say = say
        token = issuer.token()
        with capture_logs() as logs:
            await for_users.Say(SayRequest(text=SECRET), metadata=bearer(token))
            await failure(for_users.Say(SayRequest(text=SECRET)))
            await ended(logs, 2)

        written = json.dumps(logs)
        assert "private" not in written
        assert token not in written

    @pytest.mark.parametrize("request_id", ["", "x" * 129, "a b"])
    async def test_bad_request_ids_are_replaced(self, echo, request_id):
        """
        A client cannot write what it likes into the log.
        """
        with capture_logs() as logs:
            await echo.Say(SayRequest(), metadata=(("x-request-id", request_id),))
            (line,) = await ended(logs)

        assert request_id != line["request_id"]
        assert 36 == len(line["request_id"])

    @pytest.mark.parametrize(
        "traceparent",
        [
            "",
            "rubbish",
            f"00-{'0' * 32}-{'b' * 16}-01",
            f"00-{'a' * 32}-{'0' * 16}-01",
            f"ff-{'a' * 32}-{'b' * 16}-01",
            f"00-{'A' * 32}-{'b' * 16}-01",
        ],
    )
    async def test_bad_traces_are_replaced(self, echo, traceparent):
        """
        A trace begins here when none came, or one that the standard refuses.
        """
        with capture_logs() as logs:
            await echo.Say(SayRequest(), metadata=(("traceparent", traceparent),))
            (line,) = await ended(logs)

        assert 32 == len(line["trace_id"])
        assert "a" * 32 != line["trace_id"].lower()


class TestConfigure:
    @pytest.fixture
    def output(self, monkeypatch):
        """Standard output after `configure("gateway", "INFO")`."""
        output = io.StringIO()
        monkeypatch.setattr(telemetry.sys, "stdout", output)
        root = logging.getLogger()
        handlers, level = root.handlers[:], root.level
        telemetry.configure("gateway", "INFO")
        yield output
        structlog.reset_defaults()
        root.handlers[:] = handlers
        root.setLevel(level)

    def test_each_line_is_a_json_object(self, output):
        """
        A log collector needs no pattern: service, level, time and event have keys.
        """
        structlog.get_logger().info("started", port=1)

        line = json.loads(output.getvalue())
        assert ("gateway", "info", "started", 1) == (
            line["service"],
            line["level"],
            line["event"],
            line["port"],
        )
        assert line["timestamp"].endswith("Z")

    def test_libraries_write_the_same_lines(self, output):
        """
        What uses `logging` looks like everything else.
        """
        logging.getLogger("asyncio").warning("slow %s", "callback")

        line = json.loads(output.getvalue())
        assert ("gateway", "warning", "slow callback", "asyncio") == (
            line["service"],
            line["level"],
            line["event"],
            line["logger"],
        )

    def test_level_is_kept(self, output):
        """
        LOG_LEVEL holds for both kinds of logger.
        """
        structlog.get_logger().debug("hidden")
        logging.getLogger("x").debug("hidden")

        assert "" == output.getvalue()

    def test_lines_inside_a_call_carry_its_ids(self, output, monkeypatch):
        """
        Every line of a call is found by its request id.
        """
        trace = Trace("r-1", "a" * 32, "b" * 16)
        monkeypatch.setattr(telemetry.tracing, "current", lambda: trace)

        structlog.get_logger().info("working")
        logging.getLogger("x").info("working")

        for line in map(json.loads, output.getvalue().splitlines()):
            assert ("r-1", "a" * 32) == (line["request_id"], line["trace_id"])

    def test_secrets_are_blanked(self, output):
        """
        A secret that is logged by its usual name does not show.
        """
        structlog.get_logger().info("x", token="t0ken", password="hunter2")

        assert "t0ken" not in output.getvalue()
        assert "hunter2" not in output.getvalue()

    def test_exceptions_are_one_line_without_local_variables(self, output):
        """
        A traceback is one field, and does not dump what the code was working on.
        """

        def work(prompt):
            return prompt / 0

        try:
            work("my private" + " question")
        except TypeError:
            structlog.get_logger().exception("failed")

        (line,) = output.getvalue().splitlines()
        assert "TypeError" in json.loads(line)["exception"]
        assert "my private question" not in line
