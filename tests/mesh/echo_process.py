"""The echo service as a process of its own, for tests that kill, stop or freeze it.

Usage: `python -m tests.mesh.echo_process <certs> [field=value …]`; the line `serving`
of its log holds the port.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from mesh import process, telemetry
from mesh.credentials import Certificates
from mesh.server import PeerServer
from mesh.testing import settings
from tests.mesh.echo import OPEN, SERVICE, ScriptedEcho

PACE_SECONDS = 0.05


class PacedEcho(ScriptedEcho):
    """Counts as slowly as a model speaks."""

    async def _count(self, request: Any) -> AsyncIterator[int]:
        for number in range(request.to):
            yield number
            await asyncio.sleep(PACE_SECONDS)


async def main() -> None:
    """Serves until told to stop."""
    telemetry.configure("echo", "INFO")
    certs = Path(sys.argv[1])
    values = dict(argument.split("=") for argument in sys.argv[2:])
    server = PeerServer(
        settings(certs, **values),
        listen="127.0.0.1:0",
        policy=OPEN,
        verifier=None,
        certs=Certificates(certs),
    )
    server.add(PacedEcho().register, SERVICE)

    async def say_drained() -> None:
        telemetry.structlog.get_logger().info("drain_callback")

    server.on_drain(say_drained)
    await server.run()


if __name__ == "__main__":
    process.run(main)
