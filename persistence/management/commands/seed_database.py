"""`manage.py seed_database`: made-up manuals and conversations, to try Lamla out."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from mesh.errors import ServiceError
from mesh.settings import Environment
from persistence.config import PersistenceSettings
from persistence.documents.uploads.spool import Spool
from persistence.management.accounts import account_find, account_make
from persistence.pool import Pool
from persistence.seed.clear import conversations_clear, documents_clear
from persistence.seed.dialogue import conversations_seed
from persistence.seed.sizes import SIZES, Size
from persistence.seed.store import Seeds

# What the ingest worker's and persistence's own pools leave.
POOL_SIZE = 1
OWNER = "seed@lamla.example"


class Command(BaseCommand):
    """Seeds documents and conversations of one account, or removes them."""

    help = (
        "Store made-up manuals, READY and searchable, and conversations that cite them:"
        " 5 documents of 50 chunks and 20 conversations; 20 of 100 and 100; 50 of 200"
        " and 500. What was seeded before for the same account is replaced. Vectors are"
        " hashes of words: regenerate_embeddings makes real ones."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """Adds the options."""
        parser.add_argument("--size", choices=SIZES, help="How much; default: small.")
        parser.add_argument(
            "--clear",
            action="store_true",
            help="Remove what was seeded, of all accounts unless --owner names one, and"
            " nothing else. With --size: remove it, then seed.",
        )
        kinds = parser.add_mutually_exclusive_group()
        kinds.add_argument("--documents-only", action="store_true")
        kinds.add_argument("--conversations-only", action="store_true")
        parser.add_argument(
            "--owner",
            metavar="EMAIL",
            help=f"Whose they are; default: {OWNER}, which is made if it is missing.",
        )
        parser.add_argument(
            "--json", action="store_true", help="Print the outcome as JSON alone."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Runs it."""
        config: PersistenceSettings = settings.CONFIG
        if config.environment is Environment.PRODUCTION:
            raise CommandError("Cannot seed database in production environment")
        if config.documents_dir is None:
            raise CommandError("LAMLA_PERSISTENCE_DOCUMENTS_DIR is required.")
        work = _Work(config, Spool(config.documents_dir / "uploads"), options)
        try:
            outcome = asyncio.run(work.run())
        except ServiceError as error:
            raise CommandError(error.message) from error
        except KeyboardInterrupt as error:
            raise CommandError(
                "Stopped; what is stored is whole, and the same call goes on.",
                returncode=130,
            ) from error
        if options["json"]:
            self.stdout.write(json.dumps(outcome))
            return
        for what, count in outcome.items():
            self.stdout.write(f"{what.replace('_', ' ')}: {count}")


class _Work:
    """What one call does."""

    def __init__(
        self, config: PersistenceSettings, spool: Spool, options: dict[str, Any]
    ) -> None:
        self._config = config
        self._spool = spool
        self._owner: str | None = options["owner"]
        self._size: Size | None = None
        if options["size"] or not options["clear"]:
            self._size = SIZES[options["size"] or "small"]
        self._is_clearing: bool = options["clear"]
        self._documents = not options["conversations_only"]
        self._conversations = not options["documents_only"]
        self._console = Console(stderr=True, quiet=options["json"])

    async def run(self) -> dict[str, Any]:
        outcome: dict[str, Any] = {}
        if self._is_clearing:
            outcome |= await self._clear()
        if self._size is not None:
            outcome |= await self._seed(self._size)
        return outcome

    async def _clear(self) -> dict[str, Any]:
        owner_id = await account_find(self._owner) if self._owner else None
        outcome = {}
        if self._conversations:
            counts = [count async for count in conversations_clear(owner_id)]
            outcome["conversations_removed"] = sum(counts)
        if self._documents:
            counts = [count async for count in documents_clear(owner_id)]
            outcome["documents_removed"] = sum(counts)
        return outcome

    async def _seed(self, size: Size) -> dict[str, Any]:
        owner = self._owner or OWNER
        find = account_find if self._owner else account_make
        owner_id = await find(owner)
        outcome: dict[str, Any] = {"owner": owner}
        if self._documents:
            pool = Pool(self._config.service_database, size=POOL_SIZE)
            seeds = Seeds(pool, self._spool, owner_id, self._config.pgvector_enabled)
            await pool.open()
            try:
                outcome["documents"] = size.documents
                outcome["chunks"] = await self._watched(seeds, size)
            finally:
                await pool.close()
        if self._conversations:
            outcome["conversations"] = size.conversations
            outcome["citations"] = await conversations_seed(owner_id, size)
        return outcome

    async def _watched(self, seeds: Seeds, size: Size) -> int:
        chunks = 0
        columns = (TextColumn("documents"), BarColumn(), MofNCompleteColumn())
        with Progress(*columns, console=self._console) as progress:
            task = progress.add_task("", total=size.documents)
            async for count in seeds.documents(size):
                chunks += count
                progress.advance(task)
        return chunks
