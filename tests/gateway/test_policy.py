"""Who may call gateway."""

from __future__ import annotations

import grpc
import pytest
from lamla.chat.v1 import chat_service_pb2 as pb
from lamla.chat.v1.chat_service_pb2_grpc import ChatServiceStub
from lamla.compat.v1 import compat_service_pb2 as compat_pb
from lamla.documents.v1 import search_service_pb2 as search_pb
from lamla.telemetry.v1 import client_report_service_pb2 as report_pb

from gateway.policy import POLICY
from mesh.channels import PeerChannel
from mesh.credentials import Certificates
from mesh.ids import uuid7
from mesh.policy import missing_rows, stale_rows
from tests.gateway.harness import channel_between
from tests.mesh.failures import reason, stream_failure

SERVICES = [
    pb.DESCRIPTOR.services_by_name["ChatService"],
    compat_pb.DESCRIPTOR.services_by_name["CompatService"],
    search_pb.DESCRIPTOR.services_by_name["SearchService"],
    report_pb.DESCRIPTOR.services_by_name["ClientReportService"],
]


def test_every_method_has_a_row():
    """
    A method that nobody thought of is a failing test, not an open door.
    """
    assert set() == missing_rows(POLICY, SERVICES)
    assert set() == stale_rows(POLICY, SERVICES)


@pytest.mark.parametrize("peer", ["llm_worker", "persistence", "developer"])
async def test_other_peers_are_refused(certs, gateway, peer):
    """
    A good certificate of the wrong process, even with a good token, opens nothing.
    """
    channel = PeerChannel(
        gateway.served.address, peer="gateway", certs=Certificates(certs / peer)
    )
    stub = channel.stub(ChatServiceStub)
    request = pb.SendMessageRequest(request_id=str(uuid7()), text="Why?")

    error = await stream_failure(stub.SendMessage(request, **gateway.user))

    assert grpc.StatusCode.PERMISSION_DENIED == error.code()
    await channel.close()


async def test_a_gateway_follows_but_does_not_ask(certs, gateway):
    """
    Another gateway may pass a user on to a running answer, not begin one.
    """
    async with channel_between(certs, gateway.served) as channel:
        stub = channel.stub(ChatServiceStub)
        send = pb.SendMessageRequest(request_id=str(uuid7()), text="Why?")
        resume = pb.ResumeGenerationRequest(generation_id=str(uuid7()))

        sending = await stream_failure(stub.SendMessage(send, **gateway.user))
        resuming = await stream_failure(stub.ResumeGeneration(resume, **gateway.user))

    assert "PEER_NOT_ALLOWED" == reason(sending)
    assert "GENERATION_NOT_FOUND" == reason(resuming)


async def test_a_token_is_needed(gateway):
    """
    Without a user's token the edge itself may call nothing.
    """
    request = pb.SendMessageRequest(request_id=str(uuid7()), text="Why?")

    error = await stream_failure(gateway.stub.SendMessage(request, timeout=30))

    assert "TOKEN_MISSING" == reason(error)
