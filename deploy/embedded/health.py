"""Asks a peer over mTLS whether it can serve, as Envoy will."""

from collections.abc import Sequence
from pathlib import Path

import grpc
from grpc_health.v1 import (  # type: ignore[import-untyped]
    health_pb2,
    health_pb2_grpc,
)

_PROBE_SECONDS = 2.0


async def serves(
    target: str, *, peer: str, certificates: Path, services: Sequence[str] = ("",)
) -> bool:
    """Whether the peer at this address says SERVING for all of these services.

    Args:
        target: host and port.
        peer: whose certificate it has to show.
        certificates: the directory of the launcher's own certificate.
        services: names of health; the empty one is the peer as a whole.
    """
    credentials = grpc.ssl_channel_credentials(
        root_certificates=(certificates / "ca.crt").read_bytes(),
        private_key=(certificates / "tls.key").read_bytes(),
        certificate_chain=(certificates / "tls.crt").read_bytes(),
    )
    name = f"{peer.replace('_', '-')}.lamla"
    options = (("grpc.ssl_target_name_override", name),)
    async with grpc.aio.secure_channel(target, credentials, options) as channel:
        stub = health_pb2_grpc.HealthStub(channel)
        requests = [health_pb2.HealthCheckRequest(service=name) for name in services]
        try:
            answers = [
                await stub.Check(request, timeout=_PROBE_SECONDS)
                for request in requests
            ]
        except grpc.aio.AioRpcError:
            return False
    serving = health_pb2.HealthCheckResponse.SERVING
    return all(answer.status == serving for answer in answers)
