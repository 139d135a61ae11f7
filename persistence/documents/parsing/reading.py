"""Reads a file of any format, in a child process that dies when nobody wants it."""

import asyncio
import json
import os
import signal
import sys
import time
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncGenerator
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from persistence.documents.parsing import ocr
from persistence.documents.parsing.domain import (
    Event,
    FailureReason,
    Opened,
    Page,
    ParseError,
    ReadOptions,
)
from persistence.documents.parsing.sandbox.limits import MAX_EVENT_BYTES, Limits
from persistence.documents.parsing.sandbox.wire import (
    PREFIX,
    Finished,
    Message,
    Recognising,
    WireError,
    decode,
)

_CHILD = "persistence.documents.parsing.sandbox.child"
_ENVIRONMENT = {
    "LANG": "C.UTF-8",
    "MALLOC_ARENA_MAX": "2",  # Each further arena reserves 64 MB of address space.
    "OMP_THREAD_LIMIT": "1",  # Tesseract is slower with threads on busy processors.
}


async def read_file(
    path: Path,
    *,
    name: str,
    options: ReadOptions | None = None,
    limits: Limits | None = None,
    child: str = _CHILD,
) -> AsyncGenerator[Event, None]:
    """Yields `Opened`, then pages as they are read.

    Closing the generator kills the child at once. Reading goes no faster than the
    events are taken; the time that the caller needs between them counts for no limit.

    Args:
        name: What the user calls the file: a hint where its content leaves a choice.
        child: The module that runs in the process; tests name one that misbehaves.

    Raises:
        ParseError: the file gives no text, or no more of it.
        OSError: no process can be started; says nothing about the file.
    """
    limits = limits or Limits()
    process = await _start(child)
    try:
        await _ask(process, path, name, options or ReadOptions(), limits)
        clock = _Clock(limits)
        opened = False
        while True:
            message = await clock.wait_for(process)
            match message:
                case None:
                    raise await _death(process)
                case Finished(failure, detail):
                    if failure is not None:
                        raise ParseError(failure, detail)
                    return
                case Recognising():
                    clock.recognising = True
                    continue
                case Opened() if opened:
                    raise ParseError(FailureReason.CRASHED, "opened twice")
                case Opened(page_count=pages):
                    opened = True
                    _allow(pages, limits)
                case _ if not opened or message.number != clock.pages + 1:
                    raise ParseError(FailureReason.CRASHED, "pages out of order")
                case _:
                    _allow(message.number, limits)
                    has_text = isinstance(message, Page) and bool(message.blocks)
                    clock.next_page(has_text=has_text)
            yield message
    finally:
        await _end(process)


class _Clock:
    """Time spent waiting for the child, against what it may take."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._left = limits.base_seconds
        self._left_to_text = limits.page_seconds
        self.pages = 0
        self.recognising = False

    def next_page(self, *, has_text: bool) -> None:
        self.pages += 1
        self.recognising = False
        if has_text:
            self._left += self._limits.seconds_per_page
            self._left_to_text = self._limits.page_seconds

    async def wait_for(self, process: Process) -> Message | None:
        """The next message; None where the child ended without one.

        Raises:
            ParseError: TOO_SLOW, or CRASHED when it says what is no message.
        """
        patience = min(self._left, self._left_to_text)
        if self.recognising:
            patience = self._limits.ocr_page_seconds
        began = time.monotonic()
        try:
            async with asyncio.timeout(max(patience, 0)):
                return await _next_message(process)
        except TimeoutError:
            detail = f"{self.pages} pages read"
            raise ParseError(FailureReason.TOO_SLOW, detail) from None
        except WireError as error:
            raise ParseError(FailureReason.CRASHED, str(error)) from error
        finally:
            # Recognising has a limit of its own, page by page.
            spent = 0 if self.recognising else time.monotonic() - began
            self._left -= spent
            self._left_to_text -= spent


def _allow(pages: int, limits: Limits) -> None:
    if pages > limits.pages:
        raise ParseError(FailureReason.TOO_LARGE, f"{pages} pages")


async def _start(child: str) -> Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", "-B", "-m", child),
        stdin=PIPE,
        stdout=PIPE,
        stderr=DEVNULL,
        env={**_ENVIRONMENT, "PATH": ocr.folder()},
        cwd="/",
        start_new_session=True,
    )


async def _ask(
    process: Process, path: Path, name: str, options: ReadOptions, limits: Limits
) -> None:
    assert process.stdin is not None  # noqa: S101 - A pipe was asked for.
    request = {
        "parent": os.getpid(),
        "path": os.path.abspath(path),  # noqa: PTH100, ASYNC240 - Asks no disk.
        "name": name,
        "options": asdict(options),
        "resources": {
            "memory_bytes": limits.memory_bytes,
            "cpu_seconds": int(limits.base_seconds + limits.pages),
            "nice": limits.nice,
        },
    }
    with suppress(BrokenPipeError, ConnectionResetError):  # Its death is seen below.
        process.stdin.write(json.dumps(request).encode())
        await process.stdin.drain()
    process.stdin.close()


async def _next_message(process: Process) -> Message | None:
    assert process.stdout is not None  # noqa: S101 - A pipe was asked for.
    try:
        (size,) = PREFIX.unpack(await process.stdout.readexactly(PREFIX.size))
        if size > MAX_EVENT_BYTES:
            raise WireError("an event too long")
        data = await process.stdout.readexactly(size)
    except asyncio.IncompleteReadError:
        return None
    return decode(data)


async def _death(process: Process) -> ParseError:
    """Why a child ended that said nothing: it was killed, or its parser crashed."""
    status = await process.wait()
    if status == -signal.SIGKILL:
        return ParseError(FailureReason.TOO_LARGE, "killed by the system")
    if status == -signal.SIGXCPU:
        return ParseError(FailureReason.TOO_SLOW, "processor time")
    return ParseError(FailureReason.CRASHED, f"status {status}")


async def _end(process: Process) -> None:
    """Kills the child and what it started, and leaves nothing open."""
    with suppress(ProcessLookupError, PermissionError):
        # Its session's leader, so the group is its own and never reused while it is
        # not waited for.
        os.killpg(process.pid, signal.SIGKILL)
    if process.stdout is not None:
        # First, because `wait` also waits for the end of what nobody reads.
        while await process.stdout.read(1 << 16):
            pass
    await process.wait()
