"""Planned failures keep their reason and details from servicer to caller."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import grpc
import pytest
from google.rpc.error_details_pb2 import BadRequest, RetryInfo
from grpc import StatusCode
from lamla.errors.v1.error_reason_pb2 import ErrorReason

from mesh.errors import (
    STATUS_BY_REASON,
    FieldViolation,
    Quota,
    ServiceError,
    from_status,
    invalid,
    status_of,
)
from mesh.rpc_errors import from_rpc_error
from tests.mesh.echo import CountRequest, SayRequest
from tests.mesh.failures import failure, reason, status, stream_failure, typed

PROTO = (
    Path(__file__).parents[2] / "protos" / "lamla/errors/v1/error_reason.proto"
).read_text()


def rpc_error(code, details="", trailing=()):
    return grpc.aio.AioRpcError(
        code, grpc.aio.Metadata(), grpc.aio.Metadata(*trailing), details
    )


class TestTable:
    def test_every_reason_has_a_status(self):
        """
        A reason that is added to the contract gets its status in the same change.
        """
        assert set(ErrorReason.values()) - {0} == set(STATUS_BY_REASON)

    def test_statuses_are_the_documented_ones(self):
        """
        The status in brackets in the contract is the one that is sent.
        """
        documented = {
            name: code
            for code, name in re.findall(
                r"// \[(\w+)\](?:[^\n]*\n\s*//)*[^\n]*\n\s*(ERROR_REASON_\w+) = ", PROTO
            )
        }

        assert documented == {
            ErrorReason.Name(reason): code.name
            for reason, code in STATUS_BY_REASON.items()
        }


class TestStatusOf:
    def test_carries_every_detail_there_and_back(self):
        """
        A peer reads exactly the error that another one wrote.
        """
        error = ServiceError(
            ErrorReason.ERROR_REASON_RATE_LIMITED,
            "Too many calls.",
            retry_after=timedelta(milliseconds=1500),
            field_violations=[FieldViolation("text", "too long", "string.max_len")],
            quota=Quota("open_uploads", 60, "user:ada"),
            limit="60",
        )

        read = from_status(status_of(error))

        assert error.reason == read.reason
        assert error.message == read.message
        assert error.retry_after == read.retry_after
        assert error.field_violations == read.field_violations
        assert error.quota == read.quota
        assert {"limit": "60"} == read.metadata

    def test_invalid_names_the_field(self):
        """
        A rule that no contract can express is reported like those that it can.
        """
        error = invalid("model", "is not one of ours")

        assert StatusCode.INVALID_ARGUMENT == error.code
        assert (FieldViolation("model", "is not one of ours"),) == (
            error.field_violations
        )


class TestFromRpcError:
    @pytest.mark.parametrize("code", [StatusCode.UNAVAILABLE, StatusCode.CANCELLED])
    def test_a_peer_that_cannot_be_reached_is_a_dependency(self, code):
        """
        The caller's caller learns which process is away and when to try again.
        """
        error = from_rpc_error(rpc_error(code), "persistence")

        assert ErrorReason.ERROR_REASON_DEPENDENCY_UNAVAILABLE == error.reason
        assert {"dependency": "persistence"} == error.metadata
        assert error.retry_after is not None

    @pytest.mark.parametrize(
        ("code", "details", "expected"),
        [
            (StatusCode.DEADLINE_EXCEEDED, "", "DEADLINE_EXCEEDED"),
            (StatusCode.RESOURCE_EXHAUSTED, "Concurrent RPC limit", "OVERLOADED"),
            (
                StatusCode.RESOURCE_EXHAUSTED,
                "Received message larger than max (9 vs. 8)",
                "INTERNAL",
            ),
            (StatusCode.UNKNOWN, "secret text", "INTERNAL"),
            (StatusCode.UNIMPLEMENTED, "", "INTERNAL"),
        ],
    )
    def test_untyped_statuses_become_typed(self, code, details, expected):
        """
        Whatever a transport reports ends in a reason that callers know.
        """
        error = from_rpc_error(rpc_error(code, details), "persistence")

        assert f"ERROR_REASON_{expected}" == error.reason_name
        assert "secret" not in error.message

    def test_typed_errors_pass_on(self):
        """
        What a peer refuses on purpose reaches the user as it is.
        """
        sent = ServiceError(
            ErrorReason.ERROR_REASON_CONVERSATION_NOT_FOUND,
            "No such conversation.",
            conversation_id="1",
        )
        trailing = [("grpc-status-details-bin", status_of(sent).SerializeToString())]

        error = from_rpc_error(rpc_error(sent.code, "", trailing), "persistence")

        assert sent.reason == error.reason
        assert sent.metadata == error.metadata

    def test_being_refused_by_a_peer_is_our_fault(self):
        """
        A wrong policy between two processes is nothing the user could act on.
        """
        sent = ServiceError(ErrorReason.ERROR_REASON_PEER_NOT_ALLOWED, "No.", peer="x")
        trailing = [("grpc-status-details-bin", status_of(sent).SerializeToString())]

        error = from_rpc_error(rpc_error(sent.code, "", trailing), "persistence")

        assert ErrorReason.ERROR_REASON_INTERNAL == error.reason

    def test_rubbish_in_the_details_is_internal(self):
        """
        A peer that sends what cannot be read does not make reading it fail.
        """
        trailing = [("grpc-status-details-bin", b"\xff\xff")]

        error = from_rpc_error(rpc_error(StatusCode.UNKNOWN, "", trailing), "x")

        assert ErrorReason.ERROR_REASON_INTERNAL == error.reason


LIMITED = ServiceError(
    ErrorReason.ERROR_REASON_RATE_LIMITED,
    "Too many calls.",
    retry_after=timedelta(seconds=2),
    field_violations=[FieldViolation("text", "said too often")],
    limit="60",
)


class TestOverTheWire:
    async def test_unary_failure_carries_details(self, echo, servicer):
        """
        Status, message, `ErrorInfo`, `RetryInfo` and `BadRequest` arrive together.
        """

        async def say(_):
            raise LIMITED

        servicer.say = say

        error = await failure(echo.Say(SayRequest(text="a")))

        assert StatusCode.RESOURCE_EXHAUSTED == error.code()
        assert "Too many calls." == error.details()
        assert "RATE_LIMITED" == reason(error)
        kinds = [detail.TypeName() for detail in status(error).details]
        assert [
            "google.rpc.ErrorInfo",
            BadRequest.DESCRIPTOR.full_name,
            RetryInfo.DESCRIPTOR.full_name,
        ] == kinds
        assert timedelta(seconds=2) == typed(error).retry_after

    async def test_stream_failure_before_the_first_message(self, echo, servicer):
        """
        A stream that fails at once is a typed failure without messages.
        """

        async def count(_):
            raise LIMITED
            yield 0

        servicer.count = count

        error = await stream_failure(echo.Count(CountRequest(to=3)))

        assert "RATE_LIMITED" == reason(error)

    async def test_stream_failure_after_messages(self, echo, servicer):
        """
        What was sent before the failure arrives, then the typed failure.
        """

        async def count(_):
            yield 0
            yield 1
            raise LIMITED

        servicer.count = count
        received = []

        with pytest.raises(grpc.aio.AioRpcError) as caught:
            async for response in echo.Count(CountRequest(to=3)):
                received.append(response.number)

        assert [0, 1] == received
        assert "RATE_LIMITED" == reason(caught.value)

    async def test_a_fault_of_ours_shows_nothing_but_the_request_id(
        self, echo, servicer
    ):
        """
        An unplanned exception leaves the process as INTERNAL without its text.
        """

        async def say(_):
            raise RuntimeError("SELECT secret FROM users")

        servicer.say = say

        error = await failure(
            echo.Say(SayRequest(text="a"), metadata=(("x-request-id", "r-1"),))
        )

        assert StatusCode.INTERNAL == error.code()
        assert "INTERNAL" == reason(error)
        assert {"request_id": "r-1"} == typed(error).metadata
        assert b"secret" not in status(error).SerializeToString()

    async def test_misuse_of_grpc_inside_a_servicer_is_a_fault_of_ours(
        self, echo, servicer
    ):
        """
        grpc's own exceptions do not slip out untyped either.
        """

        async def say(_):
            raise grpc.aio.UsageError("Channel is closed.")

        servicer.say = say

        error = await failure(echo.Say(SayRequest(text="a")))

        assert StatusCode.INTERNAL == error.code()
        assert "INTERNAL" == reason(error)

    async def test_a_failed_call_inside_a_servicer_is_translated(self, echo, servicer):
        """
        A servicer that does not handle a peer's absence reports it all the same.
        """

        async def say(_):
            raise rpc_error(StatusCode.UNAVAILABLE)

        servicer.say = say

        error = await failure(echo.Say(SayRequest(text="a")))

        assert StatusCode.UNAVAILABLE == error.code()
        assert "DEPENDENCY_UNAVAILABLE" == reason(error)
