"""proto ↔ rows of identity."""

from __future__ import annotations

from datetime import datetime

from google.protobuf.timestamp_pb2 import Timestamp
from lamla.identity.v1 import identity_service_pb2 as pb

from mesh.policy import Role
from persistence.identity.domain import SignedIn
from persistence.identity.keys import AccessToken, PublicKey
from persistence.identity.models import User

_ROLE_TO_PROTO = {
    Role.GUEST: pb.ROLE_GUEST,
    Role.STUDENT: pb.ROLE_STUDENT,
    Role.TEACHER: pb.ROLE_TEACHER,
    Role.ADMIN: pb.ROLE_ADMIN,
}


def user_to_proto(user: User) -> pb.User:
    """Writes a user."""
    return pb.User(
        user_id=str(user.id),
        role=_ROLE_TO_PROTO[Role(user.role)],
        email=user.email or "",
        display_name=user.display_name,
        create_time=_time_to_proto(user.create_time),
    )


def tokens_to_proto(
    signed_in: SignedIn, access: AccessToken, *, with_refresh_token: bool
) -> pb.TokenResponse:
    """Writes a pair of tokens, the refresh token only where it goes into the body."""
    return pb.TokenResponse(
        access_token=access.token,
        access_token_expire_time=_time_to_proto(access.expire_time),
        refresh_token=signed_in.refresh_token if with_refresh_token else "",
        refresh_token_expire_time=_time_to_proto(signed_in.refresh_token_expire_time),
        user=user_to_proto(signed_in.user),
    )


def key_to_proto(key: PublicKey) -> pb.Jwk:
    """Writes a public key."""
    return pb.Jwk(
        kty=key.kty, crv=key.crv, x=key.x, kid=key.kid, alg=key.alg, use=key.use
    )


def _time_to_proto(time: datetime) -> Timestamp:
    timestamp = Timestamp()
    timestamp.FromDatetime(time)
    return timestamp
