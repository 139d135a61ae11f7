"""Starts all parts in an order that overlaps, watches them, and stops them in reverse.

certificates → PostgreSQL → schema → persistence ┐
                                      llm_worker ┴→ gateways ┐
                                                        page ┴→ Envoy → ready, ingest
"""

import asyncio
import signal
import time
from collections.abc import Awaitable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Protocol

from deploy.embedded.certificates import Certificates
from deploy.embedded.envoy import Envoy
from deploy.embedded.frontend import BuiltPage, Frontend
from deploy.embedded.output import Output
from deploy.embedded.postgres import EmbeddedPostgres
from deploy.embedded.schema import Schema
from deploy.embedded.services import Service

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
# What is left for the last ones when those before them have used up the time.
_LEAST_GRACE = 3.0
_KILLED = 128 + signal.SIGINT


class Part(Protocol):
    """One thing that is started."""

    async def start(self) -> None: ...

    async def ready(self) -> None: ...

    async def stop(self, grace: float) -> None: ...


@dataclass
class Mesh:
    """Every part of one mesh, ready to be started.

    Attributes:
        postgres: `None` where the person names a database of their own.
        schema: `None` likewise, unless they let the launcher keep it.
        gateways: one or more, all alike.
    """

    certificates: Certificates
    postgres: EmbeddedPostgres | None
    schema: Schema | None
    persistence: Service
    ingest: Service
    llm_worker: Service
    gateways: Sequence[Service]
    frontend: BuiltPage | Frontend
    envoy: Envoy
    output: Output
    drain_seconds: float
    _started: list[Part] = field(default_factory=list)

    async def start(self) -> None:
        """Starts everything and returns when a person can use it.

        Raises:
            StartError: a part does not start; the others are left to `stop`.
        """
        began = time.monotonic()
        await self._bring_up("certificates", self.certificates)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._bring_up("frontend", self.frontend))
                group.create_task(self._bring_up_services())
        except ExceptionGroup as failures:
            raise _first_cause(failures) from None
        # Last, so that its first health checks find what they look for.
        await self._bring_up("envoy", self.envoy)
        # Its work waits in a queue: nobody has to wait for it.
        self._started.append(self.ingest)
        await self.ingest.start()
        self.output.detail(f"Everything took {time.monotonic() - began:.1f} s.")

    async def stop(self) -> None:
        """Stops everything, the edge first, within the drain time."""
        end = time.monotonic() + self.drain_seconds
        with suppress(OSError):
            await self.envoy.drain()
        for parts in (
            self.gateways,
            (self.envoy,),
            (self.ingest,),
            (self.persistence, self.llm_worker),
            (self.schema, self.frontend),
            (self.postgres,),
            (self.certificates,),
        ):
            grace = max(end - time.monotonic(), _LEAST_GRACE)
            running = [part.stop(grace) for part in parts if part in self._started]
            await asyncio.gather(*running)

    def kill(self) -> None:
        """Ends every process at once. What was acknowledged is stored all the same."""
        services = (*self.gateways, self.ingest, self.llm_worker, self.persistence)
        for service in services:
            service.kill()
        self.envoy.kill()
        if self.postgres is not None:
            self.postgres.kill()

    async def _bring_up_services(self) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(self._bring_up("llm_worker", self.llm_worker))
            group.create_task(self._bring_up_the_store())
        # After those it calls, or its channels would be backing off when the mesh is
        # said to be ready.
        async with asyncio.TaskGroup() as group:
            for gateway in self.gateways:
                group.create_task(self._bring_up(gateway.name, gateway))

    async def _bring_up_the_store(self) -> None:
        if self.postgres is not None:
            await self._bring_up("postgres", self.postgres)
        if self.schema is not None:
            await self._bring_up("schema", self.schema)
        await self._bring_up("persistence", self.persistence)

    async def _bring_up(self, name: str, part: Part) -> None:
        began = time.monotonic()
        self._started.append(part)
        await part.start()
        await part.ready()
        self.output.detail(f"{name} took {time.monotonic() - began:.2f} s.")


def _first_cause(failure: BaseException) -> BaseException:
    while isinstance(failure, BaseExceptionGroup):
        failure = failure.exceptions[0]
    return failure


async def supervise(mesh: Mesh, *, announcement: str) -> int:
    """Runs a mesh until a signal ends it, and returns the exit code.

    The first signal stops everything in order, Ctrl-C after it kills it. Others may
    come twice: make and systemd send them to the whole group, and make passes them on.

    Raises:
        StartError: it did not start. Everything is stopped again by then.
    """
    asked = asyncio.Event()
    again = asyncio.Event()

    def hear(number: signal.Signals) -> None:
        if not asked.is_set():
            asked.set()
        elif number == signal.SIGINT:
            again.set()

    loop = asyncio.get_running_loop()
    for number in _SIGNALS:
        # Under nohup a lost terminal is no reason to stop.
        if signal.getsignal(number) is not signal.SIG_IGN:
            loop.add_signal_handler(number, hear, number)
    failure = await _run_until(mesh, asked, announcement)
    if failure is None:
        mesh.output.say("Stopping; press Ctrl-C again to kill")
    killed = await _stop_or_kill(mesh, again)
    if failure is not None:
        raise failure
    if not killed:
        mesh.output.say("Stopped")
    return _KILLED if killed else 0


async def _run_until(
    mesh: Mesh, asked: asyncio.Event, announcement: str
) -> BaseException | None:
    """Starts the mesh and waits to be asked to stop; returns why it did not start."""
    starting = asyncio.create_task(mesh.start())
    waiting = asyncio.create_task(asked.wait())
    await _first_of(starting, waiting)
    if not starting.done():
        starting.cancel()
        await asyncio.wait({starting})
        return None
    failure = starting.exception()
    if failure is None:
        mesh.output.announce(announcement)
        await waiting
    waiting.cancel()
    return failure


async def _stop_or_kill(mesh: Mesh, again: asyncio.Event) -> bool:
    """Stops the mesh; returns whether Ctrl-C had it killed instead."""
    stopping = asyncio.create_task(mesh.stop())
    waiting = asyncio.create_task(again.wait())
    await _first_of(stopping, waiting)
    killed = not stopping.done()
    if killed:
        mesh.kill()
    waiting.cancel()
    await stopping
    return killed


async def _first_of(*tasks: Awaitable[object]) -> None:
    futures = [asyncio.ensure_future(task) for task in tasks]
    await asyncio.wait(futures, return_when=asyncio.FIRST_COMPLETED)
