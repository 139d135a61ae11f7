"""Developers may list what is served; nobody else may, and nobody where it is off."""

from __future__ import annotations

import pytest
from google.protobuf.descriptor_pb2 import FileDescriptorProto
from grpc import StatusCode
from grpc_health.v1 import health_pb2
from grpc_health.v1.health_pb2_grpc import HealthStub
from grpc_reflection.v1alpha import reflection_pb2 as pb
from grpc_reflection.v1alpha.reflection_pb2_grpc import ServerReflectionStub

from mesh import identity
from mesh.testing import serving
from tests.mesh.echo import OPEN, SERVICE
from tests.mesh.failures import failure, stream_failure

LIST = pb.ServerReflectionRequest(list_services="")


async def ask(served, request=LIST):
    """Returns the answer to one request."""
    call = served.channel.stub(ServerReflectionStub).ServerReflectionInfo(
        iter([request])
    )
    (response,) = [response async for response in call]
    return response


@pytest.mark.parametrize("client", ["developer", "launcher"])
async def test_developers_may_list_and_describe(certs, servicer, client):
    """
    grpcurl needs no proto files: it asks.
    """
    async with serving(
        servicer.register, SERVICE, certs=certs, policy=OPEN, client=client
    ) as served:
        listed = await ask(served)
        described = await ask(
            served, pb.ServerReflectionRequest(file_containing_symbol=SERVICE)
        )

    names = {service.name for service in listed.list_services_response.service}
    assert {SERVICE, "grpc.health.v1.Health"} <= names
    files = described.file_descriptor_response.file_descriptor_proto
    assert "lamla.echo.v1" in {FileDescriptorProto.FromString(f).package for f in files}


@pytest.mark.parametrize("client", ["envoy", "gateway"])
async def test_other_peers_may_not(certs, servicer, client):
    """
    Above all Envoy may not: what it can reach, the public could.
    """
    async with serving(
        servicer.register, SERVICE, certs=certs, policy=OPEN, client=client
    ) as served:
        call = served.channel.stub(ServerReflectionStub).ServerReflectionInfo()
        error = await stream_failure(call)

    assert StatusCode.PERMISSION_DENIED == error.code()


async def test_reflection_can_be_off(certs, servicer):
    """
    LAMLA_REFLECTION=false leaves no trace of it, for developers neither.
    """
    async with serving(
        servicer.register,
        SERVICE,
        certs=certs,
        policy=OPEN,
        client="developer",
        reflection=False,
    ) as served:
        call = served.channel.stub(ServerReflectionStub).ServerReflectionInfo()
        error = await stream_failure(call)

    assert StatusCode.UNIMPLEMENTED == error.code()


async def test_health_needs_a_peer_of_ours(certs, servicer):
    """
    A certificate of our authority without a SPIFFE name of ours is nobody.
    """
    async with serving(
        servicer.register, SERVICE, certs=certs, policy=OPEN, client="envoy"
    ) as served:
        stub = served.channel.stub(HealthStub)
        await stub.Check(health_pb2.HealthCheckRequest())
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(identity, "SPIFFE_PREFIX", "spiffe://elsewhere/")
            error = await failure(stub.Check(health_pb2.HealthCheckRequest()))

    assert StatusCode.PERMISSION_DENIED == error.code()
