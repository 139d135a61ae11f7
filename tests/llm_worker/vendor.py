"""A server that speaks OpenAI's wire format, as a test writes it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

DONE = b"data: [DONE]\n\n"
DROP = object()
END = object()


def event(payload: Any) -> bytes:
    """Writes one server-sent event."""
    return f"data: {json.dumps(payload, ensure_ascii=False)}\n\n".encode()


def chunk(text: str | None = None, *, finish: str | None = None, **more: Any) -> bytes:
    """Writes one chunk of an answer."""
    delta = {} if text is None else {"content": text}
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return event({"object": "chat.completion.chunk", "choices": [choice], **more})


def usage(prompt_tokens: int, completion_tokens: int) -> bytes:
    """Writes the chunk that says what the answer cost."""
    return event(
        {
            "choices": [],
            "usage": {
                "prompt_tokens": prompt_tokens,
                "completion_tokens": completion_tokens,
            },
        }
    )


def refused(status: int, error: Any, **headers: str) -> web.Response:
    """Makes an answer that refuses the request."""
    return web.json_response({"error": error}, status=status, headers=headers)


Answer = Callable[
    ["Vendor", web.Request, dict[str, Any]], Awaitable[web.StreamResponse]
]


class Vendor:
    """Records what it was asked and answers what `answer` says.

    Attributes:
        listed: The models that it lists.
        bodies: The requests, oldest first.
        headers: Their headers.
        open: How many answers are being sent now.
        left: Set when a client has closed its connection in the middle.
    """

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.listed: list[dict[str, Any]] = []
        self.bodies: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.open = 0
        self.left = asyncio.Event()
        self.url = ""

    async def models(self, _: web.Request) -> web.Response:
        """Lists its models."""
        return web.json_response({"object": "list", "data": self.listed})

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answers one request."""
        body = await request.json()
        self.bodies.append(body)
        self.headers.append({k.lower(): v for k, v in request.headers.items()})
        self.open += 1
        try:
            return await self.answer(self, request, body)
        except (asyncio.CancelledError, ConnectionError):
            self.left.set()
            raise
        finally:
            self.open -= 1


def playing(*steps: Any) -> Answer:
    """Makes an answer of bytes to send, events to wait for, seconds, DROP or END."""

    async def answer(
        _: Vendor, request: web.Request, __: dict[str, Any]
    ) -> web.StreamResponse:
        return await play(request, *steps)

    return answer


async def play(request: web.Request, *steps: Any) -> web.StreamResponse:
    """Sends `steps`; see `playing`."""
    response = web.StreamResponse(headers={"content-type": "text/event-stream"})
    await response.prepare(request)
    for step in steps:
        if step is DROP:
            assert request.transport is not None
            request.transport.abort()
        elif step is END:
            break
        elif isinstance(step, asyncio.Event):
            await step.wait()
        elif isinstance(step, float):
            await asyncio.sleep(step)
        else:
            await response.write(step)
    return response


@asynccontextmanager
async def selling(answer: Answer) -> AsyncIterator[Vendor]:
    """Runs a vendor on a free port."""
    vendor = Vendor(answer)
    app = web.Application()
    app.router.add_post("/v1/chat/completions", vendor.handle)
    app.router.add_post("/v1/embeddings", vendor.handle)
    app.router.add_get("/v1/models", vendor.models)
    runner = web.AppRunner(
        app, handler_cancellation=True, access_log=None, shutdown_timeout=0.1
    )
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    vendor.url = f"http://{host}:{port}/v1"
    try:
        yield vendor
    finally:
        await runner.cleanup()
