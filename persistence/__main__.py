"""`python -m persistence serve`, `… ingest` and `… setup_postgres`.

Django's own commands are manage.py's.
"""

from __future__ import annotations

import os
import sys

import django
import typer

from mesh import process, telemetry
from mesh.settings import SettingsError, load
from persistence.config import PersistenceSettings
from persistence.setup_postgres import SetupError, plan_from
from persistence.setup_postgres import setup_postgres as prepare

app = typer.Typer(
    help="The store of Lamla.", no_args_is_help=True, pretty_exceptions_enable=False
)


@app.command()
def serve() -> None:
    """Serve gRPC, and HTTP to Envoy."""
    config = _config()
    telemetry.configure("persistence", config.log_level)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "persistence.settings")
    django.setup()
    # Imports models, which needs Django to be set up.
    from persistence.serve import serve as run  # noqa: PLC0415

    process.run(lambda: run(config))


@app.command()
def ingest() -> None:
    """Make uploaded documents searchable, as the queue brings them."""
    config = _config()
    telemetry.configure("ingest", config.log_level)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "persistence.settings")
    django.setup()
    # Imports models, which needs Django to be set up.
    from persistence.ingest import ingest as run  # noqa: PLC0415

    process.run(lambda: run(config))


@app.command(name="setup_postgres")
def setup_postgres() -> None:
    """Prepare a bare PostgreSQL server: roles, database, extension."""
    try:
        plan = plan_from(_config())
        prepare(plan)
    except SetupError as error:
        sys.exit(str(error))
    typer.echo(f"The database {plan.database} and its roles are ready.")


def _config() -> PersistenceSettings:
    try:
        return load(PersistenceSettings)
    except SettingsError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(process.EXIT_CONFIGURATION) from None


if __name__ == "__main__":
    app()
