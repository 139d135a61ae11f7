"""A developer with grpcurl: reflection and health inside, an answer through Envoy."""

from __future__ import annotations

import json
import subprocess

import pytest

from deploy.embedded.paths import CHECKOUT
from tests.system.conftest import guest, send_request, tool


def run(*words: str) -> subprocess.CompletedProcess[str]:
    """Runs grpcurl to its end."""
    return subprocess.run(  # noqa: S603 - Our own words.
        [tool("grpcurl"), *words],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )


def grpcurl(*words: str) -> str:
    """Returns what grpcurl printed; a failure shows what it said."""
    done = run(*words)
    assert 0 == done.returncode, done.stderr
    return done.stdout


def certificate(stack, peer="developer"):
    folder = stack.home / "certs" / peer
    return (
        *("-cacert", str(folder / "ca.crt")),
        *("-cert", str(folder / "tls.crt")),
        *("-key", str(folder / "tls.key")),
    )


LISTENERS = {
    "gateway": "lamla.chat.v1.ChatService",
    "llm_worker": "lamla.llm.v1.GenerationService",
    "persistence": "lamla.chat.v1.ConversationService",
}


@pytest.mark.parametrize(("peer", "service"), LISTENERS.items())
def test_lists_and_describes_the_services_of_each_peer(mesh, peer, service):
    """
    With a developer's certificate every internal listener explains itself.
    """
    address = f"localhost:{getattr(mesh.ports, peer)}"

    assert service in grpcurl(*certificate(mesh), address, "list").splitlines()
    described = grpcurl(*certificate(mesh), address, "describe", service)
    assert f"service {service.rpartition('.')[2]} {{" in described


@pytest.mark.parity("A54")
@pytest.mark.parametrize(("peer", "service"), LISTENERS.items())
def test_checks_health_of_the_process_and_each_service(mesh, peer, service):
    """
    Health answers for the process and by service name, over the standard protocol.
    """
    address = f"localhost:{getattr(mesh.ports, peer)}"
    for name in ("", service):
        answer = grpcurl(
            *certificate(mesh),
            *("-d", json.dumps({"service": name})),
            address,
            "grpc.health.v1.Health/Check",
        )

        assert {"status": "SERVING"} == json.loads(answer)


def test_without_a_certificate_nothing_is_listed(mesh):
    """
    The handshake itself is refused.
    """
    done = run(
        *("-insecure", "-max-time", "5"),
        *(f"localhost:{mesh.ports.gateway}", "list"),
    )

    assert 0 != done.returncode
    assert "Failed to dial" in done.stderr


def test_another_peers_certificate_reads_no_reflection(mesh):
    """
    The right authority is not enough: reflection is for developers.
    """
    done = run(
        *certificate(mesh, "envoy"),
        *(f"localhost:{mesh.ports.gateway}", "list"),
    )

    assert 0 != done.returncode
    assert "PermissionDenied" in done.stderr


def test_streams_an_answer_through_envoy(mesh):
    """
    Native gRPC at the public port, with a user's token, event by event.
    """
    printed = grpcurl(
        "-plaintext",
        *("-protoset", str(CHECKOUT / "build" / "schema.binpb")),
        *("-H", f"authorization: Bearer {guest(mesh)}"),
        *("-d", json.dumps(send_request())),
        f"localhost:{mesh.port}",
        "lamla.chat.v1.ChatService/SendMessage",
    )
    decoder = json.JSONDecoder()
    events = []
    while printed.strip():
        event, end = decoder.raw_decode(printed.lstrip())
        events.append(event)
        printed = printed.lstrip()[end:]

    assert "started" in events[0]
    assert "completed" in events[-1]
    assert [*range(1, len(events) + 1)] == [e["sequence"] for e in events]
