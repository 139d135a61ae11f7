"""Each run has a database server of its own, and leaves nothing behind."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from tests.persistence.postgres import TestServer

ROOT = Path(__file__).parents[2]
ABANDON = """
import os
from tests.persistence.postgres import TestServer
server = TestServer()
server.start()
print(server.directory, flush=True)
os.kill(os.getpid(), 9)
"""


def answers(server: TestServer) -> bool:
    try:
        psycopg.connect(server.url(), connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


class TestTestServer:
    @pytest.mark.parity("A91")
    def test_runs_at_the_same_time_do_not_collide(self, server):
        """
        A second server has its own socket and its own data, real PostgreSQL both.
        """
        other = TestServer()
        other.start()
        try:
            with psycopg.connect(other.url()) as connection:
                found = connection.execute(
                    "SELECT count(*) FROM pg_database WHERE datname = 'lamla_test'"
                ).fetchone()
                version = connection.info.server_version
        finally:
            other.remove()

        assert (0,) == found
        assert version >= 170000
        assert answers(server)
        assert not other.directory.exists()

    @pytest.mark.parity("A91")
    def test_a_run_that_is_killed_takes_its_server_along(self):
        """
        No server is left running after kill -9.
        """
        result = subprocess.run(  # noqa: S603 - Our own script.
            [sys.executable, "-c", ABANDON],
            check=False,
            capture_output=True,
            text=True,
            cwd=ROOT,
        )
        abandoned = TestServer(directory=Path(result.stdout.strip()))
        pid_file = abandoned.data / "postmaster.pid"
        for _ in range(1_000):
            if not pid_file.exists():
                break
            time.sleep(0.05)

        assert -9 == result.returncode
        assert not pid_file.exists()
        abandoned.remove()
