"""`manage.py regenerate_embeddings`: new vectors of all chunks, beside the old ones."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from typing import Any

import psycopg
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
)

from mesh.channels import PeerChannel
from mesh.credentials import Certificates, CertificatesError
from mesh.errors import ServiceError
from persistence.config import PersistenceSettings
from persistence.database import Database
from persistence.documents.index.rebuild import Rebuild
from persistence.documents.ingestion.clients.llm_worker import PEER, Passages


class Command(BaseCommand):
    """Makes a new index version and switches to it; searches go on throughout."""

    help = (
        "Embed all chunks again, beside the vectors that are searched, and switch to "
        "the new ones at once. Needs the owner's password (DB_OWNER_PASSWORD) and "
        "llm_worker (LAMLA_PERSISTENCE_LLM_WORKER). Cut off, it goes on where it was."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """Adds the options."""
        parser.add_argument(
            "--model", default="", help="One that llm_worker serves; its default."
        )
        parser.add_argument(
            "--json", action="store_true", help="Print the outcome as JSON alone."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Runs it."""
        config: PersistenceSettings = settings.CONFIG
        if config.owner_database is None:
            raise CommandError("DB_OWNER_PASSWORD is required: a version is a table.")
        if not config.llm_worker:
            raise CommandError("LAMLA_PERSISTENCE_LLM_WORKER is required.")
        work = _regenerate(
            config, config.owner_database, options["model"], is_quiet=options["json"]
        )
        try:
            outcome = asyncio.run(work)
        except ServiceError as error:
            raise CommandError(error.message) from error
        except (psycopg.OperationalError, CertificatesError) as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt as error:
            raise CommandError(
                "Stopped; what is searched has not changed.", returncode=130
            ) from error
        if options["json"]:
            self.stdout.write(json.dumps(outcome))
        else:
            chunks, version = outcome["chunks"], outcome["index_version"]
            self.stdout.write(f"{chunks} chunks are searched by {version}.")


async def _regenerate(
    config: PersistenceSettings, database: Database, model: str, *, is_quiet: bool
) -> dict[str, Any]:
    channel = PeerChannel(
        config.llm_worker, peer=PEER, certs=Certificates(config.certs_dir)
    )
    passages = Passages(channel, at_once=1)

    async def embed(texts: Sequence[str]) -> Sequence[Sequence[float]]:
        return (await passages.embed(texts, named)).vectors

    try:
        # What llm_worker calls the model, with its version.
        named = (await passages.embed(["."], model)).model
        connection = await psycopg.AsyncConnection.connect(
            **database.connection(), autocommit=True
        )
        async with connection:
            rebuild = await Rebuild.begin(connection, embed, named)
            await _fill(rebuild, is_quiet=is_quiet)
            await rebuild.finish()
            chunks, _ = await rebuild.counts()
    finally:
        await channel.close()
    return {
        "index_version": rebuild.index.version,
        "model": named,
        "chunks": chunks,
    }


async def _fill(rebuild: Rebuild, *, is_quiet: bool) -> None:
    chunks, done = await rebuild.counts()
    columns = (
        TextColumn("chunks"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    console = Console(stderr=True, quiet=is_quiet)
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("", total=chunks, completed=done)
        async for count in rebuild.fill():
            progress.advance(task, count)
