"""A whole mesh for tests: a home of its own, free ports, and the launcher as a child.

with Stack(tmp_path, environment={"LAMLA_LLM_PROVIDERS": "scripted"}) as stack:
    httpx.get(stack.url)
"""

import atexit
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from deploy.embedded.errors import StartError
from deploy.embedded.paths import CHECKOUT, Home
from deploy.embedded.ports import Port, check_free
from deploy.embedded.settings import InternalPorts

READY = "Lamla is ready: "
# Below the range the kernel takes ports of outgoing connections from. Of each range of
# a mesh, ten after the base are the peers', then the two that are public.
_PORTS = 13
_RANGES = range(21_000, 31_000, _PORTS)
_SINGLES = range(31_000, 32_700)
_CLAIMS: list[socket.socket] = []
_POLL_SECONDS = 0.05
# A person's settings must not decide how a test ends.
_OTHERS_PREFIXES = ("LAMLA_", "DB_", "DJANGO_")
_OTHERS = {"DATABASE_URL", "DEBUG", "ENVIRONMENT", "LOG_LEVEL", "SECRET_KEY"}


class Stack:
    """`python -m deploy.embedded run` in a temporary home."""

    def __init__(
        self,
        home: Path,
        port: int | None = None,
        admin_port: int | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """Chooses free ports where none are given."""
        self.home = home
        # Held for as long as this process lives: a mesh may be stopped and come back.
        self._base, self._claim = _claimed(_RANGES, range(1, _PORTS))
        self.port = port or self._base + 11
        self.admin_port = admin_port or self._base + 12
        self._environment = dict(environment or {})
        replicas = self._environment.get("LAMLA_GATEWAY_REPLICAS", "1")
        self.ports = InternalPorts(self._base, gateways=int(replicas))
        self.log = home.with_name(f"{home.name}.stdout")
        self._process: subprocess.Popen[bytes] | None = None
        atexit.register(self._discard)

    @property
    def url(self) -> str:
        """Where the page and the API are."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def admin_url(self) -> str:
        return f"http://127.0.0.1:{self.admin_port}"

    @property
    def certificates(self) -> Path:
        """The directory of a person's certificate, for grpcurl and channels."""
        return self.home / "certs" / "developer"

    @property
    def output(self) -> str:
        """What the launcher has printed since its last start."""
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    @property
    def process(self) -> subprocess.Popen[bytes]:
        """The launcher.

        Raises:
            RuntimeError: it was not started.
        """
        if self._process is None:
            raise RuntimeError("The stack was not started.")
        return self._process

    @property
    def runs(self) -> bool:
        """Whether the launcher was started and has not ended."""
        return self._process is not None and self._process.poll() is None

    def pid(self, name: str) -> int:
        """The pid of a part: gateway, gateway-2, llm_worker, ingest, envoy, …"""
        return int((self.home / "run" / f"{name}.pid").read_text().split()[0])

    def start(self, timeout: float = 240.0) -> None:
        """Starts everything and waits for the line that says it is ready.

        Raises:
            RuntimeError: the launcher ended or took too long; with what it printed.
        """
        self.launch()
        self.wait_until_ready(timeout)

    def launch(self) -> None:
        """Starts the launcher without waiting."""
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(  # noqa: S603 - Our own launcher.
                [
                    sys.executable,
                    "-m",
                    "deploy.embedded",
                    "run",
                    "--env-file",
                    os.devnull,
                ],
                cwd=CHECKOUT,
                env=self.variables,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def wait_until_ready(self, timeout: float = 240.0) -> None:
        """Waits for the line that says it is ready.

        Raises:
            RuntimeError: the launcher ended or took too long; with what it printed.
        """
        end = time.monotonic() + timeout
        while f"\n{READY}" not in f"\n{self.output}":
            if self.process.poll() is not None:
                code = self.process.returncode
                raise RuntimeError(f"The launcher ended with {code}:\n{self.output}")
            if time.monotonic() > end:
                self.stop()
                raise RuntimeError(f"Not ready after {timeout} s:\n{self.output}")
            time.sleep(_POLL_SECONDS)

    def stop(self, timeout: float = 120.0) -> int:
        """Asks for an orderly end, waits for it and returns the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.kill()
            raise

    def kill(self) -> None:
        """Ends the launcher, and only it, with SIGKILL."""
        self.process.kill()
        self.process.wait()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def _discard(self) -> None:
        """Leaves nothing behind outside of the home, whatever the test did."""
        if self.runs:
            self.stop()
        shutil.rmtree(Home(self.home.resolve()).outside, ignore_errors=True)

    @property
    def variables(self) -> dict[str, str]:
        """The environment of the launcher, and of its commands for this home."""
        inherited = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(_OTHERS_PREFIXES) and name not in _OTHERS
        }
        return inherited | {
            "LAMLA_HOME": str(self.home),
            "LAMLA_PORT": str(self.port),
            "LAMLA_ADMIN_PORT": str(self.admin_port),
            "LAMLA_INTERNAL_PORT_BASE": str(self._base),
            **self._environment,
        }


def free_port() -> int:
    """A port that nothing listens on, and no other test takes while this one runs."""
    number, claim = _claimed(_SINGLES, range(1))
    _CLAIMS.append(claim)
    return number


def _claimed(bases: range, offsets: range) -> tuple[int, socket.socket]:
    """A base whose ports at the offsets are free, and the claim on them."""
    for base in random.sample(bases, k=100):
        claim = _claim(base)
        if claim is None:
            continue
        with suppress(StartError):
            check_free([Port(base + offset, "a test", "none") for offset in offsets])
            return base, claim
        claim.close()
    raise RuntimeError("No free ports were found.")


def _claim(base: int) -> socket.socket | None:
    """Keeps other tests from the ports of `base` until the socket is closed.

    A port is free until its peer listens, so two that start at the same time could
    choose the same one. The name of an abstract socket can be had once per network
    namespace, as ports can, and goes with the process.
    """
    claim = socket.socket(socket.AF_UNIX)
    try:
        claim.bind(f"\0lamla-test-ports-{base}")
    except OSError:
        claim.close()
        return None
    return claim
