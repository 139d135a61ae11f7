"""`manage.py process_documents`: has documents ingested, and says how it went."""

from __future__ import annotations

import asyncio
import json
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from mesh.errors import ServiceError
from persistence.documents.ingestion.batch import (
    Choice,
    Connection,
    Standing,
    documents_choose,
    documents_queue,
)
from persistence.documents.models import State
from persistence.identity.managers import email_normalised
from persistence.management.accounts import account_find
from persistence.management.following import (
    INTERRUPTED,
    SOME_FAILED,
    connected,
    follow,
)

WAITING = frozenset({State.QUEUED, State.PROCESSING})


class Command(BaseCommand):
    """Queues what waits or has failed, and follows it to its end."""

    help = (
        "Have the ingest worker make documents searchable: those that wait, and those"
        " that have failed. May be stopped and run again at any time. Ends with 0 when"
        " all are searchable, 1 when some cannot be, 3 when no ingest worker runs."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """Adds the options."""
        which = parser.add_mutually_exclusive_group()
        which.add_argument(
            "--failed", action="store_true", help="Only those that have failed."
        )
        which.add_argument(
            "--all",
            "--reprocess",
            action="store_true",
            dest="everything",
            help="Also those that are searchable, which they stay meanwhile.",
        )
        parser.add_argument("--owner", metavar="EMAIL", help="Only this user's.")
        parser.add_argument(
            "--document",
            metavar="ID",
            action="append",
            type=UUID,
            help="Only this one, whatever its state; repeatable.",
        )
        parser.add_argument(
            "--no-wait", action="store_true", help="Queue them, and do not follow."
        )
        parser.add_argument(
            "--json", action="store_true", help="Print the outcome as JSON alone."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Runs it."""
        is_quiet = bool(options["json"])
        try:
            if options["owner"]:
                asyncio.run(account_find(options["owner"]))
            with connected() as connection:
                ids = _queued(connection, options)
                if options["no_wait"]:
                    self._say(is_quiet, f"{len(ids)} documents wait.", queued=len(ids))
                    return
                # Bars of nothing would say less than the sentence after them.
                is_silent = is_quiet or not ids
                standing = follow(connection, ids, is_quiet=is_silent)
        except ServiceError as error:
            raise CommandError(error.message) from error
        except KeyboardInterrupt as error:
            raise CommandError(
                "Stopped; the ingest worker goes on.", returncode=INTERRUPTED
            ) from error
        self._report(standing, is_quiet=is_quiet)

    def _report(self, standing: Standing, *, is_quiet: bool) -> None:
        failed = [
            {"document_id": str(document_id), "title": title, "message": message}
            for document_id, title, message in standing.failed
        ]
        lines = [f"{standing.ready} documents are searchable."]
        lines += [f"{each['title']}: {each['message']}" for each in failed]
        self._say(is_quiet, "\n".join(lines), ready=standing.ready, failed=failed)
        if failed:
            chosen = len(failed) + standing.ready
            raise CommandError(
                f"{len(failed)} of {chosen} documents cannot be made searchable.",
                returncode=SOME_FAILED,
            )

    def _say(self, is_quiet: bool, text: str, **outcome: Any) -> None:  # noqa: FBT001 - Private.
        self.stdout.write(json.dumps(outcome) if is_quiet else text)


def _queued(connection: Connection, options: dict[str, Any]) -> list[UUID]:
    """Queues what the options choose.

    Raises:
        CommandError: a document that they name is not there.
    """
    ids = documents_choose(connection, _choice(options))
    if options["document"] and len(ids) < len(set(options["document"])):
        raise CommandError("There is no such document.")
    documents_queue(connection, ids)
    return ids


def _choice(options: dict[str, Any]) -> Choice:
    email = email_normalised(options["owner"]) if options["owner"] else None
    if options["document"]:
        every = frozenset(State)
        return Choice(every, email, tuple(options["document"]))
    if options["everything"]:
        return Choice(frozenset(State) - {State.CANCELLED}, email)
    states = frozenset({State.FAILED})
    return Choice(states if options["failed"] else states | WAITING, email)
