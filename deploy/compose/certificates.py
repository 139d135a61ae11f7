"""Issues the certificates of the containers: each finds only its own."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from mesh.authority import Authority

# Peers of the mesh, and the database's server, which clients verify by this name.
PEERS = ("envoy", "gateway", "llm_worker", "persistence", "ingest", "developer")
DATABASE_SERVER = "postgres"
# PostgreSQL reads its certificate when it starts, and it is not restarted daily.
DATABASE_LIFETIME = timedelta(days=825)


def issue(directory: Path, authority: Path, lifetime: timedelta) -> None:
    """Issues every peer's certificate into `<directory>/<peer>`, atomically each."""
    signer = Authority.load_or_create(authority)
    for peer in PEERS:
        signer.issue(peer, directory / peer, lifetime)
    database = directory / DATABASE_SERVER
    if not (database / "tls.crt").exists():
        signer.issue(
            DATABASE_SERVER, database, DATABASE_LIFETIME, dns=(DATABASE_SERVER,)
        )


def renewal(lifetime: timedelta) -> timedelta:
    """When certificates of this lifetime are issued anew."""
    return lifetime / 2
