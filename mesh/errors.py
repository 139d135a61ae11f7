"""The failures that services report on purpose, and how they look on the wire.

The wire form is `google.rpc.Status` with an `ErrorInfo`, plus `BadRequest`,
`QuotaFailure` and `RetryInfo` where they apply: https://google.aip.dev/193
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from google.rpc.error_details_pb2 import (  # type: ignore[import-untyped]
    BadRequest,
    ErrorInfo,
    QuotaFailure,
    RetryInfo,
)
from google.rpc.status_pb2 import Status  # type: ignore[import-untyped]
from grpc import StatusCode
from lamla.errors.v1.error_reason_pb2 import ErrorReason

DOMAIN = "lamla"
DETAILS_KEY = "grpc-status-details-bin"
INTERNAL_MESSAGE = "Internal error."
RETRY_AFTER = timedelta(seconds=1)

STATUS_BY_REASON: dict[ErrorReason.ValueType, StatusCode] = {
    ErrorReason.ERROR_REASON_INTERNAL: StatusCode.INTERNAL,
    ErrorReason.ERROR_REASON_INVALID_FIELD: StatusCode.INVALID_ARGUMENT,
    ErrorReason.ERROR_REASON_TOKEN_MISSING: StatusCode.UNAUTHENTICATED,
    ErrorReason.ERROR_REASON_TOKEN_INVALID: StatusCode.UNAUTHENTICATED,
    ErrorReason.ERROR_REASON_TOKEN_EXPIRED: StatusCode.UNAUTHENTICATED,
    ErrorReason.ERROR_REASON_PEER_NOT_ALLOWED: StatusCode.PERMISSION_DENIED,
    ErrorReason.ERROR_REASON_ROLE_NOT_ALLOWED: StatusCode.PERMISSION_DENIED,
    ErrorReason.ERROR_REASON_DEADLINE_EXCEEDED: StatusCode.DEADLINE_EXCEEDED,
    ErrorReason.ERROR_REASON_DEPENDENCY_UNAVAILABLE: StatusCode.UNAVAILABLE,
    ErrorReason.ERROR_REASON_DATABASE_UNAVAILABLE: StatusCode.UNAVAILABLE,
    ErrorReason.ERROR_REASON_DRAINING: StatusCode.UNAVAILABLE,
    ErrorReason.ERROR_REASON_RATE_LIMITED: StatusCode.RESOURCE_EXHAUSTED,
    ErrorReason.ERROR_REASON_OVERLOADED: StatusCode.RESOURCE_EXHAUSTED,
    ErrorReason.ERROR_REASON_REQUEST_ID_REUSED: StatusCode.ABORTED,
    ErrorReason.ERROR_REASON_METHOD_UNKNOWN: StatusCode.UNIMPLEMENTED,
    ErrorReason.ERROR_REASON_REQUEST_TOO_LARGE: StatusCode.RESOURCE_EXHAUSTED,
    ErrorReason.ERROR_REASON_ORIGIN_NOT_ALLOWED: StatusCode.PERMISSION_DENIED,
    ErrorReason.ERROR_REASON_QUOTA_EXCEEDED: StatusCode.RESOURCE_EXHAUSTED,
    ErrorReason.ERROR_REASON_CREDENTIALS_INVALID: StatusCode.UNAUTHENTICATED,
    ErrorReason.ERROR_REASON_EMAIL_TAKEN: StatusCode.ALREADY_EXISTS,
    ErrorReason.ERROR_REASON_REFRESH_TOKEN_INVALID: StatusCode.UNAUTHENTICATED,
    ErrorReason.ERROR_REASON_SESSION_ENDED: StatusCode.UNAUTHENTICATED,
    ErrorReason.ERROR_REASON_CONVERSATION_NOT_FOUND: StatusCode.NOT_FOUND,
    ErrorReason.ERROR_REASON_MESSAGE_NOT_FOUND: StatusCode.NOT_FOUND,
    ErrorReason.ERROR_REASON_GENERATION_NOT_FOUND: StatusCode.NOT_FOUND,
    ErrorReason.ERROR_REASON_MESSAGE_ROLE_MISMATCH: StatusCode.FAILED_PRECONDITION,
    ErrorReason.ERROR_REASON_GENERATION_ENDED: StatusCode.FAILED_PRECONDITION,
    ErrorReason.ERROR_REASON_LEASE_LOST: StatusCode.ABORTED,
    ErrorReason.ERROR_REASON_CAPABILITY_INVALID: StatusCode.PERMISSION_DENIED,
    ErrorReason.ERROR_REASON_GENERATION_INTERRUPTED: StatusCode.ABORTED,
    ErrorReason.ERROR_REASON_GENERATION_IN_PROGRESS: StatusCode.FAILED_PRECONDITION,
    ErrorReason.ERROR_REASON_DOCUMENT_NOT_FOUND: StatusCode.NOT_FOUND,
    ErrorReason.ERROR_REASON_COLLECTION_NOT_FOUND: StatusCode.NOT_FOUND,
    ErrorReason.ERROR_REASON_COLLECTION_NAME_TAKEN: StatusCode.ALREADY_EXISTS,
    ErrorReason.ERROR_REASON_UPLOAD_NOT_FOUND: StatusCode.NOT_FOUND,
    ErrorReason.ERROR_REASON_UPLOAD_OFFSET_MISMATCH: StatusCode.FAILED_PRECONDITION,
    ErrorReason.ERROR_REASON_UPLOAD_INCOMPLETE: StatusCode.FAILED_PRECONDITION,
    ErrorReason.ERROR_REASON_CONTENT_HASH_MISMATCH: StatusCode.INVALID_ARGUMENT,
    ErrorReason.ERROR_REASON_FILE_TOO_LARGE: StatusCode.RESOURCE_EXHAUSTED,
    ErrorReason.ERROR_REASON_URL_REFUSED: StatusCode.INVALID_ARGUMENT,
    ErrorReason.ERROR_REASON_URL_UNREACHABLE: StatusCode.UNAVAILABLE,
    ErrorReason.ERROR_REASON_DOCUMENT_TYPE_UNSUPPORTED: StatusCode.FAILED_PRECONDITION,
    ErrorReason.ERROR_REASON_DOCUMENT_EMPTY: StatusCode.FAILED_PRECONDITION,
    ErrorReason.ERROR_REASON_DOCUMENT_ENCRYPTED: StatusCode.FAILED_PRECONDITION,
    ErrorReason.ERROR_REASON_DOCUMENT_DAMAGED: StatusCode.FAILED_PRECONDITION,
    ErrorReason.ERROR_REASON_DOCUMENT_NO_TEXT_LAYER: StatusCode.FAILED_PRECONDITION,
    ErrorReason.ERROR_REASON_DOCUMENT_UNREADABLE: StatusCode.FAILED_PRECONDITION,
    ErrorReason.ERROR_REASON_DOCUMENT_TOO_LARGE: StatusCode.FAILED_PRECONDITION,
    ErrorReason.ERROR_REASON_DOCUMENT_TOO_SLOW: StatusCode.FAILED_PRECONDITION,
    ErrorReason.ERROR_REASON_DOCUMENT_PARSER_CRASHED: StatusCode.FAILED_PRECONDITION,
    ErrorReason.ERROR_REASON_EMBEDDING_MODEL_CHANGED: StatusCode.FAILED_PRECONDITION,
    ErrorReason.ERROR_REASON_MODEL_UNKNOWN: StatusCode.INVALID_ARGUMENT,
    ErrorReason.ERROR_REASON_PROVIDER_UNAVAILABLE: StatusCode.UNAVAILABLE,
    ErrorReason.ERROR_REASON_PROVIDER_INTERRUPTED: StatusCode.UNAVAILABLE,
    ErrorReason.ERROR_REASON_PROVIDER_REJECTED: StatusCode.FAILED_PRECONDITION,
    ErrorReason.ERROR_REASON_CONTEXT_TOO_LONG: StatusCode.INVALID_ARGUMENT,
    ErrorReason.ERROR_REASON_PROVIDER_RATE_LIMITED: StatusCode.RESOURCE_EXHAUSTED,
    ErrorReason.ERROR_REASON_EMBEDDING_MODEL_UNKNOWN: StatusCode.INVALID_ARGUMENT,
}


@dataclass(frozen=True)
class FieldViolation:
    """One field of a request that breaks its documented rule.

    Attributes:
        field: Path from the request's top, in proto names: `messages[2].text`.
            Empty when the rule is about the whole request.
        description: The rule, for a person.
        reason: The rule, for a program: `string.max_len`.
    """

    field: str
    description: str
    reason: str = ""


@dataclass(frozen=True)
class Quota:
    """A bound on what one user may have, which a call would have passed.

    Attributes:
        name: Of what, with its unit, for programs: `stored_bytes`.
        limit: How much one may have.
        subject: Whose it is: `user:<id>`.
    """

    name: str
    limit: int
    subject: str


class ServiceError(Exception):
    """A failure the caller can act on. Anything else raised is a bug.

    Attributes:
        reason: Why, for programs. Decides the status code.
        message: Why, for a developer; English, one sentence, no secrets.
        retry_after: When the same call may succeed; None where no wait helps.
        field_violations: Which fields of the request are wrong.
        quota: Which bound was reached.
        metadata: Every value that appears in `message`, keyed by name.
    """

    def __init__(
        self,
        reason: ErrorReason.ValueType,
        message: str,
        *,
        retry_after: timedelta | None = None,
        field_violations: Sequence[FieldViolation] = (),
        quota: Quota | None = None,
        **metadata: str,
    ) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message
        self.retry_after = retry_after
        self.field_violations = tuple(field_violations)
        self.quota = quota
        self.metadata = metadata

    @property
    def code(self) -> StatusCode:
        """The gRPC status that goes with the reason."""
        return STATUS_BY_REASON[self.reason]

    @property
    def reason_name(self) -> str:
        """The reason as `ErrorInfo` spells it: `ERROR_REASON_INVALID_FIELD`."""
        return ErrorReason.Name(self.reason)


def invalid(field: str, description: str, *, reason: str = "") -> ServiceError:
    """Makes the error for one wrong field, where no contract rule can say it."""
    return invalid_fields([FieldViolation(field, description, reason)])


def invalid_fields(violations: Sequence[FieldViolation]) -> ServiceError:
    """Makes the error for a request in which all of `violations` were found."""
    return ServiceError(
        ErrorReason.ERROR_REASON_INVALID_FIELD,
        "Fields are missing or break their documented rule.",
        field_violations=violations,
    )


def status_of(error: ServiceError) -> Status:
    """Writes `error` for the wire: a call's status, or a stream's `failed` event."""
    details: list[Message] = [
        ErrorInfo(domain=DOMAIN, reason=error.reason_name, metadata=error.metadata)
    ]
    if error.field_violations:
        violations = [
            BadRequest.FieldViolation(
                field=v.field, description=v.description, reason=v.reason
            )
            for v in error.field_violations
        ]
        details.append(BadRequest(field_violations=violations))
    if error.quota is not None:
        violation = QuotaFailure.Violation(
            subject=error.quota.subject,
            description=error.message,
            quota_id=error.quota.name,
            quota_value=error.quota.limit,
        )
        details.append(QuotaFailure(violations=[violation]))
    if error.retry_after is not None:
        delay = Duration()
        delay.FromTimedelta(error.retry_after)
        details.append(RetryInfo(retry_delay=delay))
    return Status(
        code=error.code.value[0],
        message=error.message,
        details=[_packed(detail) for detail in details],
    )


def from_status(status: Status) -> ServiceError | None:
    """Reads an error that a peer wrote with `status_of`; None when it is not one."""
    info, bad_request, retry = ErrorInfo(), BadRequest(), RetryInfo()
    quotas = QuotaFailure()
    for detail in status.details:
        for known in (info, bad_request, quotas, retry):
            detail.Unpack(known)
    if info.domain != DOMAIN or info.reason not in ErrorReason.keys():  # noqa: SIM118 - An enum wrapper is no mapping.
        return None
    reason = ErrorReason.Value(info.reason)
    if reason not in STATUS_BY_REASON:
        return None
    error = ServiceError(
        reason,
        status.message,
        retry_after=retry.retry_delay.ToTimedelta()
        if retry.HasField("retry_delay")
        else None,
        field_violations=[
            FieldViolation(v.field, v.description, v.reason)
            for v in bad_request.field_violations
        ],
        quota=next(
            (Quota(v.quota_id, v.quota_value, v.subject) for v in quotas.violations),
            None,
        ),
    )
    error.metadata = dict(info.metadata)
    return error


def deadline_exceeded() -> ServiceError:
    """Makes the error for work that did not end before the call's deadline."""
    return ServiceError(
        ErrorReason.ERROR_REASON_DEADLINE_EXCEEDED,
        "The work did not end before the call's deadline.",
    )


def _packed(message: Message) -> AnyMessage:
    packed = AnyMessage()
    packed.Pack(message)
    return packed
