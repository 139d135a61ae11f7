"""What pages report: names and places reach the log, content never does."""

from __future__ import annotations

from typing import Any

import grpc
import pytest
from lamla.telemetry.v1 import client_report_service_pb2 as pb
from lamla.telemetry.v1.client_report_service_pb2_grpc import ClientReportServiceStub
from structlog.testing import capture_logs

from mesh.ids import uuid7
from tests.gateway.harness import Gateway
from tests.mesh.failures import failure, reason, typed


async def report(
    gateway: Gateway, *errors: dict[str, Any], version: str = "1.2.3"
) -> list[dict[str, Any]]:
    """Reports errors and returns what was logged of them."""
    request = pb.ReportErrorsRequest(
        request_id=str(uuid7()),
        version=version,
        errors=[pb.ClientError(**error) for error in errors],
    )
    stub = gateway.served.channel.stub(ClientReportServiceStub)
    with capture_logs() as lines:
        await stub.ReportErrors(request, **gateway.user)
    return [line for line in lines if line["event"] == "client_error"]


async def test_one_line_for_each_error(gateway):
    """
    A warning with everything an operator searches for; the request that failed names
    the line.
    """
    first = {
        "kind": "TypeError",
        "location": "at f (https://lamla.example/assets/index-4f.js:10:25)\n"
        "at /src/features/chat/useAnswer.ts:7",
        "request_id": "01a1f7d4",
        "reason": "ERROR_REASON_INTERNAL",
        "count": 3,
    }

    lines = await report(gateway, first, {"kind": "ConnectError"})

    assert [
        {
            "event": "client_error",
            "log_level": "warning",
            "kind": "TypeError",
            "location": "/assets/index-4f.js:10:25 /src/features/chat/useAnswer.ts:7",
            "request_id": "01a1f7d4",
            "reason": "ERROR_REASON_INTERNAL",
            "count": 3,
            "version": "1.2.3",
        },
        {
            "event": "client_error",
            "log_level": "warning",
            "kind": "ConnectError",
            "location": "",
            "reason": None,
            "count": 1,
            "version": "1.2.3",
        },
    ] == lines


async def test_nothing_else_passes(gateway):
    """
    Whatever is put into the fields, no sentence, query, control character or made-up
    reason comes out.
    """
    error = {
        "kind": "Error\n\x1b[31m{evil: 1}",
        "location": "my secret diary https://u:pw@h.example/app.js?q=diary#x:1:2\r\nhi",
        "request_id": "two words",
        "reason": "diary",
        "count": 0,
    }

    (line,) = await report(gateway, error, version="1.0\n<b>")

    assert "Error" == line["kind"]
    assert "1.0" == line["version"]
    assert "/app.js:1:2" == line["location"]
    assert "request_id" not in line
    assert line["reason"] is None
    assert "diary" not in str(line)


async def test_a_long_trace_is_cut(gateway):
    """
    The first frames say where it was.
    """
    location = "\n".join(f"a{n}.js:{n}" for n in range(100))

    (line,) = await report(gateway, {"kind": "E", "location": location})

    assert 20 == len(line["location"].split())


@pytest.mark.parametrize(
    ("field", "request_"),
    [
        ("errors", pb.ReportErrorsRequest(request_id=str(uuid7()))),
        (
            "errors[0].kind",
            pb.ReportErrorsRequest(request_id=str(uuid7()), errors=[pb.ClientError()]),
        ),
        ("request_id", pb.ReportErrorsRequest(errors=[pb.ClientError(kind="E")])),
    ],
)
async def test_refuses_what_is_no_report(gateway, field, request_):
    """
    The contract's rules hold.
    """
    stub = gateway.served.channel.stub(ClientReportServiceStub)

    error = await failure(stub.ReportErrors(request_, **gateway.user))

    assert field in [v.field for v in typed(error).field_violations]


async def test_needs_a_token(gateway):
    """
    Strangers write nothing into the log.
    """
    stub = gateway.served.channel.stub(ClientReportServiceStub)
    request = pb.ReportErrorsRequest(
        request_id=str(uuid7()), errors=[pb.ClientError(kind="E")]
    )

    error = await failure(stub.ReportErrors(request, timeout=30))

    assert grpc.StatusCode.UNAUTHENTICATED == error.code()
    assert "TOKEN_MISSING" == reason(error)
