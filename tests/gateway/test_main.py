"""The process itself: starts without its dependencies, says so, and ends cleanly."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from grpc_health.v1 import health_pb2
from grpc_health.v1.health_pb2_grpc import HealthStub

from deploy.embedded.testing import free_port
from gateway.policy import CHAT, COMPAT, REPORTS
from mesh.channels import PeerChannel
from mesh.credentials import Certificates

ROOT = Path(__file__).parents[2]
SERVING = health_pb2.HealthCheckResponse.SERVING
NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING


@pytest.fixture
async def process(certs) -> AsyncIterator[tuple[asyncio.subprocess.Process, int]]:
    """A gateway whose dependencies are not there, and its port."""
    port, nowhere = free_port(), f"127.0.0.1:{free_port()}"
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "gateway", "serve"),
        cwd=ROOT,
        env={
            **os.environ,
            "LAMLA_CERTS_DIR": str(certs / "gateway"),
            "LAMLA_DRAIN_DELAY_SECONDS": "0",
            "LAMLA_GATEWAY_LISTEN": f"127.0.0.1:{port}",
            "LAMLA_GATEWAY_PERSISTENCE": nowhere,
            "LAMLA_GATEWAY_LLM_WORKER": nowhere,
        },
        stdout=asyncio.subprocess.PIPE,
    )
    yield process, port
    if process.returncode is None:
        process.kill()
        await process.wait()


@pytest.mark.parity("A71")
async def test_serves_reports_and_ends(certs, process):
    """
    Without its dependencies it can serve (with typed refusals), its health names them,
    and SIGTERM ends it with 0.
    """
    running, port = process
    channel = PeerChannel(
        f"127.0.0.1:{port}", peer="gateway", certs=Certificates(certs / "envoy")
    )
    stub = channel.stub(HealthStub)

    async def status(name: str) -> int:
        request = health_pb2.HealthCheckRequest(service=name)
        response = await stub.Check(request, timeout=60, wait_for_ready=True)
        return response.status

    own = [await status(name) for name in ("", CHAT, COMPAT, REPORTS)]
    others = [
        await status("dependency:persistence"),
        await status("dependency:llm_worker"),
    ]
    running.send_signal(signal.SIGTERM)
    code = await running.wait()

    assert 4 * [SERVING] == own
    assert [NOT_SERVING, NOT_SERVING] == others
    assert 0 == code
    await channel.close()
