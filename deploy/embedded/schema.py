"""Brings the database to the state that the code expects, when it is not there yet."""

import hashlib
import sys
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path

import psycopg

from deploy.embedded.output import Output
from deploy.embedded.paths import CHECKOUT
from deploy.embedded.process import ALL_LINES, Program, run_to_end

_APPLIED = """
    SELECT md5(string_agg(app || '.' || name, ',' ORDER BY app, name))
    FROM django_migrations
"""


class Schema:
    """The roles, extensions and tables of one home's embedded database."""

    def __init__(
        self,
        record: Path,
        output: Output,
        *,
        url: str | None,
        setup: Mapping[str, str] | None,
        owner: Mapping[str, str],
    ) -> None:
        """Takes how to connect, and the environments of the two commands.

        Args:
            record: the file that remembers what was brought about last.
            url: leads to the application's database, to see what it has had; `None`:
                the commands are run every time.
            setup: for the command that creates roles and extensions; `None`: somebody
                else creates them.
            owner: for the migrations.
        """
        self._record = record
        self._output = output
        self._url = url
        self._setup = setup
        self._owner = owner

    async def start(self) -> None:
        """Creates roles and tables; returns at once when nothing has changed.

        Raises:
            StartError: one of the commands fails.
        """
        wanted = self._wanted()
        record = self._read()
        if record is not None and record == (wanted, await self._applied()):
            self._output.detail("The database schema is current.")
            return
        self._output.say("Preparing the database")
        self._record.unlink(missing_ok=True)
        if self._setup is not None:
            await self._run("setup", self._setup, "-m", "persistence", "setup_postgres")
        await self._run("migrate", self._owner, "manage.py", "migrate", "--no-input")
        applied = await self._applied()
        self._record.write_text(f"{wanted} {applied}")

    async def ready(self) -> None:
        """The schema is ready once it is brought about."""

    async def stop(self, grace: float) -> None:
        """Nothing runs on."""

    async def _run(
        self, name: str, environment: Mapping[str, str], *words: str
    ) -> None:
        program = Program(
            name=name,
            command=[sys.executable, *words],
            environment=environment,
            directory=CHECKOUT,
            noise=ALL_LINES,
        )
        await run_to_end(program, self._output)

    def _wanted(self) -> str:
        """A digest of the code and of the passwords the roles must have."""
        digest = hashlib.sha256(metadata.version("django").encode())
        for pattern in ("*.py", "*.sql"):
            for path in sorted((CHECKOUT / "persistence").rglob(pattern)):
                digest.update(path.read_bytes())
        # Passwords come by file: what is in it counts, not where it is.
        for name, value in sorted((self._setup or {}).items()):
            if "PASSWORD" in name:
                content = Path(value).read_text() if Path(value).is_file() else value
                digest.update(f"{name}={content}\0".encode())
        return digest.hexdigest()

    def _read(self) -> tuple[str, str] | None:
        try:
            wanted, applied = self._record.read_text().split()
        except (OSError, ValueError):
            return None
        return wanted, applied

    async def _applied(self) -> str | None:
        """A digest of the migrations the database says it has had."""
        if self._url is None:
            return None
        try:
            connection = await psycopg.AsyncConnection.connect(self._url)
        except psycopg.OperationalError:
            return None  # There is no such database yet.
        async with connection:
            try:
                cursor = await connection.execute(_APPLIED)
                row = await cursor.fetchone()
            except psycopg.errors.UndefinedTable:
                return None
        return row[0] if row else None
