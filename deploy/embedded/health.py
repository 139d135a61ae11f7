"""Asks a peer over mTLS whether it can serve, as Envoy will."""

from collections.abc import Sequence
from pathlib import Path

import grpc
from grpc_health.v1 import (  # type: ignore[import-untyped]
    health_pb2,
    health_pb2_grpc,
)

from mesh.credentials import Certificates
from mesh.identity import dns_name

_PROBE_SECONDS = 2.0


async def serves(
    target: str,
    *,
    peer: str,
    certificates: Path,
    services: Sequence[str] = ("",),
    seconds: float = _PROBE_SECONDS,
) -> bool:
    """Whether the peer at this address says SERVING for all of these services.

    Args:
        target: host and port.
        peer: whose certificate it has to show.
        certificates: the directory of the launcher's own certificate.
        services: names of health; the empty one is the peer as a whole.
        seconds: how long it may take to answer for each.
    """
    credentials = Certificates(certificates).channel_credentials()
    options = (("grpc.ssl_target_name_override", dns_name(peer)),)
    async with grpc.aio.secure_channel(target, credentials, options) as channel:
        stub = health_pb2_grpc.HealthStub(channel)
        requests = [health_pb2.HealthCheckRequest(service=name) for name in services]
        try:
            answers = [
                await stub.Check(request, timeout=seconds) for request in requests
            ]
        except grpc.aio.AioRpcError:
            return False
    serving = health_pb2.HealthCheckResponse.SERVING
    return all(answer.status == serving for answer in answers)
