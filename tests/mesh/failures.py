"""Reads what a failed call says about itself."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any

import grpc
import pytest
from google.rpc.error_details_pb2 import ErrorInfo
from google.rpc.status_pb2 import Status

from mesh.errors import DETAILS_KEY, ServiceError, from_status
from tests.mesh.echo import EchoStub, SayRequest


async def failure(call: Awaitable[Any]) -> grpc.aio.AioRpcError:
    """Returns the error that the unary `call` fails with."""
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call
    return caught.value


async def stream_failure(call: Any) -> grpc.aio.AioRpcError:
    """Returns the error that the stream `call` ends with."""
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        async for _ in call:
            pass
    return caught.value


async def passed_deadline(echo: EchoStub, began: asyncio.Event) -> grpc.aio.AioRpcError:
    """Returns the error of a call whose deadline passes after its servicer `began`,
    however long the machine takes to get there.
    """
    timeout = 0.1
    while True:
        error = await failure(echo.Say(SayRequest(), timeout=timeout))
        if began.is_set():
            return error
        timeout *= 4


def status(error: grpc.aio.AioRpcError) -> Status:
    """Returns the `google.rpc.Status` in the trailing metadata of `error`."""
    return Status.FromString(dict(error.trailing_metadata())[DETAILS_KEY])


def typed(error: grpc.aio.AioRpcError) -> ServiceError:
    """Returns the `ServiceError` that `error` carries."""
    service_error = from_status(status(error))
    assert service_error is not None
    return service_error


def reason(error: grpc.aio.AioRpcError) -> str:
    """Returns the `ErrorInfo.reason` of `error` without its prefix."""
    info = ErrorInfo()
    assert status(error).details[0].Unpack(info)
    assert "lamla" == info.domain
    return info.reason.removeprefix("ERROR_REASON_")
