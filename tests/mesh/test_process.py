"""A process ends without cutting a call, and a frozen one is found out."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time

import pytest
from grpc import StatusCode
from grpc_health.v1 import health_pb2
from grpc_health.v1.health_pb2_grpc import HealthStub

from mesh.credentials import Certificates
from mesh.process import ListenError
from mesh.server import PeerServer
from mesh.testing import serving, settings
from tests.mesh.echo import OPEN, SERVICE, CountRequest, EchoStub, SayRequest
from tests.mesh.failures import failure, stream_failure
from tests.mesh.processes import ROOT, echo_process


async def numbers(call):
    """Returns all that the stream `call` counts."""
    return [response.number async for response in call]


@pytest.mark.parity("A71")
class TestDrain:
    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
    async def test_running_streams_end_well(self, certs, number):
        """
        A stream shorter than the grace period loses nothing to a restart.
        """
        async with echo_process(certs) as (process, channel):
            call = channel.stub(EchoStub).Count(CountRequest(to=20))
            counting = asyncio.create_task(numbers(call))
            await call.wait_for_connection()
            process.signal(number)

            assert list(range(20)) == await counting
            assert 0 == await process.ended()
            events = [line["event"] for line in process.lines]
            assert events.index("draining") < events.index("drain_callback")
            assert events.index("drain_callback") < events.index("call")
            assert "stopped" == events[-1]

    async def test_health_turns_before_calls_are_refused(self, certs):
        """
        Between NOT_SERVING and the end, load balancers have time to turn away.
        """
        async with echo_process(certs, drain_delay_seconds=60) as (process, channel):
            watch = channel.stub(HealthStub).Watch(health_pb2.HealthCheckRequest())
            await watch.read()
            process.signal(signal.SIGTERM)
            status = (await watch.read()).status
            response = await channel.stub(EchoStub).Say(SayRequest(text="still here"))
            process.signal(signal.SIGTERM)  # That was the time; the end may come.
            code = await process.ended()

        assert health_pb2.HealthCheckResponse.NOT_SERVING == status
        assert "still here" == response.text
        assert 0 == code

    async def test_longer_streams_are_cut_at_the_end_of_the_grace(self, certs):
        """
        A process that must end does end; its clients resume elsewhere.
        """
        async with echo_process(certs, drain_seconds=0.2) as (process, channel):
            call = channel.stub(EchoStub).Count(CountRequest(to=1_000))
            counting = asyncio.create_task(stream_failure(call))
            await call.wait_for_connection()
            process.signal(signal.SIGTERM)

            assert (await counting).code() in {
                StatusCode.UNAVAILABLE,
                StatusCode.CANCELLED,
            }
            assert 0 == await process.ended()

    async def test_a_second_signal_stops_at_once(self, certs):
        """
        An impatient operator is obeyed.
        """
        async with echo_process(certs, drain_seconds=600) as (process, channel):
            call = channel.stub(EchoStub).Count(CountRequest(to=1_000_000))
            counting = asyncio.create_task(stream_failure(call))
            await call.wait_for_connection()
            process.signal(signal.SIGTERM)
            await process.logged("drain_callback")
            process.signal(signal.SIGTERM)

            assert 0 == await process.ended()
            await counting


class TestFaults:
    async def test_a_frozen_peer_is_found_in_the_middle_of_a_stream(self, certs):
        """
        A process that is stopped, not ended, is noticed in three seconds, by a busy
        machine a little later; left to itself gRPC takes a minute.
        """
        async with echo_process(certs) as (process, channel):
            call = channel.stub(EchoStub).Count(CountRequest(to=1_000))
            await call.wait_for_connection()
            counting = asyncio.create_task(stream_failure(call))
            await asyncio.sleep(0.5)
            process.signal(signal.SIGSTOP)
            frozen = time.monotonic()
            error = await counting
            found = time.monotonic()

        assert StatusCode.UNAVAILABLE == error.code()
        assert found - frozen < 15

    async def test_a_killed_peer_is_found_at_once(self, certs):
        """
        A process that dies is UNAVAILABLE to whoever waits for it.
        """
        async with echo_process(certs) as (process, channel):
            call = channel.stub(EchoStub).Count(CountRequest(to=1_000))
            await call.wait_for_connection()
            counting = asyncio.create_task(stream_failure(call))
            process.signal(signal.SIGKILL)
            error = await counting
            again = await failure(channel.stub(EchoStub).Say(SayRequest(), timeout=30))

        assert StatusCode.UNAVAILABLE == error.code() == again.code()


async def test_a_taken_address_is_named(certs, servicer):
    """
    Two processes on one port are an operator's slip, not a crash.
    """
    async with serving(servicer.register, SERVICE, certs=certs, policy=OPEN) as served:
        second = PeerServer(
            settings(certs / "gateway"),
            listen=served.address,
            policy=OPEN,
            verifier=None,
            certs=Certificates(certs / "gateway"),
        )

        with pytest.raises(ListenError, match=served.address):
            await second.start()


def test_what_the_operator_must_put_right_is_said_without_a_traceback(tmp_path):
    """
    A missing certificate exits with 2 and one readable line.
    """
    ended = subprocess.run(  # noqa: S603 - Our own module.
        [sys.executable, "-m", "tests.mesh.echo_process", str(tmp_path)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )

    assert 2 == ended.returncode
    assert f"{tmp_path}: No such file or directory\n" == ended.stderr
