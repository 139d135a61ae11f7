"""No call without a certificate of ours, and none to or from the wrong peer."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import grpc
import pytest
from grpc import StatusCode

from mesh.channels import PeerChannel
from mesh.credentials import Certificates
from mesh.identity import dns_name
from mesh.testing import issue_certificates, serving
from tests.mesh.echo import OPEN, SERVICE, EchoStub, SayRequest
from tests.mesh.failures import failure, reason, typed

REQUEST = SayRequest(text="hello")


async def call(served, certs):
    """Calls `served` with the certificate in `certs`."""
    channel = PeerChannel(served.address, peer="gateway", certs=Certificates(certs))
    try:
        return await channel.stub(EchoStub).Say(REQUEST, timeout=30)
    finally:
        await channel.close()


async def test_peers_of_one_authority_talk(echo):
    """
    A peer that the policy names is served.
    """
    response = await echo.Say(REQUEST)

    assert "hello" == response.text


async def test_plaintext_is_refused(served):
    """
    There is no unencrypted way in.
    """
    async with grpc.aio.insecure_channel(served.address) as channel:
        error = await failure(EchoStub(channel).Say(REQUEST, timeout=30))

    assert StatusCode.UNAVAILABLE == error.code()


async def test_no_client_certificate_is_refused(served, certs):
    """
    Knowing the authority is not enough: the client must prove who it is.
    """
    credentials = grpc.ssl_channel_credentials(
        (certs / "envoy" / "ca.crt").read_bytes()
    )
    options = [("grpc.ssl_target_name_override", dns_name("gateway"))]
    async with grpc.aio.secure_channel(
        served.address, credentials, options=options
    ) as channel:
        error = await failure(EchoStub(channel).Say(REQUEST, timeout=30))

    assert StatusCode.UNAVAILABLE == error.code()


async def test_certificate_of_another_authority_is_refused(served, certs, tmp_path):
    """
    A certificate with the right name from elsewhere opens nothing, even to a client
    that trusts the server.
    """
    issue_certificates(tmp_path, "envoy")
    stranger = tmp_path / "envoy"
    trust = stranger / "ca.crt"
    trust.unlink()
    trust.write_bytes((certs / "envoy" / "ca.crt").read_bytes())

    error = await failure(call(served, stranger))

    assert StatusCode.UNAVAILABLE == error.code()


async def test_server_of_another_authority_is_refused(served, tmp_path):
    """
    A client does not speak to a server whose authority it does not know.
    """
    issue_certificates(tmp_path, "envoy")

    error = await failure(call(served, tmp_path / "envoy"))

    assert StatusCode.UNAVAILABLE == error.code()


async def test_expired_client_certificate_is_refused(served, certs, tmp_path):
    """
    A leaf is good until its end and not a moment longer.
    """
    authority = issue_certificates(certs, "nobody")
    authority.issue("envoy", tmp_path / "envoy", timedelta(seconds=-1))

    error = await failure(call(served, tmp_path / "envoy"))

    assert StatusCode.UNAVAILABLE == error.code()


async def test_expired_server_certificate_is_refused(servicer, tmp_path):
    """
    A client looks at the server's dates too.
    """
    authority = issue_certificates(tmp_path, "envoy")
    authority.issue("gateway", tmp_path / "gateway", timedelta(seconds=-1))
    async with serving(
        servicer.register, SERVICE, certs=tmp_path, policy=OPEN
    ) as served:
        error = await failure(served.channel.stub(EchoStub).Say(REQUEST, timeout=30))

    assert StatusCode.UNAVAILABLE == error.code()


async def test_right_authority_wrong_peer_is_refused(served, certs):
    """
    A peer that the policy does not name learns so, by name, before anything is read.
    """
    error = await failure(call(served, certs / "llm_worker"))

    assert StatusCode.PERMISSION_DENIED == error.code()
    assert "PEER_NOT_ALLOWED" == reason(error)
    assert {"peer": "llm_worker"} == typed(error).metadata


async def test_a_server_that_is_another_peer_is_refused(served, certs):
    """
    A client that wants persistence does not talk to gateway, though both are ours.
    """
    channel = PeerChannel(
        served.address, peer="persistence", certs=Certificates(certs / "envoy")
    )

    error = await failure(channel.stub(EchoStub).Say(REQUEST, timeout=30))
    await channel.close()

    assert StatusCode.UNAVAILABLE == error.code()


async def test_refusals_leave_the_server_well(served, certs, tmp_path):
    """
    Bad handshakes, many at once, do not disturb good calls.
    """
    issue_certificates(tmp_path, "envoy")
    bad = [failure(call(served, tmp_path / "envoy")) for _ in range(10)]
    good = [call(served, certs / "envoy") for _ in range(10)]

    *_, last = await asyncio.gather(*bad, *good)

    assert "hello" == last.text


@pytest.mark.parametrize(
    ("peer", "name"),
    [("gateway", "gateway.lamla"), ("llm_worker", "llm-worker.lamla")],
)
def test_dns_names_have_hyphens(peer, name):
    """
    An underscore is no letter of a host name.
    """
    assert name == dns_name(peer)
