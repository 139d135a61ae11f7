"""What Envoy knows of its upstreams, and what it does when one goes."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AsyncExitStack, suppress
from dataclasses import replace
from pathlib import Path

import aiohttp
import grpc
import psutil
import pytest
from lamla.chat.v1 import conversation_service_pb2 as conversations
from lamla.errors.v1.error_reason_pb2 import ErrorReason

from gateway.envoy.settings import EdgeSettings, Place
from mesh.errors import ServiceError
from mesh.testing import TokenIssuer, issue_certificates
from tests.clients import JsonClient, Refused
from tests.edge.envoy import Edge, running, until, whole
from tests.edge.peers import PERSISTENCE_SERVICES, ScriptedPeer

ATTEMPTS = "cluster.persistence.health_check.attempt"
SUCCESSES = "cluster.persistence.health_check.success"
RENEWED = "cluster.persistence.client_ssl_socket_factory.ssl_context_update_by_sds"
LIST = "lamla.chat.v1.ConversationService/ListConversations"
ASKED = conversations.ListConversationsRequest()


class TestUpstreams:
    @pytest.mark.parity("A54")
    async def test_a_stopped_peer_is_unhealthy_within_two_intervals(
        self,
        place: Callable[[], Place],
        certs: Path,
        issuer: TokenIssuer,
        http: aiohttp.ClientSession,
        token: str,
    ):
        """
        And healthy again when it is back, without a restart of anything else. Envoy's
        attempts are counted, one in each interval: a busy machine makes them late.
        """
        peer = ScriptedPeer(PERSISTENCE_SERVICES)
        first, second = AsyncExitStack(), AsyncExitStack()
        address = await first.enter_async_context(
            peer.serving(certs, issuer, peer="persistence")
        )
        here = replace(place(), persistence=[address])
        async with running(here, EdgeSettings()) as envoy, first, second:
            client = JsonClient(http, envoy.url)
            await client.unary(LIST, ASKED, token=token)

            await first.aclose()
            before = await envoy.counter(ATTEMPTS)
            await envoy.until_health("persistence", [False])
            to_go = await envoy.counter(ATTEMPTS) - before
            with pytest.raises(Refused) as refused:
                await client.unary(LIST, ASKED, token=token)

            port = int(address.rpartition(":")[2])
            await second.enter_async_context(
                peer.serving(certs, issuer, peer="persistence", port=port)
            )
            before = await envoy.counter(ATTEMPTS)
            await envoy.until_health("persistence", [True])
            to_come = await envoy.counter(ATTEMPTS) - before

            async def is_used() -> bool:
                # Envoy's worker hears of it a moment after its admin interface.
                with suppress(Refused):
                    await client.unary(LIST, ASKED, token=token)
                    return True
                return False

            await until(is_used)

        # One may be under way at the begin, and one begun before the end was seen.
        assert to_go <= 2 + 2
        assert to_come <= 1 + 2
        assert "ERROR_REASON_DEPENDENCY_UNAVAILABLE" == refused.value.reason

    async def test_a_peer_that_reports_unavailable_is_not_given_up(
        self,
        edge: Edge,
        http: aiohttp.ClientSession,
        persistence: ScriptedPeer,
        token: str,
    ):
        """
        A database that is away stays a typed error of persistence, call after call.
        """
        persistence.answers["ListConversations"] = ServiceError(
            ErrorReason.ERROR_REASON_DATABASE_UNAVAILABLE, "The database is away."
        )
        client = JsonClient(http, edge.url)

        reasons = set()
        for _ in range(12):
            with pytest.raises(Refused) as refused:
                await client.unary(LIST, ASKED, token=token)
            reasons.add(refused.value.reason)

        assert {"ERROR_REASON_DATABASE_UNAVAILABLE"} == reasons

    async def test_a_peer_with_another_name_is_not_believed(
        self,
        place: Callable[[], Place],
        certs: Path,
        issuer: TokenIssuer,
    ):
        """
        A certificate of the mesh is not enough: it must be the right peer's.
        """
        peer = ScriptedPeer(PERSISTENCE_SERVICES)
        async with peer.serving(certs, issuer, peer="llm_worker") as impostor:
            here = replace(place(), persistence=[impostor])
            settings = EdgeSettings()
            async with running(here, settings, absent={"persistence"}) as envoy:

                async def is_refused() -> bool:
                    name = "cluster.persistence.ssl.fail_verify_san"
                    return await envoy.counter(name) > 0

                await until(is_refused)

                assert [False] == (await envoy.health())["persistence"]

    async def test_renewed_certificates_are_taken_up_while_running(
        self,
        tmp_path: Path,
        place: Callable[[], Place],
        issuer: TokenIssuer,
        http: aiohttp.ClientSession,
        token: str,
    ):
        """
        Even of another authority, as soon as the files are swapped.
        """
        authority = issue_certificates(tmp_path)
        peer = ScriptedPeer(PERSISTENCE_SERVICES)
        async with peer.serving(tmp_path, issuer, peer="persistence") as address:
            here = replace(place(), persistence=[address], certs_dir=tmp_path / "envoy")
            absent = {"gateway", "persistence_http"}  # They are of another mesh.
            async with running(here, EdgeSettings(), absent=absent) as envoy:
                before = await envoy.counter(RENEWED)
                authority.rotate_ca()
                authority.forget_old_cas()
                for name in ("envoy", "persistence"):
                    authority.issue(name, tmp_path / name)

                async def is_renewed() -> bool:
                    return await envoy.counter(RENEWED) > before

                await until(is_renewed)
                then = await envoy.counter(SUCCESSES)

                async def is_tried() -> bool:
                    return await envoy.counter(SUCCESSES) > then + 1

                await until(is_tried)

                assert [True] == (await envoy.health())["persistence"]


class TestEnvoy:
    async def test_it_says_that_it_lives(self, edge: Edge, http: aiohttp.ClientSession):
        """
        For a load balancer in front.
        """
        answer = await whole(http.get(f"{edge.url}/healthz"))

        assert 200 == answer.status

    @pytest.mark.parity("A61")
    async def test_its_admin_interface_is_on_the_loopback_only(
        self, place: Callable[[], Place]
    ):
        """
        Even when the public listener is on every address.
        """
        everywhere = replace(place(), bind_address="0.0.0.0")  # noqa: S104 - The point.
        async with running(everywhere, EdgeSettings()) as envoy:
            admin_port = int(envoy.admin_address.rpartition(":")[2])
            listening = {
                connection.laddr.ip
                for connection in psutil.net_connections("tcp")
                if connection.status == psutil.CONN_LISTEN
                and connection.laddr
                and connection.laddr.port == admin_port
            }

        assert {"127.0.0.1"} == listening
        assert envoy.address.startswith("0.0.0.0:")

    async def test_native_grpc_needs_no_upgrade(self, edge: Edge):
        """
        HTTP/2 by prior knowledge, as grpcurl -plaintext speaks it.
        """
        async with edge.channel() as channel:
            await channel.channel_ready()

            assert grpc.ChannelConnectivity.READY == channel.get_state()
