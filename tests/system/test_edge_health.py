"""What an operator sees in Envoy's admin."""

from __future__ import annotations

import json
import os
import signal
import time
import urllib.request

import pytest

from tests.system.conftest import wait_until_it_answers

# What Envoy's health checks and the start of a process take on a busy machine.
NOTICED_SECONDS = 90.0


def health_flags(stack) -> dict[str, set[str]]:
    """Returns the health flags of every endpoint by cluster."""
    url = f"{stack.admin_url}/clusters?format=json"
    with urllib.request.urlopen(url, timeout=5) as response:  # noqa: S310
        clusters = json.load(response)["cluster_statuses"]
    return {
        cluster["name"]: {
            flag
            for host in cluster.get("host_statuses", [])
            for flag, value in host["health_status"].items()
            if value not in ("HEALTHY", False)
        }
        for cluster in clusters
    }


def wait_for(stack, cluster: str, *, healthy: bool) -> None:
    end = time.monotonic() + NOTICED_SECONDS
    while bool(health_flags(stack)[cluster]) == healthy:
        assert time.monotonic() < end, health_flags(stack)
        time.sleep(0.1)


def running(stack, peer: str) -> set[int]:
    """Returns the process of a peer; empty while there is none."""
    try:
        return {stack.pid(peer)}
    except FileNotFoundError:
        return set()


@pytest.mark.parity("A61")
def test_every_upstream_is_healthy(mesh):
    """
    Envoy asks each upstream for its health and shows it, on the loopback only.
    """
    flags = health_flags(mesh)

    assert {"gateway", "persistence", "persistence_http"} <= flags.keys()
    assert set() == set.union(*flags.values())


@pytest.mark.parametrize("peer", ["gateway", "persistence"])
def test_a_frozen_upstream_is_failed_and_a_thawed_one_healthy(mesh, peer):
    """
    A process that hangs is taken out within two health checks, and comes back.
    """
    pid = mesh.pid(peer)
    os.kill(pid, signal.SIGSTOP)
    try:
        wait_for(mesh, peer, healthy=False)
    finally:
        os.kill(pid, signal.SIGCONT)
    wait_for(mesh, peer, healthy=True)

    wait_until_it_answers(mesh)


def test_a_killed_upstream_is_started_again_and_healthy(mesh):
    """
    The launcher replaces a process that died, and Envoy goes on with the new one.
    """
    before = mesh.pid("gateway")
    os.kill(before, signal.SIGKILL)
    end = time.monotonic() + NOTICED_SECONDS
    while not running(mesh, "gateway") - {before}:
        assert time.monotonic() < end
        time.sleep(0.05)
    wait_for(mesh, "gateway", healthy=True)

    wait_until_it_answers(mesh)
