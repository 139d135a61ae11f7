"""What the HTTP side is made of: ASGI's types and a whole JSON response.

Specification: https://asgi.readthedocs.io/en/latest/specs/www.html
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
Headers = Iterable[tuple[str, str]]

READING = frozenset({"GET", "HEAD"})


async def respond(
    send: Send, status: int, body: bytes = b"", headers: Headers = ()
) -> None:
    """Sends a whole response."""
    encoded = [(name.lower().encode(), text.encode()) for name, text in headers]
    start = {"type": "http.response.start", "status": status, "headers": encoded}
    await send(start)
    await send({"type": "http.response.body", "body": body})


async def respond_json(
    scope: Scope, send: Send, status: int, content: Any, *, cache: str = "no-store"
) -> None:
    """Sends `content` as JSON; without it for HEAD."""
    body = content if isinstance(content, str) else json.dumps(content)
    headers = [
        ("content-type", "application/json"),
        ("content-length", str(len(body.encode()))),
        ("cache-control", cache),
    ]
    await respond(
        send, status, b"" if scope["method"] == "HEAD" else body.encode(), headers
    )
