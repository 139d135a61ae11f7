"""Runs the echo service as a process of its own."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from mesh.channels import PeerChannel
from mesh.credentials import Certificates

ROOT = Path(__file__).parents[2]


class EchoProcess:
    """A running echo process.

    Attributes:
        lines: What it logged so far.
    """

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.lines: list[dict[str, Any]] = []

    async def logged(self, event: str) -> dict[str, Any]:
        """Waits for, and returns, the next log line with this event."""
        async with asyncio.timeout(90):
            while raw := await self._process.stdout.readline():
                self.lines.append(json.loads(raw))
                if self.lines[-1]["event"] == event:
                    return self.lines[-1]
        raise AssertionError(f"The process ended without logging {event}.")

    def signal(self, number: int) -> None:
        """Sends a signal."""
        self._process.send_signal(number)

    async def ended(self) -> int:
        """Waits for the end and returns the exit code."""
        async with asyncio.timeout(90):
            while raw := await self._process.stdout.readline():
                self.lines.append(json.loads(raw))
            return await self._process.wait()


@asynccontextmanager
async def echo_process(
    certs: Path, **values: Any
) -> AsyncIterator[tuple[EchoProcess, PeerChannel]]:
    """Starts the process as the peer `gateway`, with a channel of `envoy` to it."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.mesh.echo_process",
        str(certs / "gateway"),
        *(f"{field}={value}" for field, value in values.items()),
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=asyncio.subprocess.PIPE,
    )
    running = EchoProcess(process)
    try:
        port = (await running.logged("serving"))["port"]
        channel = PeerChannel(
            f"127.0.0.1:{port}", peer="gateway", certs=Certificates(certs / "envoy")
        )
        try:
            yield running, channel
        finally:
            await channel.close()
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGCONT)
            process.kill()
        await process.communicate()
