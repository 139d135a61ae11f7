"""Reads users and sessions."""

from __future__ import annotations

from uuid import UUID

from django.db import connection
from django.db.models.functions import Now
from lamla.errors.v1.error_reason_pb2 import ErrorReason

from mesh.errors import ServiceError
from persistence.identity.domain import Credentials
from persistence.identity.managers import email_normalised
from persistence.identity.models import Session, User


def credentials_get(*, email: str) -> Credentials | None:
    """Returns what to check a sign-in against; None when there is no such account.

    Runs before an owner is known, through a function that answers for one exact
    address only.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT user_id, password FROM identity_credentials(%s)",
            [email_normalised(email)],
        )
        row = cursor.fetchone()
    return Credentials(*row) if row else None


def refresh_token_owner(*, token_hash: bytes) -> UUID | None:
    """Returns whose refresh token has this hash; None when nobody's."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT identity_refresh_token_owner(%s)", [token_hash])
        owner: UUID | None = cursor.fetchone()[0]
    return owner


def session_require(*, session_id: UUID) -> None:
    """Does nothing while the session of the owner's may go on.

    Raises:
        ServiceError: `SESSION_ENDED`: signed out, expired or gone.
    """
    live = Session.objects.filter(end_time=None, expire_time__gt=Now())
    if not live.filter(id=session_id).exists():
        raise session_ended()


def user_get(*, user_id: UUID, session_id: UUID) -> User:
    """Returns a signed-in user.

    Raises:
        ServiceError: `SESSION_ENDED`: signed out, expired, closed or gone.
    """
    session_require(session_id=session_id)
    user = User.objects.filter(id=user_id, is_active=True).first()
    if user is None:
        raise session_ended()
    return user


def session_ended() -> ServiceError:
    """Makes the error for a session that was signed out or has expired."""
    return ServiceError(
        ErrorReason.ERROR_REASON_SESSION_ENDED,
        "The session was signed out or has expired.",
    )
