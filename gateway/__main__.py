"""Starts gateway: `python -m gateway serve`. What is wired to what is decided here."""

from __future__ import annotations

import sys
from contextlib import AsyncExitStack

from grpc_health.v1 import health_pb2  # type: ignore[import-untyped]
from grpc_health.v1.health_pb2_grpc import HealthStub  # type: ignore[import-untyped]

from gateway import endpoints
from gateway.application import Application
from gateway.clients.chunk_store import ChunkStore
from gateway.clients.conversation_store import ConversationStore
from gateway.clients.document_store import DocumentStore
from gateway.clients.embedding import WorkerEmbedder
from gateway.clients.guest_store import GuestStore
from gateway.clients.llm_worker import LlmWorker
from gateway.clients.other_gateways import OtherGateways
from gateway.clients.persistence import Persistence, PublishedKeys
from gateway.clients.pool import ChannelPool
from gateway.policy import POLICY
from gateway.settings import GatewaySettings
from mesh import process, telemetry
from mesh.channels import PeerChannel
from mesh.credentials import Certificates
from mesh.health import Probe
from mesh.server import PeerServer
from mesh.settings import load
from mesh.tokens import RemoteKeys, TokenVerifier

PROBE_SECONDS = 2.0
USAGE = "usage: python -m gateway serve"


async def serve() -> None:
    """Serves until SIGTERM or SIGINT."""
    settings = load(GatewaySettings)
    telemetry.configure("gateway", settings.log_level)
    certs = Certificates(settings.certs_dir)
    async with AsyncExitStack() as stack:
        persistence = PeerChannel(settings.persistence, peer="persistence", certs=certs)
        stack.push_async_callback(persistence.close)
        worker = PeerChannel(settings.llm_worker, peer="llm_worker", certs=certs)
        stack.push_async_callback(worker.close)
        workers = ChannelPool("llm_worker", certs)
        gateways = ChannelPool("gateway", certs)
        stack.push_async_callback(workers.close)
        stack.push_async_callback(gateways.close)
        verifier = TokenVerifier(RemoteKeys(PublishedKeys(persistence)))
        endpoint = endpoints.of_this_run(settings.endpoint)
        application = Application(
            settings,
            store=Persistence(
                persistence,
                endpoint=endpoint,
                lease_seconds=settings.lease_seconds,
            ),
            worker=LlmWorker(
                worker,
                workers,
                detach_seconds=settings.detach_seconds,
                timeout_seconds=settings.generation_timeout_seconds,
            ),
            gateways=OtherGateways(
                gateways, timeout_seconds=settings.generation_timeout_seconds
            ),
            guests=GuestStore(persistence, verifier),
            conversations=ConversationStore(persistence),
            chunks=ChunkStore(persistence),
            embedder=WorkerEmbedder(worker),
            documents=DocumentStore(persistence),
            endpoint=endpoint,
        )
        server = PeerServer(
            settings,
            listen=settings.listen,
            policy=POLICY,
            verifier=verifier,
            certs=certs,
        )
        for service, register in application.registrations.items():
            server.add(register, service)
        server.health.depends_on("persistence", _probe(persistence))
        server.health.depends_on("llm_worker", _probe(worker))
        server.on_drain(application.drain)
        application.start()
        stack.push_async_callback(application.stop)
        await server.run()


def _probe(channel: PeerChannel) -> Probe:
    stub = channel.stub(HealthStub)

    async def probe() -> None:
        request = health_pb2.HealthCheckRequest()
        response = await stub.Check(request, timeout=PROBE_SECONDS)
        if response.status != health_pb2.HealthCheckResponse.SERVING:
            raise ConnectionError(f"{channel.peer} does not serve.")

    return probe


def main() -> None:
    """Runs the one command there is."""
    if sys.argv[1:] not in ([], ["serve"]):
        sys.exit(USAGE)
    process.run(serve)


if __name__ == "__main__":
    main()
