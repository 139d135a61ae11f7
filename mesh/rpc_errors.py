"""What the failure of a call to another peer means for the call being served."""

from __future__ import annotations

import grpc
from google.protobuf.message import DecodeError
from google.rpc.status_pb2 import Status  # type: ignore[import-untyped]
from grpc import StatusCode
from lamla.errors.v1.error_reason_pb2 import ErrorReason

from mesh.errors import (
    DETAILS_KEY,
    INTERNAL_MESSAGE,
    RETRY_AFTER,
    ServiceError,
    deadline_exceeded,
    from_status,
)


def from_rpc_error(error: grpc.aio.AioRpcError, peer: str) -> ServiceError:
    """Reads the failure of a call to `peer` as the failure of the caller's own work.

    What `peer` reported on purpose passes on. That it refused this process is a
    fault of the deployment, so the user learns no more than `INTERNAL`.
    """
    typed = _typed(error)
    if typed and typed.reason != ErrorReason.ERROR_REASON_PEER_NOT_ALLOWED:
        return typed
    match error.code():
        # A server that is stopped cancels what outlasts its grace period.
        case StatusCode.UNAVAILABLE | StatusCode.CANCELLED:
            return ServiceError(
                ErrorReason.ERROR_REASON_DEPENDENCY_UNAVAILABLE,
                f"{peer} cannot be reached.",
                retry_after=RETRY_AFTER,
                dependency=peer,
            )
        case StatusCode.DEADLINE_EXCEEDED:
            return deadline_exceeded()
        case StatusCode.RESOURCE_EXHAUSTED if "larger than max" not in str(
            error.details()
        ):
            return ServiceError(
                ErrorReason.ERROR_REASON_OVERLOADED,
                "A process serves as many calls as it can hold.",
                retry_after=RETRY_AFTER,
            )
        case _:
            return ServiceError(ErrorReason.ERROR_REASON_INTERNAL, INTERNAL_MESSAGE)


def _typed(error: grpc.aio.AioRpcError) -> ServiceError | None:
    for key, value in error.trailing_metadata() or ():
        if key == DETAILS_KEY:
            try:
                return from_status(Status.FromString(value))
            except DecodeError:
                return None
    return None
