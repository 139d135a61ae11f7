"""A whole process of persistence, and clients with the certificates of peers."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import aiohttp
import pytest

from persistence.config import PersistenceSettings
from persistence.database import Database
from persistence.serve import Process

Connect = Callable[[str], aiohttp.ClientSession]


@pytest.fixture
async def process(
    process_config: PersistenceSettings,
    database: Database,  # noqa: ARG001 - For its effect.
) -> AsyncIterator[Process]:
    """The process, serving."""
    process = Process(process_config)
    await process.start()
    await process.server.start()
    yield process
    await process.server.stop()
    await process.stop()


def client_context(certs: Path, peer: str | None) -> ssl.SSLContext:
    """What a peer connects with; None: without a certificate."""
    context = ssl.create_default_context(cafile=str(certs / "envoy" / "ca.crt"))
    if peer is not None:
        context.load_cert_chain(certs / peer / "tls.crt", certs / peer / "tls.key")
    return context


@pytest.fixture
async def connect(process: Process, certs: Path) -> AsyncIterator[Connect]:
    """Makes clients: `connect("envoy")`."""
    sessions = []

    def session(peer: str | None) -> aiohttp.ClientSession:
        sessions.append(
            aiohttp.ClientSession(
                f"https://127.0.0.1:{process.http.port}",
                connector=aiohttp.TCPConnector(ssl=client_context(certs, peer)),
                cookie_jar=aiohttp.CookieJar(unsafe=True),
            )
        )
        return sessions[-1]

    yield session
    for each in sessions:
        await each.close()


@pytest.fixture
async def envoy(connect: Connect) -> aiohttp.ClientSession:
    """A client with Envoy's certificate."""
    return connect("envoy")
