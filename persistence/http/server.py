"""Serves HTTP by uvicorn inside the process that serves gRPC."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Iterator

import structlog
import uvicorn

from mesh.credentials import Certificates
from persistence.http.asgi import App
from persistence.http.tls import EnvoyOnlyProtocol, server_context

log = structlog.get_logger()

# Envoy's own idle time-out for upstream connections must be the shorter one.
KEEP_ALIVE_SECONDS = 75
BACKLOG = 128


class HttpServer:
    """One HTTPS listener for Envoy alone."""

    def __init__(
        self, app: App, *, listen: str, certs: Certificates, drain_seconds: float
    ) -> None:
        """Prepares a server on `listen` (`host:port`; port 0 takes a free one)."""
        self._listen = listen
        self._server = _Server(
            uvicorn.Config(
                app,
                http=EnvoyOnlyProtocol,
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                proxy_headers=False,
                server_header=False,
                timeout_keep_alive=KEEP_ALIVE_SECONDS,
                timeout_graceful_shutdown=max(1, round(drain_seconds)),
                ssl_context_factory=lambda _config, _default: server_context(certs),
            )
        )
        self._serving: asyncio.Task[None] | None = None
        self.port = 0

    async def start(self) -> None:
        """Listens.

        Raises:
            OSError: the address is taken.
        """
        host, _, port = self._listen.rpartition(":")
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listener = socket.create_server(
            (host.strip("[]"), int(port)), family=family, backlog=BACKLOG
        )
        self.port = listener.getsockname()[1]
        self._serving = asyncio.create_task(self._server.serve(sockets=[listener]))
        while not self._server.started:
            if self._serving.done():
                self._serving.result()
            await asyncio.sleep(0.01)
        log.info("serving_http", listen=self._listen, port=self.port)

    async def stop(self) -> None:
        """Answers what is being asked, refuses the rest, and stops."""
        self._server.should_exit = True
        if self._serving is not None:
            await self._serving


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leaves signals to the process, which stops both of its servers."""
        yield
