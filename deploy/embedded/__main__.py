"""`python -m deploy.embedded`: runs and keeps a whole mesh on this machine."""

import asyncio
import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.markup import escape

from deploy.embedded import assembly, clean, model
from deploy.embedded.errors import StartError
from deploy.embedded.lock import held
from deploy.embedded.output import Output
from deploy.embedded.paths import CHECKOUT
from deploy.embedded.pids import stop_leftovers
from deploy.embedded.postgres_binaries import find_binaries
from deploy.embedded.settings import LauncherSettings, load_env_file
from deploy.embedded.supervisor import supervise
from deploy.embedded.wiring import read_settings
from mesh.settings import SettingsError

app = typer.Typer(
    help="Runs Lamla on this machine.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
certificates_app = typer.Typer()
app.add_typer(certificates_app, name="certificates")
errors = Console(stderr=True, highlight=False)

EnvFile = Annotated[
    Path, typer.Option(help="Variables for everything; the environment wins.")
]
_ENV_FILE = CHECKOUT / ".env"
_CANNOT_WRITE = {errno.EACCES, errno.EDQUOT, errno.ENOSPC, errno.EPERM, errno.EROFS}


@app.command()
def run(env_file: EnvFile = _ENV_FILE) -> None:
    """Starts everything; Ctrl-C stops everything."""
    if not sys.platform.startswith("linux"):
        _fail("`make run` needs Linux. Elsewhere, deploy/compose runs the same mesh.")
    settings = _settings(env_file)
    home = settings.paths
    already = (
        f"Lamla runs already in {home.root} (pid {{pid}})."
        " For a second one set LAMLA_HOME, LAMLA_PORT and LAMLA_ADMIN_PORT."
    )
    try:
        with _writable(home.root):
            home.create()
            with held(home.lock, or_else=already):
                code = asyncio.run(_run(settings))
    except (StartError, SettingsError) as error:
        _fail(str(error))
    raise typer.Exit(code)


@app.command("model")
def fetch_model(env_file: EnvFile = _ENV_FILE) -> None:
    """Fetches the better local model, 1.1 GB; the next start uses it."""
    home = _settings(env_file).paths
    try:
        with _writable(home.root):
            home.create()
            model.fetch(home.better_model)
    except StartError as error:
        _fail(str(error))


@app.command("clean")
def clean_up(
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    env_file: EnvFile = _ENV_FILE,
) -> None:
    """Deletes all that `run` keeps: conversations, secrets, logs, models."""
    try:
        clean.clean(_settings(env_file).paths, ask=not yes)
    except StartError as error:
        _fail(str(error))


@certificates_app.callback(invoke_without_command=True)
def certificates(context: typer.Context, env_file: EnvFile = _ENV_FILE) -> None:
    """Issues a certificate for a person with grpcurl and says where it is."""
    context.obj = settings = _settings(env_file)
    home = settings.paths
    try:
        with _writable(home.root):
            home.create()
    except StartError as error:
        _fail(str(error))
    if context.invoked_subcommand is not None:
        return
    assembly.certificates(settings, Output(home.logs)).issue("developer")
    directory = home.certificates / "developer"
    sys.stdout.write(
        f"-cacert {directory}/ca.crt -cert {directory}/tls.crt"
        f" -key {directory}/tls.key\n"
    )


@certificates_app.command()
def renew(context: typer.Context) -> None:
    """Issues every peer's certificate anew, as happens at half of their life."""
    settings: LauncherSettings = context.obj
    assembly.certificates(settings, Output(settings.paths.logs)).issue()


@certificates_app.command()
def rotate_authority(context: typer.Context) -> None:
    """Replaces the authority that signs the certificates; the mesh may run."""
    settings: LauncherSettings = context.obj
    issuing = assembly.certificates(settings, Output(settings.paths.logs))
    try:
        asyncio.run(issuing.rotate_authority())
    except StartError as error:
        _fail(str(error))


@app.command(
    context_settings={
        # What comes after the command's name is the command's, `--help` too.
        "allow_interspersed_args": False,
        "allow_extra_args": True,
        "ignore_unknown_options": True,
    }
)
def manage(context: typer.Context, env_file: EnvFile = _ENV_FILE) -> None:
    """Runs a command of Django's as the tables' owner: `manage createsuperuser`."""
    settings = _settings(env_file)
    try:
        environment = assembly.owner(settings)
    except StartError as error:
        _fail(str(error))
    command = [sys.executable, str(CHECKOUT / "manage.py"), *context.args]
    os.execve(command[0], command, environment)  # noqa: S606 - It takes our place.


@app.command()
def psql(
    role: Annotated[str, typer.Option(help="owner, app or service.")] = "owner",
    env_file: EnvFile = _ENV_FILE,
) -> None:
    """Opens the embedded database in PostgreSQL's own shell."""
    settings = _settings(env_file)
    try:
        command, environment = assembly.psql(
            settings, role, find_binaries(settings.postgres_bin)
        )
    except StartError as error:
        _fail(str(error))
    os.execve(command[0], command, environment)  # noqa: S606 - It takes our place.


async def _run(settings: LauncherSettings) -> int:
    home = settings.paths
    output = Output(home.logs, level=settings.log_level, verbose=settings.verbose)
    if not settings.verbose:
        output.say(
            f"Warnings and errors are shown; every line is in {home.logs}"
            " (LAMLA_VERBOSE=1 shows them all)"
        )
    for name in await stop_leftovers(home.run):
        output.say(f"Stopped {name}, which an earlier launcher had left behind")
    try:
        mesh = assembly.assemble(settings, output)
        return await supervise(
            mesh, announcement=f"Lamla is ready: http://localhost:{settings.port}"
        )
    finally:
        output.close()


def _settings(env_file: Path) -> LauncherSettings:
    load_env_file(env_file)
    try:
        return read_settings()
    except SettingsError as error:
        _fail(str(error))


@contextmanager
def _writable(directory: Path) -> Iterator[None]:
    """Puts it into words when a directory cannot be written.

    Raises:
        StartError: it is read-only, somebody else's, or its disk is full.
    """
    try:
        yield
    except OSError as error:
        if error.errno not in _CANNOT_WRITE:
            raise
        raise StartError(
            f"{error.filename or directory} cannot be written: {error.strerror}."
            " Mend that, or set LAMLA_HOME to a directory elsewhere."
        ) from error


def _fail(text: str) -> NoReturn:
    errors.print(f"[bold red]lamla:[/] {escape(text)}", soft_wrap=True)
    raise typer.Exit(1)


if __name__ == "__main__":
    app()
