"""`manage.py batch_upload_documents`: brings files of this machine to a user."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from lamla.errors.v1.error_reason_pb2 import ErrorReason
from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
)

from mesh.errors import ServiceError
from mesh.ids import uuid7
from persistence import orm
from persistence.config import PersistenceSettings
from persistence.documents.collections.services import collection_create
from persistence.documents.quotas import Quotas
from persistence.documents.uploads.folders import Brought, Folders, files_in
from persistence.documents.uploads.intake import Intake
from persistence.documents.uploads.spool import Spool
from persistence.management.accounts import account_find
from persistence.management.following import (
    INTERRUPTED,
    SOME_FAILED,
    connected,
    follow,
)


class Command(BaseCommand):
    """Stores files and queues them, each for itself."""

    help = (
        "Store files and have the ingest worker make them searchable. What is there"
        " already is not stored twice, so that the command may be stopped and run"
        " again. Ends with 0 when all are stored (with --wait: searchable), 1 when some"
        " cannot be, 3 when no ingest worker runs."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """Adds the options."""
        parser.add_argument(
            "paths", metavar="PATH", nargs="+", type=Path, help="A file or a folder."
        )
        parser.add_argument(
            "--owner", metavar="EMAIL", required=True, help="Whose they become."
        )
        parser.add_argument(
            "--recursive", action="store_true", help="Folders in folders, too."
        )
        parser.add_argument(
            "--collection",
            metavar="NAME",
            help="Where they are put; made if it is missing.",
        )
        parser.add_argument(
            "--wait", action="store_true", help="Follow them until they are searchable."
        )
        parser.add_argument(
            "--json", action="store_true", help="Print the outcome as JSON alone."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Runs it."""
        config: PersistenceSettings = settings.CONFIG
        if config.documents_dir is None:
            raise CommandError("LAMLA_PERSISTENCE_DOCUMENTS_DIR is required.")
        batch = _Batch(options)
        intake = Intake(
            Spool(
                config.documents_dir / "uploads",
                keep_free_bytes=config.keep_free_bytes,
            ),
            max_file_bytes=config.max_file_bytes,
            quotas=Quotas.configured(config),
        )
        problem = _run(batch, intake, wait=options["wait"])
        if problem is not None and not batch.brought:
            raise problem
        self._report(batch, is_quiet=options["json"])
        if problem is not None:
            raise problem
        if failed := len(batch.failed):
            raise CommandError(
                f"{failed} of {len(batch.brought)} files cannot be used.",
                returncode=SOME_FAILED,
            )

    def _report(self, batch: _Batch, *, is_quiet: bool) -> None:
        outcome = batch.outcome
        if is_quiet:
            self.stdout.write(json.dumps(outcome))
            return
        self.stdout.write(
            f"{outcome['stored']} files are stored, {outcome['existing']} were there"
            " already."
        )
        if batch.ready is not None:
            self.stdout.write(f"{batch.ready} are searchable.")
        for each in outcome["failed"]:
            self.stdout.write(f"{each['path']}: {each['message']}")


class _Batch:
    """The files of one call and what became of them."""

    def __init__(self, options: dict[str, Any]) -> None:
        paths: Sequence[Path] = options["paths"]
        self._files = list(files_in(paths, recursive=options["recursive"]))
        self._owner: str = options["owner"]
        self._collection: str | None = options["collection"]
        self._is_quiet: bool = options["json"]
        self.brought: list[Brought] = []
        self.unread: dict[UUID, str] = {}
        self.ready: int | None = None

    async def bring(self, intake: Intake) -> None:
        """Stores the files one after the other."""
        owner_id = await account_find(self._owner)
        collection_ids: tuple[UUID, ...] = ()
        if self._collection:
            collection_ids = (await _collection(owner_id, self._collection),)
        folders = Folders(intake, owner_id, collection_ids)
        columns = (
            TextColumn("files"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.description}"),
        )
        console = Console(stderr=True, quiet=self._is_quiet)
        with Progress(*columns, console=console) as progress:
            task = progress.add_task("", total=len(self._files))
            for path in self._files:
                progress.update(task, description=escape(_shown(path)))
                self.brought.append(await folders.bring(path))
                progress.advance(task)
            progress.update(task, description="")

    def wait(self) -> None:
        """Follows what is stored to its end."""
        ids = {one.document_id for one in self.brought if one.document_id}
        with connected() as connection:
            standing = follow(connection, list(ids), is_quiet=self._is_quiet)
        self.ready = standing.ready
        self.unread = {
            document_id: message for document_id, _, message in standing.failed
        }

    @property
    def failed(self) -> list[tuple[Path, str]]:
        """What cannot be used, and why."""
        return [
            (one.path, message)
            for one in self.brought
            if (message := one.message or self._unread(one))
        ]

    @property
    def outcome(self) -> dict[str, Any]:
        """What is printed."""
        good = [one for one in self.brought if not (one.message or self._unread(one))]
        existing = sum(one.already_existed for one in good)
        ready = {} if self.ready is None else {"ready": self.ready}
        return {
            "files": len(self._files),
            "stored": len(good) - existing,
            "existing": existing,
            **ready,
            "failed": [
                {"path": _shown(path), "message": message}
                for path, message in self.failed
            ],
            "documents": {_shown(one.path): str(one.document_id) for one in good},
        }

    def _unread(self, one: Brought) -> str:
        return self.unread.get(one.document_id, "") if one.document_id else ""


def _run(batch: _Batch, intake: Intake, *, wait: bool) -> CommandError | None:
    """Does the work; returns what has ended it too early."""
    try:
        asyncio.run(batch.bring(intake))
        if wait:
            batch.wait()
    except CommandError as error:
        return error
    except ServiceError as error:
        return CommandError(error.message)
    except KeyboardInterrupt:
        return CommandError(
            "Stopped; what is stored stays, and the same call goes on.",
            returncode=INTERRUPTED,
        )
    return None


async def _collection(owner_id: UUID, name: str) -> UUID:
    """Returns the collection of a name, which is made if it is missing."""
    try:
        made = await orm.run(
            collection_create,
            owner=owner_id,
            owner_id=owner_id,
            request_id=uuid7(),
            name=name,
        )
    except ServiceError as error:
        if error.reason != ErrorReason.ERROR_REASON_COLLECTION_NAME_TAKEN:
            raise
        return UUID(error.metadata["collection_id"])
    return made.row.id


def _shown(path: Path) -> str:
    """Names on disk are bytes, which need not be text."""
    return str(path).encode("utf-8", "surrogateescape").decode("utf-8", "replace")
