"""The process as a whole: with a database, without one, and at its end."""

from __future__ import annotations

import asyncio
import os
import signal
import ssl
import sys
from pathlib import Path

import aiohttp
import grpc
import pytest
from google.protobuf import descriptor_pool
from lamla.identity.v1 import identity_service_pb2 as pb
from lamla.identity.v1.identity_service_pb2_grpc import IdentityServiceStub

from deploy.embedded.testing import free_port
from mesh.channels import PeerChannel
from mesh.credentials import Certificates
from mesh.policy import missing_rows, stale_rows
from persistence.policy import POLICY
from persistence.serve import Process
from tests.mesh.failures import failure, reason, typed
from tests.persistence.conftest import ENVIRONMENT
from tests.persistence.http.conftest import client_context

ROOT = Path(__file__).parents[2]


async def http_status(url: str, context: ssl.SSLContext) -> int:
    connector = aiohttp.TCPConnector(ssl=context)
    async with (
        aiohttp.ClientSession(connector=connector) as session,
        session.get(url) as response,
    ):
        return response.status


class TestDatabaseDown:
    @pytest.mark.parity("A37")
    async def test_starting_without_a_database(
        self, process_config, certs, server, database
    ):
        """
        The process comes up, calls fail typed with RetryInfo and no SQL, and all is
        well once the database is.
        """
        server.stop()
        try:
            process = Process(process_config)
            await process.start()
            await process.server.start()
            channel = PeerChannel(
                f"127.0.0.1:{process.server.port}",
                peer="persistence",
                certs=Certificates(certs / "envoy"),
            )
            stub = channel.stub(IdentityServiceStub)
            error = await failure(stub.CreateGuest(pb.CreateGuestRequest()))
        finally:
            server.run()
        guest = await stub.CreateGuest(pb.CreateGuestRequest())
        await channel.close()
        await process.server.stop()
        await process.stop()

        assert grpc.StatusCode.UNAVAILABLE == error.code()
        assert "DATABASE_UNAVAILABLE" == reason(error)
        assert typed(error).retry_after is not None
        assert "The database cannot be reached." == error.details()
        assert guest.access_token


class TestPolicy:
    @pytest.mark.parity("A39")
    def test_each_method_has_a_row(self, process_config):
        """
        A new RPC without a row in the policy fails here.
        """
        pool = descriptor_pool.Default()
        names = Process(process_config).services
        services = [pool.FindServiceByName(name) for name in names]

        assert set() == missing_rows(POLICY, services)
        assert set() == stale_rows(POLICY, services)


class TestCommand:
    @pytest.mark.parity("A71")
    @pytest.mark.parity("A104")
    async def test_serves_until_it_is_told_to_stop(
        self, process_config, certs, database
    ):
        """
        `python -m persistence serve`: gRPC and HTTP by uvicorn in one process, and a
        clean end on SIGTERM.
        """
        ports = free_port(), free_port()
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "persistence",
            "serve",
            cwd=ROOT,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env={
                **ENVIRONMENT,
                "PATH": os.environ["PATH"],
                "LAMLA_CERTS_DIR": str(certs / "persistence"),
                "LAMLA_DRAIN_DELAY_SECONDS": "0",
                "LAMLA_PERSISTENCE_LISTEN": f"127.0.0.1:{ports[0]}",
                "LAMLA_PERSISTENCE_HTTP_LISTEN": f"127.0.0.1:{ports[1]}",
                "LAMLA_PERSISTENCE_SIGNING_KEY_FILE": str(
                    process_config.signing_key_file
                ),
            },
        )
        channel = PeerChannel(
            f"127.0.0.1:{ports[0]}",
            peer="persistence",
            certs=Certificates(certs / "envoy"),
        )
        stub = channel.stub(IdentityServiceStub)
        guest = await stub.CreateGuest(
            pb.CreateGuestRequest(), wait_for_ready=True, timeout=90
        )
        url = f"https://127.0.0.1:{ports[1]}/health"
        envoy = await http_status(url, client_context(certs, "envoy"))
        with pytest.raises(aiohttp.ClientError):
            await http_status(url, client_context(certs, "gateway"))
        process.send_signal(signal.SIGTERM)
        output, _ = await process.communicate()
        await channel.close()

        assert guest.access_token
        assert 200 == envoy
        assert 0 == process.returncode, output.decode()
        assert guest.access_token not in output.decode()
