"""The keys that sign access tokens, and the set that is published to verify them.

A key is named by its RFC 7638 thumbprint. To rotate: put the public key of the old one
into the retired keys' directory, replace the private key, restart; take the old public
key away when its last token has expired (15 minutes).
"""

from __future__ import annotations

import hashlib
import json
from base64 import urlsafe_b64encode
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from mesh.tokens import ALGORITHM, AUDIENCE, ISSUER

ACCESS_TOKEN_LIFETIME = timedelta(minutes=15)


class SigningKeyError(Exception):
    """A key file cannot be used. The text names it and its fault."""


@dataclass(frozen=True)
class PublicKey:
    """One published key, field by field as in RFC 8037."""

    kty: str
    crv: str
    x: str
    kid: str
    alg: str
    use: str


@dataclass(frozen=True)
class AccessToken:
    """A signed token and when it expires."""

    token: str
    expire_time: datetime


class SigningKeys:
    """Signs with one key; publishes it and those that signed before."""

    def __init__(
        self, private: Ed25519PrivateKey, retired: Iterable[Ed25519PublicKey] = ()
    ) -> None:
        self._private = private
        keys = [private.public_key(), *retired]
        self.by_id = {_published(key).kid: key for key in keys}
        self.published = [_published(key) for key in self.by_id.values()]
        self.kid = self.published[0].kid

    @classmethod
    def load(cls, private: Path, retired: Path | None = None) -> SigningKeys:
        """Reads the private key's PEM file and the `*.pem` of retired public keys.

        Raises:
            SigningKeyError: a file is missing or holds no Ed25519 key.
        """
        paths = sorted(retired.glob("*.pem")) if retired else []
        return cls(_read_private(private), [_read_public(path) for path in paths])

    @property
    def jwks(self) -> str:
        """The published keys as a JSON Web Key Set."""
        return json.dumps({"keys": [asdict(key) for key in self.published]})

    def sign(
        self, *, user_id: UUID, session_id: UUID, role: str, now: datetime | None = None
    ) -> AccessToken:
        """Makes an access token, good for 15 minutes."""
        issued = (now or datetime.now(UTC)).replace(microsecond=0)
        expires = issued + ACCESS_TOKEN_LIFETIME
        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": str(user_id),
            "sid": str(session_id),
            "role": role,
            "iat": issued,
            "exp": expires,
        }
        token = jwt.encode(
            claims, self._private, algorithm=ALGORITHM, headers={"kid": self.kid}
        )
        return AccessToken(token, expires)


def _published(key: Ed25519PublicKey) -> PublicKey:
    raw = key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    x = _base64url(raw)
    # RFC 7638: the required members, sorted, without white space.
    members = f'{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}'
    kid = _base64url(hashlib.sha256(members.encode()).digest())
    return PublicKey(kty="OKP", crv="Ed25519", x=x, kid=kid, alg=ALGORITHM, use="sig")


def _base64url(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def _read_private(path: Path) -> Ed25519PrivateKey:
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except OSError as error:
        raise SigningKeyError(f"{path}: {error.strerror}") from error
    except (ValueError, TypeError) as error:
        raise SigningKeyError(f"{path}: not a PEM private key") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise SigningKeyError(f"{path}: not an Ed25519 key")
    return key


def _read_public(path: Path) -> Ed25519PublicKey:
    try:
        key = serialization.load_pem_public_key(path.read_bytes())
    except OSError as error:
        raise SigningKeyError(f"{path}: {error.strerror}") from error
    except ValueError as error:
        raise SigningKeyError(f"{path}: not a PEM public key") from error
    if not isinstance(key, Ed25519PublicKey):
        raise SigningKeyError(f"{path}: not an Ed25519 key")
    return key
