"""`grpc.health.v1`: whether this process can serve, and how its dependencies are.

`""` and the names of the process's own services say whether it can serve, and turn
to NOT_SERVING while it drains. `dependency:<name>` says whether what it needs
answers, and does not change the former: otherwise Envoy would turn a database that is
down into an untyped 503 of its own.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import grpc
import structlog
from grpc_health.v1 import health  # type: ignore[import-untyped]
from grpc_health.v1 import health_pb2 as pb
from grpc_health.v1.health_pb2_grpc import (  # type: ignore[import-untyped]
    add_HealthServicer_to_server,
)

log = structlog.get_logger()

SERVICE = health.SERVICE_NAME
PROBE_SECONDS = 5.0
PROBE_END_SECONDS = 2.0
# From so many failed probes on, what never answered is missing and not just starting.
MISSING_PROBES = 3

Probe = Callable[[], Awaitable[None]]
SERVING = pb.HealthCheckResponse.SERVING
NOT_SERVING = pb.HealthCheckResponse.NOT_SERVING


@dataclass
class Dependency:
    """Something this process needs, and how its last probe went.

    Attributes:
        latency_ms: How long the last good probe took, in milliseconds.
        error: The kind of exception that the last probe failed with.
        failures: How many probes have failed since the last good one.
    """

    name: str
    probe: Probe
    interval: float
    is_serving: bool | None = None
    latency_ms: float | None = None
    error: str | None = None
    failures: int = 0

    @property
    def has_served(self) -> bool:
        """Whether any probe was good."""
        return self.latency_ms is not None


class HealthRegistry:
    """Keeps the answers of the health service of one process."""

    def __init__(self) -> None:
        self._servicer = _EndingHealthServicer()
        self._services: list[str] = [""]
        self._dependencies: dict[str, Dependency] = {}
        self._probes: list[asyncio.Task[None]] = []
        self._is_serving = True
        self._is_started = False
        self._is_draining = False

    def register(self, server: grpc.aio.Server) -> None:
        """Adds the health service to `server`."""
        add_HealthServicer_to_server(self._servicer, server)

    def serves(self, *services: str) -> None:
        """Announces the process's own services, by full name."""
        self._services += services

    def depends_on(
        self, name: str, probe: Probe, interval: float = PROBE_SECONDS
    ) -> None:
        """Reports `dependency:<name>` by running `probe` every `interval` seconds.

        A probe that raises, or takes longer than `interval` (at most 5 s), has failed.

        Raises:
            RuntimeError: the server has started already.
        """
        if self._is_started:
            raise RuntimeError("Dependencies are named before the server starts.")
        self._dependencies[name] = Dependency(name, probe, interval)

    async def start(self) -> None:
        """Says whether the process serves, and begins to probe."""
        self._is_started = True
        for dependency in self._dependencies.values():
            await self._servicer.set(f"dependency:{dependency.name}", NOT_SERVING)
            self._probes.append(asyncio.create_task(self._watch(dependency)))
        await self._publish()

    async def set_serving(self, *, is_serving: bool) -> None:
        """Says whether the process can do its work, for example after loading.

        It can, unless it says otherwise; before `start` nobody is told.
        """
        self._is_serving = is_serving
        if self._is_started:
            await self._publish()

    async def drain(self) -> None:
        """Says NOT_SERVING for everything, for good."""
        self._is_draining = True
        await self._servicer.enter_graceful_shutdown()

    async def stop(self) -> None:
        """Ends the probes and the streams of those who watch."""
        for probe in self._probes:
            probe.cancel()
        if self._probes:
            # Bounded: a probe may be in code that swallows its cancellation.
            await asyncio.wait(self._probes, timeout=PROBE_END_SECONDS)
        self._servicer.end_watches()

    def snapshot(self) -> dict[str, Any]:
        """Returns the state for health over HTTP: JSON types only, no secrets."""
        return {
            "status": self._status(),
            "dependencies": {
                dependency.name: {
                    "status": _status_name(is_serving=dependency.is_serving),
                    "latency_ms": dependency.latency_ms,
                    "error": dependency.error,
                }
                for dependency in self._dependencies.values()
            },
        }

    def _status(self) -> str:
        if self._is_draining:
            return "draining"
        return _status_name(is_serving=self._is_started and self._is_serving)

    async def _publish(self) -> None:
        status = SERVING if self._is_serving else NOT_SERVING
        for service in self._services:
            await self._servicer.set(service, status)

    async def _watch(self, dependency: Dependency) -> None:
        while True:
            await self._probe(dependency)
            await asyncio.sleep(dependency.interval)

    async def _probe(self, dependency: Dependency) -> None:
        before = dependency.is_serving
        began = time.perf_counter()
        try:
            async with asyncio.timeout(min(dependency.interval, PROBE_SECONDS)):
                await dependency.probe()
        except Exception as error:  # noqa: BLE001 - Whatever it is, it is not healthy.
            dependency.is_serving = False
            dependency.error = type(error).__name__
            dependency.failures += 1
        else:
            dependency.is_serving = True
            dependency.error = None
            dependency.failures = 0
            dependency.latency_ms = round((time.perf_counter() - began) * 1_000, 3)
        # What starts beside this process may come a little later than it.
        is_starting = before is None and not dependency.is_serving
        is_missing = not dependency.has_served and dependency.failures == MISSING_PROBES
        if dependency.is_serving == before and not is_missing:
            return
        is_bad = not (dependency.is_serving or is_starting)
        (log.warning if is_bad else log.info)(
            "dependency_changed",
            dependency=dependency.name,
            status=_status_name(is_serving=dependency.is_serving),
            error=dependency.error,
        )
        await self._servicer.set(
            f"dependency:{dependency.name}",
            SERVING if dependency.is_serving else NOT_SERVING,
        )


class _EndingHealthServicer(health.aio.HealthServicer):  # type: ignore[misc]
    """grpc's own servicer, whose watches end when the process stops.

    A watch would otherwise hold up a graceful stop for the whole grace period.
    """

    def __init__(self) -> None:
        super().__init__()
        self._server_status = {"": NOT_SERVING}
        self._watches: set[asyncio.Task[None]] = set()

    async def Watch(
        self, request: pb.HealthCheckRequest, context: grpc.aio.ServicerContext
    ) -> None:
        """See `grpc.health.v1.Health.Watch`."""
        watch = asyncio.create_task(super().Watch(request, context))
        self._watches.add(watch)
        try:
            await asyncio.wait({watch})
        finally:
            watch.cancel()
            self._watches.discard(watch)

    def end_watches(self) -> None:
        """Ends every `Watch` with OK; who wants to know more asks again."""
        for watch in self._watches:
            watch.cancel()


def _status_name(*, is_serving: bool | None) -> str:
    if is_serving is None:
        return "unknown"
    return "serving" if is_serving else "not_serving"
