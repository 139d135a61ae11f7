"""`python -m persistence serve`: what the process is made of."""

from __future__ import annotations

import asyncio

from mesh.credentials import Certificates
from mesh.server import PeerServer
from mesh.settings import SettingsError
from mesh.tokens import StaticKeys, TokenVerifier
from persistence.chat.periodic import chat_periodic
from persistence.chat.servicer import SERVICE as CONVERSATIONS
from persistence.chat.servicer import ConversationServicer
from persistence.chat.turns.servicer import SERVICE as TURNS
from persistence.chat.turns.servicer import TurnServicer
from persistence.clients.gateway_chats import GatewayChats
from persistence.config import PersistenceSettings
from persistence.documents.application import DocumentsApplication
from persistence.documents.retrieval.servicer import SERVICE as CHUNKS
from persistence.documents.retrieval.servicer import ChunkServicer
from persistence.http.app import HttpApp, PublicKeys
from persistence.http.asgi import App
from persistence.http.django_app import BoundedDjango
from persistence.http.documents.endpoints import ChatPath, FormTaker, UploadPath
from persistence.http.documents.visitors import Visitors
from persistence.http.health import DatabaseHealth, ServiceHealth, ping
from persistence.http.peers import Peers
from persistence.http.server import HttpServer
from persistence.http.static import StaticFiles
from persistence.identity.guests.servicer import SERVICE as GUESTS
from persistence.identity.guests.servicer import GuestServicer
from persistence.identity.keys import SigningKeyError, SigningKeys
from persistence.identity.passwords import Passwords
from persistence.identity.servicer import SERVICE as IDENTITY
from persistence.identity.servicer import IdentityServicer
from persistence.identity.sweep import expired_delete
from persistence.periodic import Periodic
from persistence.policy import POLICY
from persistence.pool import Pool

PROBE_SECONDS = 2.0


async def serve(config: PersistenceSettings) -> None:
    """Serves gRPC and HTTP until told to stop; the database may be down meanwhile.

    Raises:
        SettingsError: the signing key cannot be used.
    """
    process = Process(config)
    await process.run()


class Process:
    """Everything one process of persistence runs."""

    def __init__(self, config: PersistenceSettings) -> None:
        """Builds the parts; nothing connects or listens yet.

        Raises:
            SettingsError: the signing key or the directory for files cannot be used.
            CertificatesError: the certificate cannot.
        """
        keys = _signing_keys(config)
        certs = Certificates(config.certs_dir)
        verifier = TokenVerifier(StaticKeys(keys.by_id))
        self.pool = Pool(config.service_database, size=config.pool_size)
        # Of its own: a search takes longer than a checkpoint may wait.
        self.search_pool = Pool(config.service_database, size=config.search_pool_size)
        self.documents = DocumentsApplication(config)
        chunks = ChunkServicer(self.search_pool, vector_leg=config.pgvector_enabled)
        self.server = PeerServer(
            config,
            listen=config.listen,
            policy=POLICY,
            verifier=verifier,
            certs=certs,
        )
        identity = IdentityServicer(
            keys=keys,
            passwords=Passwords(config.password_hashes),
            is_https=config.is_https,
        )
        servicers = {
            IDENTITY: identity.register,
            GUESTS: GuestServicer(keys).register,
            CONVERSATIONS: ConversationServicer().register,
            TURNS: TurnServicer(self.pool).register,
            CHUNKS: chunks.register,
            **self.documents.registrations,
        }
        self.services = tuple(servicers)
        for name, register in servicers.items():
            self.server.add(register, name)
        self.server.health.depends_on(
            "database", lambda: ping(self.pool), PROBE_SECONDS
        )
        peers = {"gateway": config.gateway, "llm_worker": config.llm_worker}
        self.peers = Peers(peers, certs)
        self.peers.watch(self.server.health)
        health = ServiceHealth(self.server.health)
        exact: dict[str, App] = {
            "/.well-known/jwks.json": PublicKeys(keys.jwks),
            "/api/health/db": DatabaseHealth(self.pool, config.app_database.name),
            "/api/v1/chat/health": health,
            "/health": health,
        }
        self.forms = FormTaker(Visitors(verifier, keys), self.documents.intake)
        chats = GatewayChats(self.peers.channel("gateway"))
        forms: dict[str, App] = {
            "/api/documents/upload": UploadPath(self.forms),
            "/api/chat/file": ChatPath(self.forms, self.documents.follow, chats),
        }
        self.http = HttpServer(
            HttpApp(
                exact=exact,
                forms=forms,
                static=StaticFiles(),
                django=BoundedDjango(config.http_threads),
            ),
            listen=config.http_listen,
            certs=certs,
            drain_seconds=config.drain_seconds,
        )
        self.periodic = [
            Periodic("identity-sweep", expired_delete, config.sweep_seconds),
            *chat_periodic(),
            *self.documents.periodic,
        ]
        self._working: list[asyncio.Task[None]] = []
        self.server.on_drain(self.http.stop)
        self.server.on_drain(self.documents.drain)

    async def run(self) -> None:
        """Serves until SIGTERM or SIGINT, then drains."""
        await self.start()
        try:
            await self.server.run()
        finally:
            await self.stop()

    async def start(self) -> None:
        """Starts all but the gRPC server."""
        await self.pool.open()
        await self.search_pool.open()
        await self.http.start()
        self._working = [
            asyncio.create_task(self.documents.listener.run()),
            *(asyncio.create_task(each.run()) for each in self.periodic),
        ]

    async def stop(self) -> None:
        """Stops what `start` started."""
        for task in self._working:
            task.cancel()
        await asyncio.gather(*self._working, return_exceptions=True)
        await self.http.stop()
        self.forms.close()
        await self.peers.close()
        await self.search_pool.close()
        await self.pool.close()


def _signing_keys(config: PersistenceSettings) -> SigningKeys:
    if config.signing_key_file is None:
        raise SettingsError(
            ["LAMLA_PERSISTENCE_SIGNING_KEY_FILE: required to serve. An Ed25519 key."]
        )
    try:
        return SigningKeys.load(config.signing_key_file, config.retired_keys_dir)
    except SigningKeyError as error:
        raise SettingsError([f"LAMLA_PERSISTENCE_SIGNING_KEY_FILE: {error}"]) from error
