"""`python -m persistence ingest`: what the process is made of.

It serves health alone; its work comes from the queue.
"""

from __future__ import annotations

import asyncio
from functools import partial

from mesh.channels import PeerChannel
from mesh.credentials import Certificates
from mesh.server import PeerServer
from mesh.settings import SettingsError
from persistence.config import PersistenceSettings
from persistence.documents.ingestion.clients.llm_worker import PEER, Passages
from persistence.documents.ingestion.fetching import UrlFetcher
from persistence.documents.ingestion.pipeline import Pipeline
from persistence.documents.ingestion.progress import Reporter
from persistence.documents.ingestion.recovery import Recovery
from persistence.documents.ingestion.runner import Runner
from persistence.documents.ingestion.store import Store
from persistence.documents.ingestion.web.addresses import (
    is_public,
    is_public_or_private,
)
from persistence.documents.ingestion.web.download import Web
from persistence.documents.ingestion.worker import IngestWorker
from persistence.documents.parsing.domain import ReadOptions
from persistence.documents.parsing.reading import read_file
from persistence.documents.quotas import Quotas
from persistence.http.health import ping
from persistence.pool import Pool

PROBE_SECONDS = 2.0
# Of the service role, beside the queue's three: database.INGEST_CONNECTIONS.
POOL_SIZE = 4


async def ingest(config: PersistenceSettings) -> None:
    """Works on documents until told to stop; whatever it needs may be down meanwhile.

    Raises:
        SettingsError: there is no place for files, or nobody to embed.
    """
    process = IngestProcess(config)
    await process.run()


class IngestProcess:
    """Everything one ingest worker runs."""

    def __init__(self, config: PersistenceSettings) -> None:
        """Builds the parts; nothing connects or listens yet.

        Raises:
            SettingsError: there is no place for files, or nobody to embed.
            CertificatesError: the certificate cannot be used.
        """
        _check(config)
        certs = Certificates(config.certs_dir)
        self.pool = Pool(config.service_database, size=POOL_SIZE)
        self.server = PeerServer(
            config, listen=config.ingest_listen, policy={}, verifier=None, certs=certs
        )
        self.server.health.depends_on(
            "database", partial(ping, self.pool), PROBE_SECONDS
        )
        # One stays free for whoever asks for health.
        store = Store(self.pool, at_once=POOL_SIZE - 1)
        passages = None
        self.channel = None
        if config.pgvector_enabled:
            self.channel = PeerChannel(config.llm_worker, peer=PEER, certs=certs)
            self.server.health.depends_on(PEER, self.channel.check)
            passages = Passages(self.channel, at_once=config.ingest_embeddings)
        options = ReadOptions(ocr_languages=config.ocr_languages)
        self.reporter = Reporter(store, passages)
        fetcher = UrlFetcher(
            store,
            _web(config),
            Quotas.configured(config),
            at_once=max(1, config.ingest_documents // 4),
        )
        runner = Runner(
            store,
            self.reporter,
            fetcher,
            Pipeline(
                store,
                passages,
                partial(read_file, options=options),
                readers=config.ingest_readers,
            ),
        )
        self.worker = IngestWorker(
            config.service_database,
            runner,
            Recovery(store),
            documents=config.ingest_documents,
        )
        self.server.on_drain(self.worker.stop)
        self._working: list[asyncio.Task[None]] = []

    async def run(self) -> None:
        """Works until SIGTERM or SIGINT; unfinished documents go back to the queue."""
        await self.start()
        try:
            await self.server.run()
        finally:
            await self.stop()

    async def start(self) -> None:
        """Starts all but the gRPC server."""
        await self.pool.open()
        self._working = [
            asyncio.create_task(self.worker.run()),
            asyncio.create_task(self.reporter.run()),
        ]

    async def stop(self) -> None:
        """Stops what `start` started."""
        for task in self._working:
            task.cancel()
        await asyncio.gather(*self._working, return_exceptions=True)
        if self.channel is not None:
            await self.channel.close()
        await self.pool.close()


def _web(config: PersistenceSettings) -> Web:
    if config.fetch_private:
        return Web(is_public_or_private, config.max_file_bytes, ports=None)
    return Web(is_public, config.max_file_bytes)


def _check(config: PersistenceSettings) -> None:
    problems = []
    if config.originals is None:
        problems.append(
            "LAMLA_PERSISTENCE_DOCUMENTS_DIR: required to ingest, unless there is an S3"
            " bucket. Where the originals are."
        )
    if config.pgvector_enabled and not config.llm_worker:
        problems.append(
            "LAMLA_PERSISTENCE_LLM_WORKER: required to ingest, unless PGVECTOR_ENABLED"
            " is false. Where llm_worker is reached."
        )
    if problems:
        raise SettingsError(problems)
