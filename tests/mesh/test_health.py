"""Health says whether this process can serve, and how its dependencies are."""

from __future__ import annotations

import asyncio

import grpc
import pytest
from grpc import StatusCode
from grpc_health.v1 import health_pb2 as pb
from grpc_health.v1.health_pb2_grpc import HealthStub
from structlog.testing import capture_logs

from mesh.channels import NotServingError, PeerChannel
from mesh.credentials import Certificates
from mesh.health import HealthRegistry
from mesh.server import PeerServer
from mesh.testing import settings
from tests.llm_worker.eventually import eventually
from tests.mesh.echo import OPEN, SERVICE
from tests.mesh.failures import failure

SERVING = pb.HealthCheckResponse.SERVING
NOT_SERVING = pb.HealthCheckResponse.NOT_SERVING

pytestmark = pytest.mark.parity("A54")


class Dependency:
    """Something to depend on, which a test takes down and up."""

    def __init__(self):
        self.is_up = True
        self.probed = 0

    async def probe(self):
        self.probed += 1
        if not self.is_up:
            raise ConnectionError("password=hunter2")


@pytest.fixture
def database():
    """The dependency `database` of `server`."""
    return Dependency()


@pytest.fixture
async def server(certs, servicer, database):
    """A server that probes its database every 20 ms."""
    server = PeerServer(
        settings(certs / "gateway"),
        listen="127.0.0.1:0",
        policy=OPEN,
        verifier=None,
        certs=Certificates(certs / "gateway"),
    )
    server.add(servicer.register, SERVICE)
    server.health.depends_on("database", database.probe, interval=0.02)
    await server.start()
    yield server
    await server.stop(None)


@pytest.fixture
async def health(server, certs):
    """A health stub for the peer that any test may be."""
    channel = PeerChannel(
        f"127.0.0.1:{server.port}",
        peer="gateway",
        certs=Certificates(certs / "llm_worker"),
    )
    yield channel.stub(HealthStub)
    await channel.close()


async def check(health, service=""):
    """Returns the status of `service`."""
    return (await health.Check(pb.HealthCheckRequest(service=service))).status


async def becomes(health, service, status):
    """Waits until `service` has `status`."""
    call = health.Watch(pb.HealthCheckRequest(service=service), timeout=60)
    async for response in call:
        if response.status == status:
            call.cancel()
            return
    raise AssertionError("The watch ended.")


async def test_process_and_services_serve(health):
    """
    Envoy routes on the service's own name, or on the empty one.
    """
    assert SERVING == await check(health)
    assert SERVING == await check(health, SERVICE)


async def test_unknown_service_is_not_found(health):
    """
    A name that is not served here is an error, not a status.
    """
    error = await failure(health.Check(pb.HealthCheckRequest(service="other")))

    assert StatusCode.NOT_FOUND == error.code()


async def test_dependency_has_a_name_of_its_own(health, database):
    """
    A database that is down shows, and does not take the service down with it.
    """
    await becomes(health, "dependency:database", SERVING)
    database.is_up = False
    await becomes(health, "dependency:database", NOT_SERVING)

    assert SERVING == await check(health, SERVICE)

    database.is_up = True
    await becomes(health, "dependency:database", SERVING)


async def test_snapshot_names_each_dependency(server, health, database):
    """
    Health over HTTP says the same, with the fault's kind and nothing of its text.
    """
    await becomes(health, "dependency:database", SERVING)
    good = server.health.snapshot()
    database.is_up = False
    await becomes(health, "dependency:database", NOT_SERVING)
    bad = server.health.snapshot()

    assert "serving" == good["status"] == bad["status"]
    assert "serving" == good["dependencies"]["database"]["status"]
    assert good["dependencies"]["database"]["latency_ms"] >= 0
    assert "not_serving" == bad["dependencies"]["database"]["status"]
    assert "ConnectionError" == bad["dependencies"]["database"]["error"]
    assert "hunter2" not in str(bad)


async def test_a_probe_that_hangs_has_failed():
    """
    No answer is an answer.
    """
    registry = HealthRegistry()
    registry.depends_on("database", asyncio.Event().wait, interval=0.01)
    await registry.start()
    database = registry.snapshot()["dependencies"]["database"]
    while database["error"] is None:
        await asyncio.sleep(0.01)
        database = registry.snapshot()["dependencies"]["database"]
    await registry.stop()

    assert "TimeoutError" == database["error"]


async def test_what_is_starting_alarms_nobody():
    """
    Nor does what comes a little later; what does not come is warned of, once.
    """
    registry = HealthRegistry()
    database = Dependency()
    database.is_up = False
    registry.depends_on("database", database.probe, interval=0.001)
    with capture_logs() as logs:
        await registry.start()
        await eventually(lambda: database.probed > 5)
        await registry.stop()

    assert [("info", "not_serving"), ("warning", "not_serving")] == [
        (line["log_level"], line["status"]) for line in logs
    ]


async def test_what_goes_is_warned_of_at_once():
    """
    And its return is told.
    """
    registry = HealthRegistry()
    database = Dependency()
    registry.depends_on("database", database.probe, interval=0.001)
    with capture_logs() as logs:
        await registry.start()
        for is_up, told in ((False, 1), (True, 2), (True, 3)):
            await eventually(lambda told=told: len(logs) >= told)
            database.is_up = is_up
        await registry.stop()

    assert ["info", "warning", "info"] == [line["log_level"] for line in logs]


async def test_everything_is_not_serving_while_draining(server, health):
    """
    Load balancers turn away before the process refuses calls.
    """
    watching = asyncio.create_task(becomes(health, SERVICE, NOT_SERVING))
    await asyncio.sleep(0.05)
    await server.health.drain()

    await watching
    assert NOT_SERVING == await check(health)
    assert "draining" == server.health.snapshot()["status"]


async def test_a_process_can_say_that_it_cannot_serve(server, health):
    """
    A worker without its model answers health, and gets no work.
    """
    await server.health.set_serving(is_serving=False)

    assert NOT_SERVING == await check(health, SERVICE)
    assert "not_serving" == server.health.snapshot()["status"]


async def test_a_channel_probes_its_peer(server, certs):
    """
    One process's dependency is another's health.
    """
    channel = PeerChannel(
        f"127.0.0.1:{server.port}",
        peer="gateway",
        certs=Certificates(certs / "llm_worker"),
    )
    await channel.check()
    await server.health.set_serving(is_serving=False)

    with pytest.raises(NotServingError, match="gateway"):
        await channel.check()

    await channel.close()


async def test_a_process_can_start_without_serving():
    """
    What is said before the start holds: NOT_SERVING until the model is loaded.
    """
    registry = HealthRegistry()
    await registry.set_serving(is_serving=False)
    await registry.start()
    before = registry.snapshot()["status"]
    await registry.set_serving(is_serving=True)
    after = registry.snapshot()["status"]
    await registry.stop()

    assert ("not_serving", "serving") == (before, after)


async def test_late_dependencies_are_refused(server):
    """
    A dependency that would never be probed is an error, not a silence.
    """
    with pytest.raises(RuntimeError, match="before the server starts"):
        server.health.depends_on("late", asyncio.Event().wait)


async def test_watchers_do_not_hold_up_a_stop(server, health):
    """
    A watch, which never ends by itself, ends when the process does.
    """
    call = health.Watch(pb.HealthCheckRequest(service=""))
    await call.read()

    await asyncio.wait_for(server.stop(grace=600), 60)

    assert NOT_SERVING == (await call.read()).status
    assert grpc.aio.EOF is await call.read()
