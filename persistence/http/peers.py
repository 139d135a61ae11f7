"""Channels to the other processes of the mesh, watched so that `/health` names them.

Nothing here is needed to store or read: a peer that is away is shown, no more.
"""

from __future__ import annotations

from collections.abc import Mapping

from grpc_health.v1 import health_pb2  # type: ignore[import-untyped]
from grpc_health.v1.health_pb2_grpc import HealthStub  # type: ignore[import-untyped]

from mesh.channels import NotServingError, PeerChannel
from mesh.credentials import Certificates
from mesh.health import HealthRegistry, Probe

# Peers that start a moment later than this process are waited for, not reported.
PROBE_SECONDS = 4.0


class Peers:
    """One channel to each peer that is named."""

    def __init__(self, targets: Mapping[str, str], certs: Certificates) -> None:
        """`targets` says where each peer is reached, by its name; empty: nowhere."""
        self._channels = [
            PeerChannel(target, peer=peer, certs=certs)
            for peer, target in targets.items()
            if target
        ]

    def watch(self, registry: HealthRegistry) -> None:
        """Reports each as a dependency."""
        for channel in self._channels:
            registry.depends_on(channel.peer, _probe(channel))

    def channel(self, peer: str) -> PeerChannel | None:
        """Returns the channel to a peer; None when it is not known where that is."""
        return next((each for each in self._channels if each.peer == peer), None)

    async def close(self) -> None:
        """Closes the channels."""
        for channel in self._channels:
            await channel.close()


def _probe(channel: PeerChannel) -> Probe:
    stub = channel.stub(HealthStub)

    async def probe() -> None:
        response = await stub.Check(
            health_pb2.HealthCheckRequest(), timeout=PROBE_SECONDS, wait_for_ready=True
        )
        if response.status != health_pb2.HealthCheckResponse.SERVING:
            raise NotServingError(channel.peer)

    return probe
