"""Mutual TLS for HTTP: the caller must be Envoy, and certificates may change.

uvicorn has no notion of who a client is, so its protocol looks at the certificate when
a connection is made, before it reads a byte.
"""

from __future__ import annotations

import asyncio
import ssl
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import structlog
from uvicorn.protocols.http.h11_impl import H11Protocol

from mesh.credentials import Certificates, Material
from mesh.identity import SPIFFE_PREFIX

log = structlog.get_logger()

CALLERS = frozenset({"envoy"})


class EnvoyOnlyProtocol(H11Protocol):
    """Closes every connection whose certificate is not Envoy's."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begins to serve, or closes at once."""
        certificate = transport.get_extra_info("peercert") or {}
        if CALLERS.isdisjoint(_peers(certificate)):
            log.warning("http_peer_refused", peers=sorted(_peers(certificate)))
            self.transport = transport
            self.is_refused = True
            transport.abort()
            return
        super().connection_made(transport)

    def data_received(self, data: bytes) -> None:
        """Reads a request; nothing of what a refused caller sent with its handshake."""
        if not self.is_refused:
            super().data_received(data)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forgets the connection."""
        if not self.is_refused:
            super().connection_lost(exc)

    is_refused = False


def server_context(certificates: Certificates) -> ssl.SSLContext:
    """Makes a context that demands a client certificate and follows the files."""
    contexts: dict[str, Any] = {"version": certificates.version}
    outer = contexts["context"] = _loaded(certificates.material)

    def follow(
        connection: ssl.SSLObject, _name: str | None, _context: ssl.SSLContext
    ) -> None:
        # Called for every handshake, with or without a server name in it.
        if contexts["version"] != certificates.version:
            material = certificates.material
            contexts.update(version=material.version, context=_loaded(material))
        connection.context = contexts["context"]

    outer.sni_callback = follow
    return outer


def _loaded(material: Material) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(cadata=material.trust.decode())
    # `ssl` reads a key from a file only.
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "chain.pem"
        path.touch(0o600)
        path.write_bytes(material.key + b"\n" + material.certificate)
        context.load_cert_chain(path)
    return context


def _peers(certificate: dict[str, Iterable[tuple[str, str]]]) -> set[str]:
    return {
        value.removeprefix(SPIFFE_PREFIX)
        for kind, value in certificate.get("subjectAltName", ())
        if kind == "URI" and value.startswith(SPIFFE_PREFIX)
    }
