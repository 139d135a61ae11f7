"""Who calls: the user whose token came with a call, and the peer that sent it."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass, field
from uuid import UUID

import grpc
from lamla.errors.v1.error_reason_pb2 import ErrorReason

from mesh.errors import ServiceError
from mesh.policy import Role

TRUST_DOMAIN = "lamla"
SPIFFE_PREFIX = f"spiffe://{TRUST_DOMAIN}/"


@dataclass(frozen=True)
class User:
    """A person, as a verified token names them.

    Attributes:
        session_id: The person's presence on one device.
        token: The token itself, for calls made on the user's behalf. Never logged.
    """

    id: UUID
    session_id: UUID
    role: Role
    token: str = field(repr=False)


_user: ContextVar[User | None] = ContextVar("lamla_user", default=None)


def current_user() -> User:
    """Returns the user of the call being served.

    Raises:
        ServiceError: `TOKEN_MISSING` when the call came without one.
    """
    user = _user.get()
    if user is None:
        raise token_missing()
    return user


def optional_user() -> User | None:
    """Returns the user of the call being served; None when it came without one."""
    return _user.get()


def set_user(user: User | None) -> None:
    """Makes `user` the user of the current call."""
    _user.set(user)


def token_missing() -> ServiceError:
    """Makes the error for a call that needs a token and has none."""
    return ServiceError(
        ErrorReason.ERROR_REASON_TOKEN_MISSING, "This method needs a bearer token."
    )


def peer_of(context: grpc.aio.ServicerContext) -> str:
    """Returns the name in the caller's certificate; empty when it has none of ours.

    The handshake has already proved that our authority issued the certificate.
    """
    for value in context.auth_context().get("peer_spiffe_id", ()):
        spiffe_id = value.decode(errors="replace")
        if spiffe_id.startswith(SPIFFE_PREFIX):
            return spiffe_id.removeprefix(SPIFFE_PREFIX)
    return ""


def dns_name(peer: str) -> str:
    """Returns the name that clients verify, because gRPC cannot verify a URI SAN."""
    return f"{peer.replace('_', '-')}.{TRUST_DOMAIN}"
