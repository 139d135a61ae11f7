"""The refresh token as a cookie: scripts in the page cannot read it.

Only IdentityService receives it: over gRPC-Web by the service's path, over JSON by the
paths of the two methods that take it. One cookie with `Path=/` would be sent along with
every request and end up wherever requests are logged.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

NAME = "lamla_refresh"
PATHS = (
    "/lamla.identity.v1.IdentityService",
    "/v1/auth:refresh",
    "/v1/auth:logout",
)

Metadata = tuple[tuple[str, str], ...]


def token_set(token: str, lifetime: timedelta, *, is_secure: bool) -> Metadata:
    """Returns the response metadata that makes a browser keep `token`."""
    seconds = max(0, int(lifetime.total_seconds()))
    attributes = f"Max-Age={seconds}; HttpOnly; SameSite=Strict"
    if is_secure:
        attributes += "; Secure"
    return tuple(
        ("set-cookie", f"{NAME}={token}; Path={path}; {attributes}") for path in PATHS
    )


def token_cleared(*, is_secure: bool) -> Metadata:
    """Returns the response metadata that makes a browser forget the token."""
    return token_set("", timedelta(0), is_secure=is_secure)


def token_from(metadata: Iterable[tuple[str, str | bytes]] | None) -> str:
    """Returns the token in a request's cookies; empty when there is none."""
    for key, value in metadata or ():
        if key == "cookie" and isinstance(value, str):
            for pair in value.split(";"):
                name, _, content = pair.strip().partition("=")
                if name == NAME:
                    return content
    return ""
