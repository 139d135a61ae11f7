"""Lets a call through only from a peer, and for a user, that the policy names."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from lamla.errors.v1.error_reason_pb2 import ErrorReason

from mesh.errors import ServiceError
from mesh.identity import User, set_user, token_missing
from mesh.interceptors.base import Call, Layer
from mesh.policy import Policy, Rule
from mesh.tokens import TokenVerifier

log = structlog.get_logger()

SCHEME = "bearer "


def identity(policy: Policy, verifier: TokenVerifier | None) -> Layer:
    """Makes the layer: the peer first, then the user.

    Raises:
        ValueError: `policy` wants users and there is no `verifier`.
    """
    if verifier is None and any(rule.roles is not None for rule in policy.values()):
        raise ValueError("A policy with roles needs a token verifier.")

    @asynccontextmanager
    async def layer(call: Call) -> AsyncIterator[None]:
        rule = policy.get(call.method)
        if rule is None:
            log.error("method_without_policy", method=call.method)
        if rule is None or call.peer not in rule.peers:
            raise peer_not_allowed(call.peer)
        call.user = await _user(call, rule)
        set_user(call.user)
        yield

    async def _user(call: Call, rule: Rule) -> User | None:
        if rule.roles is None or verifier is None:
            return None
        header = call.metadata.get("authorization", "")
        if not header and rule.token_optional:
            return None
        if not header.lower().startswith(SCHEME):
            raise token_missing()
        user = await verifier.verify(header[len(SCHEME) :].strip())
        if user.role not in rule.roles:
            raise ServiceError(
                ErrorReason.ERROR_REASON_ROLE_NOT_ALLOWED,
                f"The role {user.role} may not call this method.",
                role=user.role,
            )
        return user

    return layer


def peer_not_allowed(peer: str) -> ServiceError:
    """Makes the error for a process that may not call the method."""
    return ServiceError(
        ErrorReason.ERROR_REASON_PEER_NOT_ALLOWED,
        f"The peer {peer!r} may not call this method.",
        peer=peer,
    )
