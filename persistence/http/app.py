"""Which path of the HTTP side is whose."""

from __future__ import annotations

from collections.abc import Mapping

from persistence.http.asgi import (
    READING,
    App,
    Receive,
    Scope,
    Send,
    respond,
    respond_json,
)
from persistence.http.static import StaticFiles

NOT_ALLOWED = 405


class HttpApp:
    """Routes by exact path; what is nobody's is Django's."""

    def __init__(
        self,
        *,
        exact: Mapping[str, App],
        forms: Mapping[str, App],
        static: StaticFiles,
        django: App,
    ) -> None:
        """Takes the paths that are not Django's.

        Args:
            exact: What answers to GET and HEAD on one path each.
            forms: What answers to POST, on one path each, with and without a slash at
                its end.
        """
        self._exact = exact
        self._forms = forms
        self._static = static
        self._django = django

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request."""
        if scope["type"] != "http":
            raise ValueError(f"{scope['type']} is not served.")
        path = scope["path"]
        if path in self._exact:
            if scope["method"] in READING:
                await self._exact[path](scope, receive, send)
            else:
                await respond(send, NOT_ALLOWED, headers=[("allow", "GET, HEAD")])
        elif path.rstrip("/") in self._forms:
            if scope["method"] == "POST":
                await self._forms[path.rstrip("/")](scope, receive, send)
            else:
                await respond(send, NOT_ALLOWED, headers=[("allow", "POST")])
        elif self._static.has(path):
            await self._static(scope, receive, send)
        else:
            await self._django(scope, receive, send)


class PublicKeys:
    """`/.well-known/jwks.json`, for Envoy's `remote_jwks`."""

    def __init__(self, jwks: str) -> None:
        self._jwks = jwks

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers with the set; it may be kept for as long as a rotation waits."""
        await respond_json(scope, send, 200, self._jwks, cache="public, max-age=300")
