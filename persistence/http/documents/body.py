"""Reads a multipart form while it arrives: its file to disk, its fields to memory.

Django's parser pulls; a thread of its own pulls for it what uvicorn receives, so that
nothing is held but the piece in hand.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import (
    FileUploadHandler,
    SkipFile,
    StopFutureHandlers,
)
from django.http.multipartparser import MultiPartParser, MultiPartParserError
from django.utils.http import parse_header_parameters
from lamla.errors.v1.error_reason_pb2 import ErrorReason

from mesh.errors import ServiceError, deadline_exceeded, invalid
from persistence.documents import errors, files
from persistence.documents.uploads.spool import Receiver
from persistence.http.asgi import Receive, Scope

# Each has a thread for as long as its sender takes.
FORMS = 16
PIECE_BYTES = 256 * 1024
# Whoever has sent less than this rate for so long takes the thread from others.
BYTES_PER_SECOND = 8 * 1024
PATIENCE_SECONDS = 60.0


class ClientGoneError(Exception):
    """Nobody waits for an answer any more."""


@dataclass(frozen=True)
class Form:
    """What was sent, besides the content of the file.

    Attributes:
        file_name: Empty when there was no file.
    """

    fields: dict[str, str]
    file_name: str


class Forms:
    """Reads as many forms at a time as there are threads."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(FORMS, "multipart")
        self._running = 0

    async def read(
        self, scope: Scope, receive: Receive, field: str, receiver: Receiver
    ) -> Form:
        """Reads a form; the file in `field` goes into `receiver`.

        Raises:
            ServiceError: `INVALID_FIELD` for what is no form, `FILE_TOO_LARGE`,
                `REQUEST_TOO_LARGE`, `OVERLOADED`; `DEADLINE_EXCEEDED` when it comes
                too slowly; `DEPENDENCY_UNAVAILABLE` when the disk fails.
            ClientGoneError: the sender has gone.
        """
        if self._running >= FORMS:
            raise errors.overloaded()
        self._running += 1
        loop = asyncio.get_running_loop()
        content_type = _content_type(scope)
        body = _Body(loop, receive, _closing(content_type))
        try:
            with files.storage_failures():
                return await loop.run_in_executor(
                    self._threads, _parse, content_type, body, field, receiver
                )
        finally:
            body.end()
            self._running -= 1

    def close(self) -> None:
        """Takes no more."""
        self._threads.shutdown(wait=False, cancel_futures=True)


class _Body:
    """The body of a request, for a thread that reads it like a file.

    Attributes:
        is_closed: Whether the boundary that ends a form was among what was read.
    """

    def __init__(
        self, loop: asyncio.AbstractEventLoop, receive: Receive, closing: bytes
    ) -> None:
        self.is_closed = False
        self._closing = closing
        self._tail = b""
        self._loop = loop
        self._receive = receive
        self._rest = b""
        self._is_last = False
        self._is_ended = False
        self._waiting: Any = None
        self._until = loop.time() + PATIENCE_SECONDS

    def read(self, size: int) -> bytes:
        """Returns the next bytes; empty at the end."""
        while not self._rest and not self._is_last:
            self._next()
        piece, self._rest = self._rest[:size], self._rest[size:]
        window = self._tail + piece
        self.is_closed = self.is_closed or self._closing in window
        self._tail = window[-len(self._closing) :]
        return piece

    def end(self) -> None:
        """Wakes a thread that still waits, because nobody waits for it."""
        self._is_ended = True
        if self._waiting is not None:
            self._waiting.cancel()

    def _next(self) -> None:
        if self._is_ended:
            raise ClientGoneError
        self._waiting = asyncio.run_coroutine_threadsafe(self._message(), self._loop)
        message = self._waiting.result()
        if message["type"] == "http.disconnect":
            raise ClientGoneError
        self._rest = message.get("body", b"")
        self._is_last = not message.get("more_body", False)

    async def _message(self) -> Any:
        try:
            async with asyncio.timeout_at(self._until):
                message = await self._receive()
        except TimeoutError as error:
            raise deadline_exceeded() from error
        earned = len(message.get("body", b"")) / BYTES_PER_SECOND
        self._until = min(self._until + earned, self._loop.time() + PATIENCE_SECONDS)
        return message


class _IntoReceiver(FileUploadHandler):
    """Writes the one file that is wanted; passes over all others."""

    chunk_size = PIECE_BYTES

    def __init__(self, field: str, receiver: Receiver) -> None:
        super().__init__()
        self.name = ""
        self._field = field
        self._write: Callable[[bytes], None] = receiver.write

    def new_file(
        self, field_name: str, file_name: str, *args: Any, **more: Any
    ) -> None:
        """Decides whether this is the file."""
        if field_name != self._field or self.name:
            raise SkipFile
        self.name = file_name
        raise StopFutureHandlers

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Writes a piece. Nobody after this handler gets it."""
        self._write(raw_data)

    def file_complete(self, file_size: int) -> UploadedFile | None:
        """Has nothing to hand on: the receiver has the file."""
        return None


def _parse(content_type: str, body: _Body, field: str, receiver: Receiver) -> Form:
    handler = _IntoReceiver(field, receiver)
    # The length is not trusted, and a body in chunks has none; 0 would mean no body.
    meta = {"CONTENT_TYPE": content_type, "CONTENT_LENGTH": "1"}
    try:
        fields, _ = MultiPartParser(meta, body, [handler]).parse()  # type: ignore[arg-type]
    except RequestDataTooBig as error:
        raise ServiceError(
            ErrorReason.ERROR_REASON_REQUEST_TOO_LARGE, "The request is too large."
        ) from error
    except (MultiPartParserError, SuspiciousOperation) as error:
        raise invalid("", "must be a multipart form") from error
    # What follows the form is not of interest, but it is to arrive.
    with suppress(ClientGoneError):
        while body.read(PIECE_BYTES):
            pass
    if not body.is_closed:  # Django's parser takes what there is.
        raise invalid("", "must be a whole multipart form")
    return Form({k: str(v) for k, v in fields.items()}, handler.name)


def _content_type(scope: Scope) -> str:
    return next(
        (
            value.decode("latin-1")
            for name, value in scope["headers"]
            if name == b"content-type"
        ),
        "",
    )


def _closing(content_type: str) -> bytes:
    boundary = parse_header_parameters(content_type)[1].get("boundary", "")
    return f"--{boundary}--".encode("latin-1")
