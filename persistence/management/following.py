"""Follows documents until the ingest worker has done with them."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from uuid import UUID

import psycopg
from django.conf import settings
from django.core.management.base import CommandError
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
)

from persistence.documents.ingestion.batch import (
    Connection,
    Standing,
    documents_look,
    workers_alive,
)

SOME_FAILED, NOBODY_WORKS, INTERRUPTED = 1, 3, 130
"""What commands end with."""

LOOK_SECONDS = 0.5
# Longer than a worker takes to start, or to be started again.
PATIENCE_SECONDS = 15.0


@contextmanager
def connected() -> Iterator[Connection]:
    """Connects as the service role.

    Raises:
        CommandError: the database cannot be reached.
    """
    login = settings.CONFIG.service_database.connection()
    try:
        with psycopg.connect(**login, autocommit=True) as connection:
            yield connection
    except psycopg.OperationalError as error:
        raise CommandError(str(error)) from error


def follow(connection: Connection, ids: Sequence[UUID], *, is_quiet: bool) -> Standing:
    """Shows how it goes on until all have ended.

    Raises:
        CommandError: nobody works on them.
    """
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    console = Console(stderr=True, quiet=is_quiet)
    with Progress(*columns, console=console) as progress:
        documents = progress.add_task("documents", total=len(ids))
        chunks = progress.add_task("chunks", total=None)
        began, told = time.monotonic(), ""
        while True:
            standing = documents_look(connection, ids)
            progress.update(documents, completed=len(ids) - standing.going)
            if standing.waits_for not in ("", told):
                told = standing.waits_for
                progress.console.print(f"Waits: {told}", markup=False)
            progress.update(
                chunks,
                completed=standing.chunks_embedded,
                total=standing.chunk_count or None,
            )
            if not standing.going:
                return standing
            if time.monotonic() - began > PATIENCE_SECONDS and not workers_alive(
                connection, PATIENCE_SECONDS
            ):
                raise CommandError(
                    "No ingest worker runs: start `python -m persistence ingest`."
                    " The documents wait for it.",
                    returncode=NOBODY_WORKS,
                )
            time.sleep(LOOK_SECONDS)
