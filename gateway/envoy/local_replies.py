"""What Envoy answers by itself, in the form of the services' own errors.

Each refusal becomes two mappers of `local_reply_config`: one for gRPC and gRPC-Web,
whose `google.rpc.Status` travels in headers, and one for JSON, with the same status as
the body, spelled as the transcoder does.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from google.protobuf import json_format
from google.rpc.status_pb2 import Status  # type: ignore[import-untyped]
from lamla.errors.v1.error_reason_pb2 import ErrorReason as Reason

from mesh.errors import DETAILS_KEY, RETRY_AFTER, ServiceError, status_of

# gRPC-Web too; but not JSON that the transcoder has turned into gRPC already.
IS_GRPC = (
    "request.headers['content-type'].startsWith('application/grpc')"
    " && !('x-envoy-original-path' in request.headers)"
)
JWT = "jwt_authn_access_denied"
OK = 200


@dataclass(frozen=True)
class Refusal:
    """One kind of answer that Envoy gives without asking a service.

    Attributes:
        when: A CEL expression over the request and Envoy's own reply
            (https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/advanced/attributes).
        http: The HTTP status that JSON clients see; None keeps Envoy's.
        has_envoys_words: Whether JSON clients see Envoy's message instead of ours: it
            says what is wrong with their JSON, and where.
    """

    when: str
    http: int | None
    reason: Reason.ValueType
    message: str
    retry_after: timedelta | None = None
    dependency: str = ""
    has_envoys_words: bool = False

    @property
    def status(self) -> Status:
        """The refusal as the services would write it."""
        error = ServiceError(self.reason, self.message, retry_after=self.retry_after)
        if self.dependency:
            error.metadata["dependency"] = self.dependency
        return status_of(error)


# The first that fits is taken.
REFUSALS = (
    Refusal(
        when=f"response.code_details.startsWith('{JWT}{{Jwt_is_missing')",
        http=401,
        reason=Reason.ERROR_REASON_TOKEN_MISSING,
        message="This method needs a bearer token.",
    ),
    Refusal(
        when=f"response.code_details.startsWith('{JWT}{{Jwt_is_expired')",
        http=401,
        reason=Reason.ERROR_REASON_TOKEN_EXPIRED,
        message="The token has expired.",
    ),
    Refusal(
        when=f"response.code_details.startsWith('{JWT}{{Jwks_remote_fetch')",
        http=503,
        reason=Reason.ERROR_REASON_DEPENDENCY_UNAVAILABLE,
        message="The keys that verify tokens cannot be fetched.",
        retry_after=RETRY_AFTER,
        dependency="persistence",
    ),
    Refusal(
        when=f"response.code_details.startsWith('{JWT}')",
        http=401,
        reason=Reason.ERROR_REASON_TOKEN_INVALID,
        message="The token is not one of this service's.",
    ),
    Refusal(
        when="response.code == 403",
        http=403,
        reason=Reason.ERROR_REASON_ORIGIN_NOT_ALLOWED,
        message="Pages of this origin may not call.",
    ),
    Refusal(
        when="response.code == 404",
        http=404,
        reason=Reason.ERROR_REASON_METHOD_UNKNOWN,
        message="There is no such method or page here.",
    ),
    Refusal(
        when="response.code == 413 || response.code == 431",
        http=None,
        reason=Reason.ERROR_REASON_REQUEST_TOO_LARGE,
        message="The request is too large.",
    ),
    Refusal(
        when="response.code == 429",
        http=429,
        reason=Reason.ERROR_REASON_RATE_LIMITED,
        message="Too many calls in a short time.",
        retry_after=RETRY_AFTER,
    ),
    Refusal(
        when="response.code == 408 || response.code == 504",
        http=504,
        reason=Reason.ERROR_REASON_DEADLINE_EXCEEDED,
        message="The work did not end before the call's deadline.",
    ),
    Refusal(
        when="response.code_details.startsWith('overflow')",
        http=429,
        reason=Reason.ERROR_REASON_OVERLOADED,
        message="More calls run than can be held.",
        retry_after=RETRY_AFTER,
    ),
    Refusal(
        when="(response.code == 502 || response.code == 503)"
        " && xds.cluster_name == 'gateway'",
        http=503,
        reason=Reason.ERROR_REASON_DEPENDENCY_UNAVAILABLE,
        message="gateway cannot be reached.",
        retry_after=RETRY_AFTER,
        dependency="gateway",
    ),
    Refusal(
        when="response.code == 502 || response.code == 503",
        http=503,
        reason=Reason.ERROR_REASON_DEPENDENCY_UNAVAILABLE,
        message="persistence cannot be reached.",
        retry_after=RETRY_AFTER,
        dependency="persistence",
    ),
    Refusal(
        when="response.code >= 400 && response.code < 500",
        http=None,
        reason=Reason.ERROR_REASON_INVALID_FIELD,
        message="The request cannot be read.",
        has_envoys_words=True,
    ),
    Refusal(
        when="response.code >= 500",
        http=None,
        reason=Reason.ERROR_REASON_INTERNAL,
        message="Internal error.",
    ),
)


def mappers() -> list[dict[str, Any]]:
    """Returns `local_reply_config.mappers`."""
    return [
        mapper
        for refusal in REFUSALS
        for mapper in (_grpc_mapper(refusal), _json_mapper(refusal))
    ]


def _grpc_mapper(refusal: Refusal) -> dict[str, Any]:
    status = refusal.status
    return {
        "filter": _filter(f"({refusal.when}) && {IS_GRPC}"),
        "status_code": OK,
        "headers_to_add": [
            _header("grpc-status", str(status.code)),
            _header("grpc-message", status.message),
            _header(DETAILS_KEY, _unpadded(status.SerializeToString())),
            *_common_headers(refusal),
        ],
        "body_format_override": {"text_format_source": {"inline_string": ""}},
    }


def _json_mapper(refusal: Refusal) -> dict[str, Any]:
    body = json_format.MessageToDict(refusal.status)
    if refusal.has_envoys_words:
        body["message"] = "%LOCAL_REPLY_BODY%"
    return {
        "filter": _filter(refusal.when),
        **({"status_code": refusal.http} if refusal.http else {}),
        "headers_to_add": _common_headers(refusal),
        "body_format_override": {"json_format": body},
    }


def _common_headers(refusal: Refusal) -> list[dict[str, Any]]:
    headers = [_header("cache-control", "no-store")]
    if refusal.retry_after is not None:
        seconds = str(int(refusal.retry_after.total_seconds()))
        headers.append(_header("retry-after", seconds, "ADD_IF_ABSENT"))
    return headers


def _filter(expression: str) -> dict[str, Any]:
    prefix = "type.googleapis.com/envoy.extensions.access_loggers.filters.cel.v3"
    return {
        "extension_filter": {
            "name": "envoy.access_loggers.extension_filters.cel",
            "typed_config": {
                "@type": f"{prefix}.ExpressionFilter",
                "expression": expression,
            },
        }
    }


def _header(
    key: str, value: str, action: str = "OVERWRITE_IF_EXISTS_OR_ADD"
) -> dict[str, Any]:
    return {"header": {"key": key, "value": value}, "append_action": action}


def _unpadded(value: bytes) -> str:
    # https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md: "SHOULD emit
    # un-padded values".
    return base64.b64encode(value).decode().rstrip("=")
