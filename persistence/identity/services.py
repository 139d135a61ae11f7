"""Writes users and sessions. One function per use case, one transaction each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError
from django.db.models.functions import Now
from django.utils import timezone
from lamla.errors.v1.error_reason_pb2 import ErrorReason

from mesh.errors import ServiceError
from mesh.policy import Role
from persistence import orm
from persistence.identity.domain import (
    REFRESH_TOKEN_LIFETIME,
    REUSE_GRACE,
    Credentials,
    Refusal,
    SignedIn,
    token_hash,
    token_new,
)
from persistence.identity.managers import email_normalised
from persistence.identity.models import RefreshToken, Session, User
from persistence.identity.selectors import (
    refresh_token_owner,
    session_ended,
    session_require,
)


def guest_create(*, user_id: UUID) -> SignedIn:
    """Creates a guest and a session for it."""
    user = User(id=user_id, role=Role.GUEST.value)
    user.set_unusable_password()
    user.save(force_insert=True)
    return _session_start(user)


def account_create(
    *, user_id: UUID, email: str, password_hash: str, display_name: str
) -> SignedIn:
    """Creates an account and a session for it.

    Raises:
        ServiceError: `EMAIL_TAKEN`.
    """
    with _email_unique():
        user = User.objects.create(
            id=user_id,
            role=Role.STUDENT.value,
            email=email_normalised(email),
            password=password_hash,
            display_name=display_name,
        )
    return _session_start(user)


def guest_upgrade(
    *,
    user_id: UUID,
    session_id: UUID,
    email: str,
    password_hash: str,
    display_name: str,
) -> SignedIn:
    """Makes a guest an account: the same user, with all that is its.

    The guest's sessions end: whoever planted a guest's token on somebody would else be
    signed in to that person's account.

    Raises:
        ServiceError: `EMAIL_TAKEN`; `SESSION_ENDED` when the guest was signed out, is
            gone, or is an account by now.
    """
    session_require(session_id=session_id)
    guests = User.objects.select_for_update().filter(role=Role.GUEST.value)
    user = guests.filter(id=user_id, is_active=True).first()
    if user is None:
        raise session_ended()
    user.role = Role.STUDENT.value
    user.email = email_normalised(email)
    user.password = password_hash
    user.display_name = display_name
    with _email_unique():
        user.save(update_fields=["role", "email", "password", "display_name"])
    Session.objects.filter(user=user, end_time=None).update(end_time=Now())
    return _session_start(user)


def session_start(*, credentials: Credentials, new_hash: str | None) -> SignedIn:
    """Creates a session for an account whose password was right.

    Args:
        new_hash: Replaces the hash that the password was checked against.

    Raises:
        ServiceError: `CREDENTIALS_INVALID`: closed, or another password, since that
            was looked up.
    """
    accounts = User.objects.filter(id=credentials.user_id, is_active=True)
    user = accounts.filter(password=credentials.password).first()
    if user is None:
        raise credentials_invalid()
    if new_hash is not None:
        user.password = new_hash
        user.save(update_fields=["password"])
    return _session_start(user)


def session_refresh(*, token: str) -> SignedIn | Refusal:
    """Exchanges a refresh token for the next one.

    A refusal is returned, not raised: one that ends the session must be stored.
    """
    found = _token_lock(token)
    if found is None:
        return Refusal.INVALID
    old, now = found
    session = old.session
    if session.end_time is not None or session.expire_time <= now:
        return Refusal.SESSION_ENDED
    if not session.user.is_active:
        return Refusal.SESSION_ENDED
    if old.expire_time <= now:
        return Refusal.INVALID
    if old.used_time is not None and now - old.used_time > REUSE_GRACE:
        # Somebody has a copy, and nobody knows which of the two is the owner.
        _session_end(session, now)
        return Refusal.INVALID
    following, text = _token_create(session, now)
    if old.used_time is None:
        old.used_time = now
        old.replaced_by = following
        old.save(update_fields=["used_time", "replaced_by"])
    session.last_seen_time = now
    session.expire_time = following.expire_time
    session.save(update_fields=["last_seen_time", "expire_time"])
    return SignedIn(session.user, session.id, text, following.expire_time)


def session_sign_out(*, token: str) -> None:
    """Ends the session of a refresh token; an unknown token is no error."""
    found = _token_lock(token)
    if found is not None and found[0].session.end_time is None:
        _session_end(found[0].session, found[1])


def credentials_invalid() -> ServiceError:
    """Makes the error for a sign-in that fails, whatever is wrong with it."""
    return ServiceError(
        ErrorReason.ERROR_REASON_CREDENTIALS_INVALID,
        "E-mail address and password do not belong together.",
    )


def _session_start(user: User) -> SignedIn:
    now = timezone.now()
    session = Session.objects.create(
        user=user, expire_time=now + REFRESH_TOKEN_LIFETIME
    )
    token, text = _token_create(session, now)
    return SignedIn(user, session.id, text, token.expire_time)


def _session_end(session: Session, now: datetime) -> None:
    session.end_time = now
    session.save(update_fields=["end_time"])


def _token_create(session: Session, now: datetime) -> tuple[RefreshToken, str]:
    text = token_new()
    token = RefreshToken.objects.create(
        session=session,
        user_id=session.user_id,
        token_hash=token_hash(text),
        expire_time=now + REFRESH_TOKEN_LIFETIME,
    )
    return token, text


def _token_lock(text: str) -> tuple[RefreshToken, datetime] | None:
    """Finds a token and keeps others from exchanging it; adds the database's time."""
    hashed = token_hash(text)
    owner = refresh_token_owner(token_hash=hashed)
    if owner is None:
        return None
    orm.set_owner(owner)
    # The session, not the token: two tokens of one family must not race either.
    sessions = Session.objects.select_for_update(of=("self",)).annotate(now=Now())
    session = sessions.filter(refresh_tokens__token_hash=hashed).first()
    if session is None:
        return None
    tokens = RefreshToken.objects.select_related("session__user")
    return tokens.get(token_hash=hashed), session.now


@contextmanager
def _email_unique() -> Iterator[None]:
    try:
        yield
    except IntegrityError as error:
        diagnosis = getattr(error.__cause__, "diag", None)
        if "email" not in (getattr(diagnosis, "constraint_name", None) or ""):
            raise
        raise ServiceError(
            ErrorReason.ERROR_REASON_EMAIL_TAKEN,
            "Another account has this e-mail address.",
        ) from None
