"""What tests need to be peers: certificates, tokens, a served servicer.

Ships with the package, so that services and their adapters are tested over the real
thing: mutual TLS, policy, interceptors.
"""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import grpc
import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from mesh.authority import Authority
from mesh.channels import PeerChannel
from mesh.credentials import Certificates
from mesh.ids import uuid7
from mesh.policy import Policy, Role
from mesh.server import PeerServer
from mesh.settings import Environment, PeerSettings
from mesh.tokens import ALGORITHM, AUDIENCE, ISSUER, StaticKeys, TokenVerifier

PEERS = (
    *("envoy", "gateway", "llm_worker", "persistence", "ingest"),
    *("developer", "launcher"),
)


def issue_certificates(
    directory: Path, *peers: str, lifetime: timedelta = timedelta(hours=1)
) -> Authority:
    """Founds an authority and issues `<directory>/<peer>` for each of `peers`."""
    authority = Authority.load_or_create(directory / "authority")
    for peer in peers or PEERS:
        authority.issue(peer, directory / peer, lifetime)
    return authority


class TokenIssuer:
    """Signs user tokens like persistence's identity service does."""

    def __init__(self, kid: str = "test") -> None:
        self.kid = kid
        self.key = Ed25519PrivateKey.generate()

    @property
    def jwks(self) -> str:
        """The document that publishes the key."""
        entry = jwt.get_algorithm_by_name(ALGORITHM).to_jwk(
            self.key.public_key(), as_dict=True
        )
        return json.dumps({"keys": [{**entry, "kid": self.kid, "alg": ALGORITHM}]})

    @property
    def verifier(self) -> TokenVerifier:
        """A verifier that knows the key."""
        return TokenVerifier(StaticKeys({self.kid: self.key.public_key()}))

    def token(
        self,
        role: Role | Any = Role.GUEST,
        *,
        user_id: UUID | None = None,
        session_id: UUID | None = None,
        expires_in: float = 900,
        headers: Mapping[str, Any] | None = None,
        **claims: Any,
    ) -> str:
        """Signs a token; `claims` replace the usual ones, None takes one out."""
        now = int(time.time())
        payload = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "iat": now,
            "exp": now + expires_in,
            "sub": str(user_id or uuid7()),
            "sid": str(session_id or uuid7()),
            "role": role,
            **claims,
        }
        return jwt.encode(
            {key: value for key, value in payload.items() if value is not None},
            self.key,
            algorithm=ALGORITHM,
            headers={"kid": self.kid, **(headers or {})},
        )


def bearer(token: str) -> tuple[tuple[str, str], ...]:
    """Returns the metadata that sends `token`."""
    return (("authorization", f"Bearer {token}"),)


def settings(certs_dir: Path, **values: Any) -> PeerSettings:
    """Returns settings for a test's server: nothing waits."""
    return PeerSettings(
        **{
            "environment": Environment.TEST,
            "certs_dir": certs_dir,
            "drain_seconds": 5,
            "drain_delay_seconds": 0,
            **values,
        }
    )


@dataclass
class Served:
    """A running server and a channel to it."""

    server: PeerServer
    channel: PeerChannel

    @property
    def address(self) -> str:
        """Where the server listens: `127.0.0.1:<port>`."""
        return f"127.0.0.1:{self.server.port}"


@asynccontextmanager
async def serving(  # noqa: PLR0913 - What a test may want to vary, by keyword.
    register: Callable[[grpc.aio.Server], None],
    *services: str,
    certs: Path,
    policy: Policy,
    peer: str = "gateway",
    client: str = "envoy",
    verifier: TokenVerifier | None = None,
    **values: Any,
) -> AsyncIterator[Served]:
    """Serves on a free loopback port as `peer`, with a channel of `client` to it.

    Args:
        services: Full names of what `register` adds.
        certs: A directory that `issue_certificates` filled.
        values: Settings, by field.
    """
    server = PeerServer(
        settings(certs / peer, **values),
        listen="127.0.0.1:0",
        policy=policy,
        verifier=verifier,
        certs=Certificates(certs / peer, poll_seconds=0),
    )
    server.add(register, *services)
    await server.start()
    channel = PeerChannel(
        f"127.0.0.1:{server.port}",
        peer=peer,
        certs=Certificates(certs / client, poll_seconds=0),
    )
    try:
        yield Served(server, channel)
    finally:
        await channel.close()
        await server.stop(None)
