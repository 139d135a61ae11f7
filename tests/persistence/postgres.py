"""A PostgreSQL server for one test run, on a Unix socket of its own."""

from __future__ import annotations

import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from deploy.embedded.account import Account, unprivileged
from deploy.embedded.postgres_binaries import Binaries, find_binaries

START_SECONDS = 90
PORT = 5432  # Only part of the socket's name.

# A login takes several milliseconds as it is meant to be; each test makes some.
SCRAM = "scram_iterations=1"
SETTINGS = {
    "listen_addresses": "",
    "port": str(PORT),
    "max_connections": "90",
    # Nobody misses this data after a crash.
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "64MB",
    "jit": "off",
    "timezone": "UTC",
}


@dataclass
class TestServer:
    """One server: started once per run, gone with the process that started it."""

    __test__ = False

    # Short: the path of a socket has 107 characters at most.
    directory: Path = field(default_factory=lambda: Path(tempfile.mkdtemp("-lamla")))
    password: str = field(default_factory=secrets.token_hex)
    _process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Makes a cluster and starts it.

        Raises:
            RuntimeError: it does not start; the text is its log.
        """
        account = unprivileged()
        binaries = self._binaries(account)
        self._account = account or Account.own()
        if account:
            account.owns(self.directory)
        password_file = self.directory / "password"
        password_file.write_text(self.password)
        if account:
            account.owns(password_file)
        subprocess.run(  # noqa: S603 - Our own arguments.
            self._account.becoming(
                binaries.program("initdb"),
                f"--pgdata={self.data}",
                "--username=postgres",
                f"--pwfile={password_file}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale-provider=builtin",
                "--locale=C.UTF-8",
                "--no-sync",
                f"--set={SCRAM}",
            ),
            check=True,
            stdout=subprocess.DEVNULL,
            cwd=self.directory,
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"},
        )
        self._postgres = binaries.program("postgres")
        self.run()

    @property
    def data(self) -> Path:
        """Where the cluster is."""
        return self.directory / "data"

    def url(self, database: str = "postgres") -> str:
        """How the superuser connects."""
        address = f"?host={self.directory}&port={PORT}"
        return f"postgresql://postgres:{self.password}@/{database}{address}"

    def run(self) -> None:
        """Starts the server on the cluster that is there."""
        settings = SETTINGS | {"unix_socket_directories": str(self.directory)}
        options = [f"-c{name}={value}" for name, value in settings.items()]
        with (self.directory / "server.log").open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - Our own arguments.
                self._account.becoming(
                    self._postgres, "-D", self.data, *options, stop_signal=signal.SIGINT
                ),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.directory,
                env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"},
                start_new_session=True,
            )
        end = time.monotonic() + START_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > end:
                raise RuntimeError((self.directory / "server.log").read_text())
            time.sleep(0.02)

    def program(self, name: str) -> Path:
        """One of the programs that come with the server: `psql`."""
        return self._postgres.with_name(name)

    def psql(self, *arguments: str, url: str) -> subprocess.CompletedProcess[str]:
        """Runs psql on the database at `url`."""
        return subprocess.run(  # noqa: S603 - Our own arguments.
            [self.program("psql"), "--no-psqlrc", "-q", "-d", url, *arguments],
            check=False,
            capture_output=True,
            text=True,
        )

    def stop(self) -> None:
        """Ends all sessions and stops the server; `run` starts it again."""
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(90)

    def remove(self) -> None:
        """Stops the server and deletes its data."""
        self.stop()
        shutil.rmtree(self.directory, ignore_errors=True)

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url(), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def _binaries(self, account: Account | None) -> Binaries:
        binaries = find_binaries(None)
        if account is None or account.can_run(
            binaries.program("postgres"), "--version"
        ):
            return binaries
        # The checkout is somewhere this account cannot look.
        self.directory.chmod(0o755)
        copies = self.directory / "postgresql"
        copies.mkdir()
        return binaries.copied_to(copies)
