"""Failures over HTTP: the services' own errors, as Envoy's transcoder writes them."""

from __future__ import annotations

from google.protobuf.json_format import MessageToDict
from grpc import StatusCode
from lamla.errors.v1.error_reason_pb2 import ErrorReason

from mesh.errors import ServiceError, status_of
from persistence.http.asgi import Scope, Send, respond_json

# https://github.com/googleapis/googleapis/blob/master/google/rpc/code.proto
HTTP_BY_CODE = {
    StatusCode.INVALID_ARGUMENT: 400,
    StatusCode.FAILED_PRECONDITION: 400,
    StatusCode.UNAUTHENTICATED: 401,
    StatusCode.PERMISSION_DENIED: 403,
    StatusCode.NOT_FOUND: 404,
    StatusCode.ABORTED: 409,
    StatusCode.ALREADY_EXISTS: 409,
    StatusCode.RESOURCE_EXHAUSTED: 429,
    StatusCode.UNIMPLEMENTED: 501,
    StatusCode.UNAVAILABLE: 503,
    StatusCode.DEADLINE_EXCEEDED: 504,
}
TOO_LARGE = 413
INTERNAL = 500
# Not for a second try, which the code alone would suggest.
TOO_LARGE_REASONS = {
    ErrorReason.ERROR_REASON_FILE_TOO_LARGE,
    ErrorReason.ERROR_REASON_REQUEST_TOO_LARGE,
}


async def respond_error(scope: Scope, send: Send, error: ServiceError) -> None:
    """Sends a failure."""
    status = HTTP_BY_CODE.get(error.code, INTERNAL)
    if error.reason in TOO_LARGE_REASONS:
        status = TOO_LARGE
    await respond_json(scope, send, status, MessageToDict(status_of(error)))
