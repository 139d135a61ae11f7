"""Verifies user tokens: JWTs signed with EdDSA by persistence's identity service."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol
from uuid import UUID

import grpc
import jwt
import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from lamla.errors.v1.error_reason_pb2 import ErrorReason

from mesh.errors import ServiceError
from mesh.identity import User
from mesh.policy import Role
from mesh.rpc_errors import from_rpc_error

log = structlog.get_logger()

ALGORITHM = "EdDSA"
ISSUER = "lamla"
AUDIENCE = "lamla"
CLAIMS = ["exp", "iat", "iss", "aud", "sub", "sid", "role"]

# Clocks of two machines differ; a token from the issuer's "now" must work at once.
CLOCK_SKEW_SECONDS = 60
CACHED_TOKENS = 10_000
# How long a failure to fetch keys is taken for the answer.
FAILURE_SECONDS = 1.0
# The longest token that is looked at; ours have about 400 characters.
TOKEN_CHARACTERS = 4_096

Keys = Mapping[str, Ed25519PublicKey]


class KeySource(Protocol):
    """Knows the public keys that tokens may be signed with."""

    async def get(self, kid: str) -> Ed25519PublicKey | None:
        """Returns the key named `kid`; None when there is none.

        Raises:
            ServiceError: the keys cannot be had now.
        """


class StaticKeys:
    """Keys that are at hand: the issuer's own, or a test's."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys

    async def get(self, kid: str) -> Ed25519PublicKey | None:
        """See `KeySource.get`."""
        return self._keys.get(kid)


class RemoteKeys:
    """Keys that another peer publishes, fetched when needed and kept.

    An unknown key id makes it fetch again, because the issuer may have rotated; at
    most once per `patience_seconds`, because anybody can make up key ids.
    """

    def __init__(
        self,
        fetch: Callable[[], Awaitable[str]],
        *,
        peer: str = "persistence",
        patience_seconds: float = 10,
        age_seconds: float = 300,
    ) -> None:
        """`fetch` returns a JWKS document; after `age_seconds` it is asked again."""
        self._fetch = fetch
        self._peer = peer
        self._patience = patience_seconds
        self._age = age_seconds
        self._keys: Keys = {}
        self._fetched = -float("inf")
        self._failed = -float("inf")
        self._failure: ServiceError | None = None
        self._lock = asyncio.Lock()

    async def get(self, kid: str) -> Ed25519PublicKey | None:
        """See `KeySource.get`."""
        if self._is_due(kid):
            async with self._lock:
                if self._is_due(kid):
                    await self._refresh(kid)
        return self._keys.get(kid)

    def _is_due(self, kid: str) -> bool:
        age = time.monotonic() - self._fetched
        return age > (self._age if kid in self._keys else self._patience)

    async def _refresh(self, kid: str) -> None:
        # Those who queued behind a failure share it, instead of each waiting in turn.
        recently = time.monotonic() - self._failed < FAILURE_SECONDS
        if self._failure is None or not recently:
            self._failure = await self._fetched_keys()
        if self._failure is None:
            return
        # An old key is better than none while its publisher is away.
        if kid not in self._keys:
            raise self._failure

    async def _fetched_keys(self) -> ServiceError | None:
        try:
            self._keys = keys_from_jwks(await self._fetch())
        except (ServiceError, grpc.aio.AioRpcError) as error:
            self._failed = time.monotonic()
            log.warning("token_keys_not_fetched", peer=self._peer)
            if isinstance(error, ServiceError):
                return error
            return from_rpc_error(error, self._peer)
        self._fetched = time.monotonic()
        return None


class TokenVerifier:
    """Turns a token into the `User` it names, or refuses it with a typed reason.

    A verified token is remembered until it expires, so that a chatty client costs
    one signature check per token and process.
    """

    def __init__(self, keys: KeySource) -> None:
        self._keys = keys
        self._verified: dict[str, tuple[User, float]] = {}

    async def verify(self, token: str) -> User:
        """Returns the user that `token` names.

        Raises:
            ServiceError: `TOKEN_EXPIRED`, or `TOKEN_INVALID` for whatever else is
                wrong with it; `DEPENDENCY_UNAVAILABLE` when the keys cannot be had.
        """
        known = self._verified.get(token)
        if known is not None:
            user, expiry = known
            if expiry > time.time():
                return user
            del self._verified[token]
            raise _expired()
        user, expiry = _user_from_claims(await self._claims(token), token)
        if len(self._verified) >= CACHED_TOKENS:
            del self._verified[next(iter(self._verified))]  # The oldest.
        self._verified[token] = user, expiry
        return user

    async def _claims(self, token: str) -> dict[str, Any]:
        if len(token) > TOKEN_CHARACTERS:
            raise _invalid()
        try:
            header = jwt.get_unverified_header(token)
        except jwt.InvalidTokenError as error:
            raise _invalid() from error
        kid = header.get("kid")
        if header.get("alg") != ALGORITHM or not isinstance(kid, str):
            raise _invalid()
        key = await self._keys.get(kid)
        if key is None:
            raise _invalid()
        try:
            return jwt.decode(
                token,
                key,
                algorithms=[ALGORITHM],
                issuer=ISSUER,
                audience=AUDIENCE,
                options={"require": CLAIMS, "verify_iat": False},
            )
        except jwt.ExpiredSignatureError as error:
            raise _expired() from error
        except jwt.InvalidTokenError as error:
            raise _invalid() from error


def keys_from_jwks(document: str) -> dict[str, Ed25519PublicKey]:
    """Reads the Ed25519 keys of a JWKS document (RFC 7517, RFC 8037) by key id."""
    keys = {}
    for entry in json.loads(document)["keys"]:
        if entry.get("kty") == "OKP" and entry.get("crv") == "Ed25519":
            key = jwt.PyJWK(entry, algorithm=ALGORITHM).key
            if isinstance(key, Ed25519PublicKey):
                keys[str(entry["kid"])] = key
    return keys


def _user_from_claims(claims: Mapping[str, Any], token: str) -> tuple[User, float]:
    try:
        issued, expiry = float(claims["iat"]), float(claims["exp"])
        user = User(
            id=UUID(claims["sub"]),
            session_id=UUID(claims["sid"]),
            role=Role(claims["role"]),
            token=token,
        )
    except (TypeError, ValueError, AttributeError) as error:
        raise _invalid() from error
    if issued > time.time() + CLOCK_SKEW_SECONDS:
        raise _invalid()
    return user, expiry


def _invalid() -> ServiceError:
    return ServiceError(
        ErrorReason.ERROR_REASON_TOKEN_INVALID, "The token is not one of ours."
    )


def _expired() -> ServiceError:
    return ServiceError(
        ErrorReason.ERROR_REASON_TOKEN_EXPIRED, "The token has expired: refresh it."
    )
