"""PostgreSQL as a direct child: SCRAM on loopback, data that survives a kill -9."""

import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from signal import SIGINT

import psycopg

from deploy.embedded.account import Account, unprivileged
from deploy.embedded.errors import StartError
from deploy.embedded.keyring import Keyring
from deploy.embedded.output import Output
from deploy.embedded.paths import Home
from deploy.embedded.pids import PidFile
from deploy.embedded.postgres_binaries import Binaries, find_binaries
from deploy.embedded.process import Program, Supervised

SUPERUSER = "postgres"
_NAME = "postgres"
_START_SECONDS = 60.0
# A start right after a kill can meet the shared memory of the one that was killed
# until its last backend has noticed; the supervisor tries again with back-off.
_START_TRIES = 8

# 50 for the application's roles (DESIGN §6), the rest for migrations, `psql`, tests.
_SETTINGS = {
    "max_connections": "90",
    "superuser_reserved_connections": "5",
    "listen_addresses": "127.0.0.1",
    # Everybody comes by TCP with a password; a socket would be one more way in.
    "unix_socket_directories": "",
    "password_encryption": "scram-sha-256",
    "shared_buffers": "256MB",
    "maintenance_work_mem": "256MB",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "idle_in_transaction_session_timeout": "60s",
    "log_line_prefix": "%m [%p] %q%u ",
    "log_min_messages": "warning",
    # A statement and the details of an error may carry what a person wrote.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length_on_error": "0",
}


@dataclass(frozen=True)
class Place:
    """Where the data lies, which programs run on it, and as whom."""

    directory: Path
    binaries: Binaries
    account: Account | None

    @property
    def data(self) -> Path:
        return self.directory / "data"


class EmbeddedPostgres:
    """One PostgreSQL server for one home."""

    def __init__(
        self, home: Home, port: int, output: Output, *, binaries: Path | None = None
    ) -> None:
        self._home = home
        self._port = port
        self._output = output
        self._named_binaries = binaries
        self._keyring = Keyring(home.secrets)
        self._server: Supervised | None = None

    @property
    def server(self) -> Supervised:
        """The process, for those who ask after its pid.

        Raises:
            StartError: it was not started.
        """
        if self._server is None:
            raise StartError("PostgreSQL was not started.")
        return self._server

    async def start(self) -> None:
        """Starts the server, on a new cluster when there is none.

        Raises:
            StartError: there is no PostgreSQL, or the data is of another version.
        """
        place = find_place(self._home, find_binaries(self._named_binaries))
        if place.account:
            self._output.say(
                f"PostgreSQL runs as {place.account.name}, its data is in {place.data}"
            )
        major = place.binaries.major()
        if not place.data.exists():
            self._create_cluster(place)
        _check_version(place.data, major)
        settings = _SETTINGS | {"port": str(self._port)}
        options = [f"-c{name}={value}" for name, value in settings.items()]
        program = Program(
            name=_NAME,
            command=[place.binaries.program("postgres"), "-D", place.data, *options],
            environment={"PATH": "/usr/bin:/bin", "LC_ALL": "C"},
            directory=place.directory,
            stop_signal=SIGINT,  # "Fast": ends the sessions, then shuts down cleanly.
            account=place.account,
            noise=(" LOG:  ", "FATAL:  the database system is "),
        )
        pid_file = PidFile(self._home.run / f"{_NAME}.pid")
        self._server = Supervised(program, self._output, pid_file)
        await self._server.start()

    async def ready(self) -> None:
        """Waits until the superuser can log in.

        Raises:
            StartError: the server does not start, or refuses our password.
        """
        await self.server.until_ready(
            self._answers, seconds=_START_SECONDS, tries=_START_TRIES
        )

    async def stop(self, grace: float) -> None:
        if self._server is not None:
            await self._server.stop(grace)

    def kill(self) -> None:
        if self._server is not None:
            self._server.kill()

    def superuser_url(self, database: str = "postgres") -> str:
        """How the superuser connects. Holds a password: never log it."""
        password = self._keyring.password("postgres-superuser")
        address = f"127.0.0.1:{self._port}"
        return f"postgresql://{SUPERUSER}:{password}@{address}/{database}"

    async def _answers(self) -> bool:
        try:
            connection = await psycopg.AsyncConnection.connect(
                self.superuser_url(), connect_timeout=5
            )
        except psycopg.OperationalError as error:
            if "password authentication failed" in str(error):
                raise StartError(
                    "PostgreSQL refuses the launcher's password: its data and"
                    f" {self._home.secrets} are not from the same home. Restore the"
                    " secrets, or begin anew with `make clean`."
                ) from error
            return False
        await connection.close()
        return True

    def _create_cluster(self, place: Place) -> None:
        """Makes a cluster beside its place and moves it there when it is whole."""
        unfinished = place.directory / "data.new"
        shutil.rmtree(unfinished, ignore_errors=True)
        with tempfile.NamedTemporaryFile("w", dir=place.directory) as password:
            password.write(self._keyring.password("postgres-superuser"))
            password.flush()
            if place.account:
                place.account.owns(Path(password.name))
            account = place.account or Account.own()
            initdb = account.becoming(
                place.binaries.program("initdb"),
                f"--pgdata={unfinished}",
                f"--username={SUPERUSER}",
                f"--pwfile={password.name}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale-provider=builtin",
                "--locale=C.UTF-8",
                "--data-checksums",
            )
            result = subprocess.run(  # noqa: S603 - Our own arguments.
                initdb,
                capture_output=True,
                check=False,
                text=True,
                cwd=place.directory,
                env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"},
            )
        if result.returncode != 0:
            reason = result.stderr.strip() or result.stdout.strip()
            raise StartError(f"PostgreSQL could not create its data: {reason}")
        unfinished.rename(place.data)


def find_place(home: Home, binaries: Binaries) -> Place:
    """Decides where PostgreSQL can live.

    Under the home as a rule. Root cannot run PostgreSQL; the account that does may be
    unable to reach the home (a checkout under /root), and then data and programs go
    where it can.

    Raises:
        StartError: there is data, and the account can no longer reach it.
    """
    account = unprivileged()
    if account is None:
        return Place(_made(home.postgres, None), binaries, None)
    directory = _reachable(home, account)
    if not account.can_run(binaries.program("postgres"), "--version"):
        home.programs.mkdir(mode=0o755, parents=True, exist_ok=True)
        binaries = binaries.copied_to(home.programs)
    return Place(directory, binaries, account)


def _reachable(home: Home, account: Account) -> Path:
    """The directory for the data that the account can write to."""
    # Data that lies outside already stays the data of this home.
    if not (home.outside / "data").exists():
        inside = _made(home.postgres, account)
        if account.can_write(inside):
            return inside
        if (inside / "data").exists():
            raise StartError(
                f"The account {account.name} can no longer reach {inside}, where the"
                " data is. Let it pass through the directories above."
            )
        inside.rmdir()
    home.outside.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    return _made(home.outside, account)


def _made(directory: Path, account: Account | None) -> Path:
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    if account:
        account.owns(directory)
    return directory


def _check_version(data: Path, major: int) -> None:
    version = (data / "PG_VERSION").read_text().strip()
    if version != str(major):
        raise StartError(
            f"The data in {data} was written by PostgreSQL {version}, and this is"
            f" {major}. Dump it with the older version, or begin anew: `make clean`."
        )
