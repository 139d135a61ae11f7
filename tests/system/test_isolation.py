"""Who reaches what: the database, and a second mesh on the same machine."""

from __future__ import annotations

from typing import Any

import psutil
import pytest

from tests.system.conftest import guest, post, scripted, send_request


def connections(process: psutil.Process) -> list[Any]:
    """Returns those of a process; none when it has just ended."""
    try:
        return process.net_connections("tcp")
    except psutil.NoSuchProcess:
        return []


@pytest.mark.parity("A12")
def test_only_persistence_reaches_the_database(mesh):
    """
    While the mesh works, no other process of it has a connection to PostgreSQL. The
    ingest worker is persistence, too: the same code with the same credentials.
    """
    post(mesh, "/v1/chat:reply", {"message": send_request()}, token=guest(mesh))
    launcher = psutil.Process(mesh.process.pid)
    persistence, ingest = (
        {mesh.pid(name)}
        | {child.pid for child in psutil.Process(mesh.pid(name)).children()}
        for name in ("persistence", "ingest")
    )
    connected = {
        process.pid
        for process in launcher.children(recursive=True)
        for connection in connections(process)
        if connection.raddr and connection.raddr.port == mesh.ports.postgres
    }

    assert connected & persistence
    assert set() == connected - persistence - ingest


@pytest.mark.parity("A115")
def test_two_meshes_run_side_by_side(mesh, tmp_path):
    """
    With ports of its own a second mesh shares nothing with the first.
    """
    with scripted(tmp_path) as second:
        for stack in (mesh, second):
            token = guest(stack)
            answer = post(
                stack, "/v1/chat:reply", {"message": send_request()}, token=token
            )

            assert "GENERATION_STATE_COMPLETE" == answer["answer"]["state"]
        assert mesh.pid("gateway") != second.pid("gateway")
