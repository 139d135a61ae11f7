"""A channel to another peer: mutual TLS, kept alive, following rotated certificates."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar, cast

import grpc
from grpc_health.v1 import health_pb2  # type: ignore[import-untyped]
from grpc_health.v1.health_pb2_grpc import HealthStub  # type: ignore[import-untyped]

from mesh.credentials import Certificates, Version
from mesh.identity import dns_name

Stub = TypeVar("Stub")

MESSAGE_BYTES = 8 * 1024 * 1024
# How much a peer may send before it is read. Bounds the memory of a slow reader.
WINDOW_BYTES = 256 * 1024

# Longer than any stream lives; what is left then is cut.
DRAIN_SECONDS = 15 * 60.0
# A call that is just being made may still hold the former channel.
HANDOVER_SECONDS = 2.0

OPTIONS: tuple[tuple[str, int | str], ...] = (
    ("grpc.lb_policy_name", "round_robin"),
    ("grpc.keepalive_time_ms", 2_000),
    ("grpc.keepalive_timeout_ms", 1_000),
    # Keepalive alone finds a frozen peer after a minute; with this, in 3 seconds.
    ("grpc.http2.ping_timeout_ms", 1_000),
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.http2.max_pings_without_data", 0),
    ("grpc.initial_reconnect_backoff_ms", 100),
    # Despite its name how long a connection may take, handshake included: long enough
    # for a busy machine.
    ("grpc.min_reconnect_backoff_ms", 2_000),
    ("grpc.max_reconnect_backoff_ms", 1_000),
    ("grpc.http2.lookahead_bytes", WINDOW_BYTES),
    ("grpc.http2.bdp_probe", 0),
    ("grpc.max_send_message_length", MESSAGE_BYTES),
    ("grpc.max_receive_message_length", MESSAGE_BYTES),
    # Retries are decided where idempotency is known, not by the transport.
    ("grpc.enable_retries", 0),
)


class NotServingError(Exception):
    """A peer answers and says that it cannot serve; it is the exception's text."""


class PeerChannel:
    """The one long-lived channel from this process to one peer.

    Client credentials are fixed when a channel is made, so a new certificate means a
    new channel; the former one drains.
    """

    def __init__(self, target: str, *, peer: str, certs: Certificates) -> None:
        """Connects when first used.

        Args:
            target: `host:port`, or any gRPC name (`dns:///…`, `ipv4:a:1,b:2`).
            peer: The name that the server's certificate must prove.
        """
        self.peer = peer
        self._target = target if _has_scheme(target) else f"dns:///{target}"
        self._certs = certs
        self._channel: grpc.aio.Channel | None = None
        self._version: Version | None = None
        self._stubs: dict[Any, Any] = {}
        self._draining: set[asyncio.Task[None]] = set()

    @property
    def channel(self) -> grpc.aio.Channel:
        """The channel to make calls on now. Not to be kept; `stub` may be."""
        version = self._certs.version
        if self._channel is None or version != self._version:
            self._replace(version)
        return cast("grpc.aio.Channel", self._channel)

    def stub(self, kind: Callable[[grpc.aio.Channel], Stub]) -> Stub:
        """Returns a stub that makes each call on the channel current at that moment."""
        return cast("Stub", _CurrentStub(self, kind))

    async def check(self, service: str = "") -> None:
        """Asks the peer's health service whether it can serve.

        A probe for `HealthRegistry.depends_on`.

        Raises:
            grpc.aio.AioRpcError: the peer cannot be reached, or has no such service.
            NotServingError: the peer says that it cannot serve.
        """
        request = health_pb2.HealthCheckRequest(service=service)
        response = await self.current_stub(HealthStub).Check(request, timeout=5)
        if response.status != health_pb2.HealthCheckResponse.SERVING:
            raise NotServingError(self.peer)

    async def close(self) -> None:
        """Cancels what runs and closes the connections."""
        for task in self._draining:
            task.cancel()
        await asyncio.gather(*self._draining, return_exceptions=True)
        if self._channel is not None:
            await self._channel.close()
            self._channel = None
            self._stubs.clear()

    def current_stub(self, kind: Callable[[grpc.aio.Channel], Stub]) -> Stub:
        """Returns a stub on the current channel, made once per channel."""
        channel = self.channel
        stub = self._stubs.get(kind)
        if stub is None:
            stub = self._stubs[kind] = kind(channel)
        return cast("Stub", stub)

    def _replace(self, version: Version) -> None:
        former = self._channel
        options = (*OPTIONS, ("grpc.ssl_target_name_override", dns_name(self.peer)))
        self._channel = grpc.aio.secure_channel(
            self._target, self._certs.channel_credentials(), options=options
        )
        self._version = version
        self._stubs.clear()
        if former is not None:
            task = asyncio.create_task(_drain(former))
            self._draining.add(task)
            task.add_done_callback(self._draining.discard)


class _CurrentStub:
    """Stands for a stub on whatever channel is current when a method is called."""

    def __init__(self, channel: PeerChannel, kind: Callable[[Any], Any]) -> None:
        self._channel = channel
        self._kind = kind

    def __getattr__(self, method: str) -> Any:
        return getattr(self._channel.current_stub(self._kind), method)


async def _drain(channel: grpc.aio.Channel) -> None:
    try:
        await asyncio.sleep(HANDOVER_SECONDS)
        await channel.close(DRAIN_SECONDS)
    finally:  # Cancelled: what still runs is cut.
        await channel.close()


def _has_scheme(target: str) -> bool:
    return target.startswith(("dns:", "ipv4:", "ipv6:", "unix:", "xds:"))
