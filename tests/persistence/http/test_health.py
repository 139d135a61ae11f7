"""Health with status codes, and the public keys."""

from __future__ import annotations

import asyncio

import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from mesh.channels import PeerChannel
from mesh.credentials import Certificates
from mesh.testing import serving
from mesh.tokens import keys_from_jwks
from persistence.serve import Process


async def until(condition) -> None:
    """Waits until an awaitable condition holds."""
    while not await condition():  # noqa: ASYNC110 - The condition is in another process.
        await asyncio.sleep(0.05)


@pytest.fixture
async def check(process, certs):
    """Asks the process's gRPC health for a service."""
    channel = PeerChannel(
        f"127.0.0.1:{process.server.port}",
        peer="persistence",
        certs=Certificates(certs / "envoy"),
    )

    async def check(service: str) -> str:
        stub = channel.stub(health_pb2_grpc.HealthStub)
        answer = await stub.Check(
            health_pb2.HealthCheckRequest(service=service), timeout=60
        )
        return health_pb2.HealthCheckResponse.ServingStatus.Name(answer.status)

    yield check
    await channel.close()


class TestHealth:
    async def test_names_the_peers(self, process_config, database, certs):
        """
        Where the other processes are reached, `/health` says how each is: one that
        serves, and one that is not there.
        """
        async with serving(
            lambda _: None, certs=certs, policy={}, client="persistence"
        ) as gateway:
            config = process_config.model_copy(
                update={"gateway": gateway.address, "llm_worker": "127.0.0.1:1"}
            )
            process = Process(config)
            await process.start()
            await process.server.start()

            async def is_known() -> bool:
                named = process.server.health.snapshot()["dependencies"]
                return all(each["status"] != "unknown" for each in named.values())

            await until(is_known)
            named = process.server.health.snapshot()["dependencies"]
            await process.server.stop()
            await process.stop()

        assert {
            "database": "serving",
            "gateway": "serving",
            "llm_worker": "not_serving",
        } == {name: each["status"] for name, each in named.items()}

    @pytest.mark.parametrize("path", ["/health", "/api/v1/chat/health"])
    async def test_names_each_dependency(self, envoy, path):
        """
        200 while the process serves and the database answers.
        """

        async def is_well() -> bool:
            async with envoy.get(path) as response:
                return response.status == 200

        await until(is_well)
        async with envoy.get(path) as response:
            content = await response.json()

        assert "no-store" == response.headers["cache-control"]
        assert "serving" == content["status"]
        assert "serving" == content["dependencies"]["database"]["status"]

    @pytest.mark.parity("A54")
    async def test_the_process_serves_while_the_database_is_down(
        self, envoy, server, check
    ):
        """
        Calls fail with a typed status, so Envoy must go on routing them; the
        dependency's own name, and /health, say what is wrong.
        """

        async def database_is(status: str) -> bool:
            return await check("dependency:database") == status

        await until(lambda: database_is("SERVING"))
        server.stop()
        try:
            await until(lambda: database_is("NOT_SERVING"))
            everything = await check("")
            service = await check("lamla.identity.v1.IdentityService")
            async with envoy.get("/health") as response:
                status, content = response.status, await response.json()
        finally:
            server.run()
        await until(lambda: database_is("SERVING"))

        assert ["SERVING", "SERVING"] == [everything, service]
        assert 503 == status
        assert "degraded" == content["status"]
        assert "not_serving" == content["dependencies"]["database"]["status"]


class TestDatabaseHealth:
    async def test_says_how_long_it_took(self, envoy):
        """
        The older path, with the older keys, never from a cache.
        """
        async with envoy.get("/api/health/db") as response:
            content = await response.json()

        assert 200 == response.status
        assert {"status", "latency_ms", "database"} == set(content)
        assert ("ok", "lamla_test") == (content["status"], content["database"])
        assert 0 < content["latency_ms"] < 5000
        assert "no-store" == response.headers["cache-control"]

    async def test_503_when_it_is_down(self, envoy, server):
        """
        Told within the five seconds after which it gives up.
        """
        server.stop()
        try:
            async with asyncio.timeout(30):
                async with envoy.get("/api/health/db") as response:
                    content = await response.json()
        finally:
            server.run()

        assert 503 == response.status
        assert "unavailable" == content["status"]

    async def test_a_slow_database_is_a_warning(self, envoy, capfd, server):
        """
        Above 100 ms the log says so, whether it answers or not.
        """
        server.stop()
        try:
            async with envoy.get("/api/health/db"):
                pass
        finally:
            server.run()

        assert "database_slow" in capfd.readouterr().out


class TestPublicKeys:
    async def test_are_what_verifies_tokens(self, envoy, process):
        """
        Envoy fetches them to refuse bad tokens early.
        """
        async with envoy.get("/.well-known/jwks.json") as response:
            keys = keys_from_jwks(await response.text())

        assert 1 == len(keys)

    async def test_only_reading_is_allowed(self, envoy):
        """
        Whatever else is tried is told what may be done.
        """
        async with envoy.post("/.well-known/jwks.json") as response:
            pass

        assert (405, "GET, HEAD") == (response.status, response.headers["allow"])
