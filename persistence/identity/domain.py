"""What the identity services return, apart from rows."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from uuid import UUID

from persistence.identity.models import User

REFRESH_TOKEN_LIFETIME = timedelta(days=30)
# Two tabs that refresh at once are not a theft.
REUSE_GRACE = timedelta(seconds=30)
# 256 bits; 43 characters.
TOKEN_BYTES = 32


@dataclass(frozen=True)
class SignedIn:
    """A user with a session and the only copy of its next refresh token."""

    user: User
    session_id: UUID
    refresh_token: str
    refresh_token_expire_time: datetime


@dataclass(frozen=True)
class TokenHolder:
    """A user and the session that its access token names."""

    user: User
    session_id: UUID


class Refusal(Enum):
    """Why a refresh token was not exchanged."""

    INVALID = "unknown, expired or used before"
    SESSION_ENDED = "its session was signed out or has expired"


@dataclass(frozen=True)
class Credentials:
    """What a sign-in is checked against."""

    user_id: UUID
    password: str


def token_new() -> str:
    """Makes a refresh token."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def token_hash(token: str) -> bytes:
    """Returns what is stored of a refresh token."""
    return hashlib.sha256(token.encode()).digest()
