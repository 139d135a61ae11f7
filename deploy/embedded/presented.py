"""Which certificates the running peers present, as Envoy sees them."""

import asyncio
import contextlib
import json
import ssl
import tempfile
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509

from deploy.embedded.settings import InternalPorts
from mesh.credentials import Certificates
from mesh.identity import dns_name

# Envoy is the one peer that every server lets in.
_CALLER = "envoy"
_SECONDS = 2.0


@dataclass(frozen=True)
class Presented:
    """Asks the processes of one home.

    Attributes:
        certificates: has a directory for each peer.
        servers: the peer behind each port that is served with mutual TLS.
        admin_port: Envoy's.
    """

    certificates: Path
    servers: Mapping[int, str]
    admin_port: int

    @classmethod
    def of(
        cls, certificates: Path, ports: InternalPorts, admin_port: int
    ) -> "Presented":
        """Asks all that the launcher runs."""
        servers = dict.fromkeys(ports.gateways, "gateway") | {
            ports.llm_worker: "llm_worker",
            ports.persistence: "persistence",
            ports.persistence_http: "persistence",
            ports.ingest: "ingest",
        }
        return cls(certificates, servers, admin_port)

    async def stale(self) -> list[str] | None:
        """The running peers whose certificate is not the one on disk.

        Returns:
            `None` when nothing runs at all. A peer that does not run is not stale: it
            reads the files when it starts.
        """
        peers = [*self.servers.values(), _CALLER]
        serials = await asyncio.gather(
            *(self._served(port, peer) for port, peer in self.servers.items()),
            asyncio.to_thread(self._envoys),
        )
        if all(serial is None for serial in serials):
            return None
        return [
            peer
            for peer, serial in zip(peers, serials, strict=True)
            if serial not in (None, _serial_of(self.certificates / peer))
        ]

    async def _served(self, port: int, peer: str) -> int | None:
        try:
            async with asyncio.timeout(_SECONDS):
                _, writer = await asyncio.open_connection(
                    "127.0.0.1",
                    port,
                    ssl=self.context(),
                    server_hostname=dns_name(peer),
                )
        except (OSError, TimeoutError):
            return None
        certificate = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
        writer.transport.abort()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
        return x509.load_der_x509_certificate(certificate).serial_number

    def context(self) -> ssl.SSLContext:
        """What Envoy connects to the others with, read from disk now."""
        material = Certificates(self.certificates / _CALLER).material
        context = ssl.create_default_context(cadata=material.trust.decode())
        # `ssl` reads a key from a file only.
        with tempfile.TemporaryDirectory() as directory:
            path = Path(directory) / "chain.pem"
            path.touch(0o600)
            path.write_bytes(material.key + material.certificate)
            context.load_cert_chain(path)
        return context

    def _envoys(self) -> int | None:
        url = f"http://127.0.0.1:{self.admin_port}/certs"
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(url, timeout=_SECONDS) as answer:
                listed = json.load(answer)["certificates"]
        except (OSError, ValueError, urllib.error.URLError):
            return None
        serials = {
            int(certificate["serial_number"], 16)
            for entry in listed
            for certificate in entry["cert_chain"]
        }
        # While it changes there are two, and then none of them is the one on disk.
        return serials.pop() if len(serials) == 1 else 0


def _serial_of(directory: Path) -> int:
    material = Certificates(directory).material
    return x509.load_pem_x509_certificate(material.certificate).serial_number
