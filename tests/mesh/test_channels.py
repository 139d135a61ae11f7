"""One long-lived channel per peer, which follows rotated certificates."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import psutil
import pytest
from grpc import StatusCode

from mesh import channels
from mesh.channels import PeerChannel
from mesh.credentials import Certificates
from mesh.testing import issue_certificates, serving
from tests.mesh.echo import OPEN, SERVICE, CountRequest, EchoStub, SayRequest
from tests.mesh.failures import failure, reason, typed


def connections(port):
    """Returns how many connections this process has to the server on `port`."""
    return len(
        [
            connection
            for connection in psutil.Process().net_connections("tcp")
            if connection.raddr and connection.raddr.port == port
        ]
    )


@pytest.mark.parity("A68")
async def test_a_thousand_calls_use_one_connection(served, echo):
    """
    The number of connections does not depend on the number of calls.
    """
    await echo.Say(SayRequest(text="first"))
    before = connections(served.server.port)
    for _ in range(50):
        await asyncio.gather(*(echo.Say(SayRequest(text="x")) for _ in range(20)))

    assert 1 == before == connections(served.server.port)


async def test_too_many_calls_at_a_time_are_shed(certs, servicer):
    """
    A process takes as many calls as it can hold, and refuses the rest at once, saying
    when to try again; a call that has ended makes room.
    """
    release = asyncio.Event()

    async def say(_):
        await release.wait()
        return ""

    servicer.say = say
    async with serving(
        servicer.register, SERVICE, certs=certs, policy=OPEN, max_concurrent_rpcs=2
    ) as served:
        echo = served.channel.stub(EchoStub)
        held = [asyncio.ensure_future(_await(echo.Say(SayRequest()))) for _ in range(2)]
        while len(servicer.heard) < 2:  # noqa: ASYNC110 - Nobody announces it.
            await asyncio.sleep(0.01)
        error = await failure(echo.Say(SayRequest(), timeout=30))
        release.set()
        await asyncio.gather(*held)
        await echo.Say(SayRequest(), timeout=30)

    assert StatusCode.RESOURCE_EXHAUSTED == error.code()
    assert "OVERLOADED" == reason(error)
    assert typed(error).retry_after is not None


async def _await(call):
    return await call


class TestRotation:
    @pytest.fixture
    def authority(self, tmp_path):
        """An authority with certificates for envoy and gateway in `tmp_path`."""
        return issue_certificates(tmp_path, "envoy", "gateway")

    async def test_a_stream_outlives_rotations(
        self, authority, servicer, tmp_path, monkeypatch
    ):
        """
        New leaves, then a new authority, on both sides: no call fails, the stream that
        runs all along loses nothing, and new calls use the new certificates.
        """
        monkeypatch.setattr(channels, "HANDOVER_SECONDS", 0)
        steps = asyncio.Queue()

        async def count(_):
            number = 0
            while await steps.get():
                yield number
                number += 1

        servicer.count = count

        def renew():
            for peer in ("envoy", "gateway"):
                authority.issue(peer, tmp_path / peer, timedelta(hours=1))

        def prepare():
            authority.prepare_ca()
            renew()

        def rotate():
            authority.rotate_ca()
            renew()

        def forget():
            authority.forget_old_cas()
            renew()

        async with serving(
            servicer.register, SERVICE, certs=tmp_path, policy=OPEN
        ) as served:
            echo = served.channel.stub(EchoStub)
            stream = echo.Count(CountRequest(to=1))
            used = []
            for change in (renew, renew, prepare, rotate, forget):
                steps.put_nowait("go")
                await stream.read()
                change()
                await echo.Say(SayRequest(text="x"), timeout=30)
                used.append(served.channel.channel)
            steps.put_nowait("go")
            last = await stream.read()

        assert 5 == last.number
        assert 5 == len({id(channel) for channel in used})

    async def test_servers_show_the_new_certificate(
        self, authority, servicer, tmp_path
    ):
        """
        After the former authority is forgotten, only new certificates get in: the
        server has really changed its own, and its trust.
        """
        former = tmp_path / "former"
        authority.issue("envoy", former, timedelta(hours=1))
        async with serving(
            servicer.register, SERVICE, certs=tmp_path, policy=OPEN
        ) as served:
            await served.channel.stub(EchoStub).Say(SayRequest(), timeout=30)
            authority.rotate_ca()
            authority.forget_old_cas()
            for peer in ("envoy", "gateway"):
                authority.issue(peer, tmp_path / peer, timedelta(hours=1))
            await served.channel.stub(EchoStub).Say(SayRequest(), timeout=30)
            stale = PeerChannel(
                served.address, peer="gateway", certs=Certificates(former)
            )
            error = await failure(stale.stub(EchoStub).Say(SayRequest(), timeout=30))
            await stale.close()

        assert StatusCode.UNAVAILABLE == error.code()

    async def test_connections_end_before_their_certificates(self, servicer, tmp_path):
        """
        A connection is not older than half its certificate's life; calls go on.
        """
        authority = issue_certificates(tmp_path, "envoy")
        authority.issue("gateway", tmp_path / "gateway", timedelta(seconds=2))
        async with serving(
            servicer.register, SERVICE, certs=tmp_path, policy=OPEN
        ) as served:
            authority.issue("gateway", tmp_path / "gateway", timedelta(hours=1))
            echo = served.channel.stub(EchoStub)
            await echo.Say(SayRequest(), timeout=30)
            first = local_ports(served.server.port)
            while local_ports(served.server.port) & first:  # noqa: ASYNC110 - No event.
                await asyncio.sleep(0.05)
            await echo.Say(SayRequest(), timeout=30)


def local_ports(port):
    """Returns the near ends of this process's connections to the server on `port`."""
    return {
        connection.laddr.port
        for connection in psutil.Process().net_connections("tcp")
        if connection.raddr
        and connection.raddr.port == port
        and connection.status == psutil.CONN_ESTABLISHED
    }
