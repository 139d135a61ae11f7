"""Assembles the gRPC server of a peer and takes it down without cutting a call."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta

import grpc
import structlog
from google.protobuf import descriptor_pool
from google.protobuf.descriptor import ServiceDescriptor
from grpc_reflection.v1alpha import reflection  # type: ignore[import-untyped]

from mesh.channels import MESSAGE_BYTES, WINDOW_BYTES
from mesh.credentials import Certificates
from mesh.health import SERVICE as HEALTH_SERVICE
from mesh.health import HealthRegistry
from mesh.interceptors.access_log import access_log
from mesh.interceptors.base import ChainInterceptor
from mesh.interceptors.capacity import capacity
from mesh.interceptors.deadlines import deadlines
from mesh.interceptors.errors import errors
from mesh.interceptors.gate import GateInterceptor
from mesh.interceptors.identity import identity
from mesh.interceptors.validation import validation
from mesh.policy import Policy
from mesh.process import ListenError, Termination
from mesh.settings import PeerSettings
from mesh.tokens import TokenVerifier

log = structlog.get_logger()

# Older connections are replaced, so that traffic finds new replicas and no connection
# outlives the certificate it was made with.
CONNECTION_AGE = timedelta(minutes=30)
CONNECTION_GRACE = timedelta(minutes=15)
# For health, reflection, and for saying OVERLOADED to the rest.
SPARE_RPCS = 512


class PeerServer:
    """One peer's gRPC server: mutual TLS, policy, health, reflection, drain.

    Usage: construct, `add` each servicer, then `run` (or `start` and `stop`).
    """

    def __init__(
        self,
        settings: PeerSettings,
        *,
        listen: str,
        policy: Policy,
        verifier: TokenVerifier | None,
        certs: Certificates,
    ) -> None:
        """Prepares a server on `listen` (`host:port`; port 0 takes a free one).

        Raises:
            ValueError: `policy` wants users and there is no `verifier`.
        """
        self.health = HealthRegistry()
        self.port = 0
        self._settings = settings
        self._listen = listen
        self._certs = certs
        self._services: list[str] = []
        self._registrations: list[Callable[[grpc.aio.Server], None]] = []
        self._drain_callbacks: list[Callable[[], Awaitable[None]]] = []
        self._identity = identity(policy, verifier)
        self._server: grpc.aio.Server | None = None

    def add(self, register: Callable[[grpc.aio.Server], None], *services: str) -> None:
        """Adds servicers: `register` is called with the server when it is made.

        Args:
            services: Full names of what `register` adds: `lamla.llm.v1.LlmService`.
        """
        self._registrations.append(register)
        self._services += services

    def on_drain(self, callback: Callable[[], Awaitable[None]]) -> None:
        """Runs `callback` while draining, before calls are refused."""
        self._drain_callbacks.append(callback)

    async def start(self) -> None:
        """Listens, and says so in health.

        Raises:
            ListenError: the address is taken, or not one of this machine's.
        """
        server = self._server = self._assemble()
        credentials = self._certs.server_credentials()
        try:
            self.port = server.add_secure_port(self._listen, credentials)
        except RuntimeError as error:
            raise ListenError(f"Cannot listen on {self._listen}.") from error
        await server.start()
        await self.health.start()
        log.info("serving", listen=self._listen, port=self.port)

    async def stop(self, grace: float | None = None) -> None:
        """Refuses new calls, lets running ones go on for `grace` seconds, then stops.

        None cuts running calls at once.
        """
        await self.health.drain()
        await self.health.stop()
        if self._server is not None:
            await self._server.stop(grace)

    async def run(self) -> None:
        """Serves until SIGTERM or SIGINT, then drains; a second one stops at once."""
        async with Termination() as termination:
            await self.start()
            await termination.requested.wait()
            drain = asyncio.create_task(self._drain())
            hurry = asyncio.create_task(termination.repeated.wait())
            await asyncio.wait({drain, hurry}, return_when=asyncio.FIRST_COMPLETED)
            hurry.cancel()
            if not drain.done():
                drain.cancel()
                await asyncio.gather(drain, return_exceptions=True)
                await self.stop(None)
            else:
                drain.result()
        log.info("stopped")

    async def _drain(self) -> None:
        settings = self._settings
        log.info("draining", grace_seconds=settings.drain_seconds)
        await self.health.drain()
        # Load balancers look at health now and then: until they have, calls are good.
        await asyncio.sleep(settings.drain_delay_seconds)
        end = time.monotonic() + settings.drain_seconds
        callbacks = [asyncio.ensure_future(call()) for call in self._drain_callbacks]
        if callbacks:
            _, late = await asyncio.wait(callbacks, timeout=settings.drain_seconds)
            for callback in late:
                callback.cancel()
        for result in await asyncio.gather(*callbacks, return_exceptions=True):
            if isinstance(result, BaseException):
                log.error("drain_callback_failed", exc_info=result)
        await self.stop(max(end - time.monotonic(), 0))

    def _assemble(self) -> grpc.aio.Server:
        chain = ChainInterceptor(
            [
                access_log,
                errors,
                capacity(self._settings.max_concurrent_rpcs),
                deadlines(),
                self._identity,
                validation(self._descriptors()),
            ]
        )
        server = grpc.aio.server(
            interceptors=[GateInterceptor(), chain],
            options=self._options(),
            # The transport's own limit answers untyped, and to health checks too.
            maximum_concurrent_rpcs=self._settings.max_concurrent_rpcs + SPARE_RPCS,
        )
        for register in self._registrations:
            register(server)
        self.health.serves(*self._services)
        self.health.register(server)
        if self._settings.reflection:
            names = (*self._services, HEALTH_SERVICE, reflection.SERVICE_NAME)
            reflection.enable_server_reflection(names, server)
        return server

    def _descriptors(self) -> list[ServiceDescriptor]:
        pool = descriptor_pool.Default()
        return [pool.FindServiceByName(name) for name in self._services]

    def _options(self) -> list[tuple[str, int]]:
        half_life = max(self._certs.lifetime / 2, timedelta(seconds=1))
        age = min(CONNECTION_AGE, half_life)
        grace = min(CONNECTION_GRACE, half_life)
        return [
            ("grpc.so_reuseport", 0),
            ("grpc.max_connection_age_ms", int(age.total_seconds() * 1_000)),
            ("grpc.max_connection_age_grace_ms", int(grace.total_seconds() * 1_000)),
            # Peers ping every 2 s, with and without calls; none is told to go away.
            ("grpc.keepalive_permit_without_calls", 1),
            ("grpc.http2.max_ping_strikes", 0),
            ("grpc.http2.min_recv_ping_interval_without_data_ms", 500),
            ("grpc.keepalive_time_ms", 10_000),
            ("grpc.keepalive_timeout_ms", 5_000),
            ("grpc.http2.ping_timeout_ms", 5_000),
            ("grpc.http2.lookahead_bytes", WINDOW_BYTES),
            ("grpc.http2.bdp_probe", 0),
            ("grpc.max_send_message_length", MESSAGE_BYTES),
            ("grpc.max_receive_message_length", MESSAGE_BYTES),
        ]
