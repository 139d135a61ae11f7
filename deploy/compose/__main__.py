"""`python -m deploy.compose …`: the helpers of compose.yaml."""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from deploy.compose.certificates import issue, renewal
from deploy.compose.serves import PORTS
from gateway.envoy.settings import EdgeSettings, Place
from gateway.envoy.templates import fill
from mesh.settings import SettingsError, load

UNUSABLE_SETTINGS = 2
PERSISTENCE_HTTP_PORT = 20804

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False)


@app.command()
def certificates(
    directory: Annotated[Path, typer.Argument(help="One directory per peer.")],
    *,
    authority: Annotated[Path, typer.Option(help="Where the authority is kept.")],
    hours: Annotated[float, typer.Option(min=0.01, help="How long they live.")] = 24,
    once: Annotated[bool, typer.Option(help="Do not stay to renew them.")] = False,
) -> None:
    """Issue every peer's certificate, and issue it anew at half of its life."""
    lifetime = timedelta(hours=hours)
    while True:
        issue(directory, authority, lifetime)
        typer.echo(f"Certificates for {hours:g} hours were issued.")
        if once:
            return
        time.sleep(renewal(lifetime).total_seconds())


@app.command()
def edge(
    directory: Annotated[Path, typer.Argument(help="Where to write it.")],
    *,
    page: Annotated[Path, typer.Option(help="The built page.")],
    schema: Annotated[Path, typer.Option(help="build/schema.binpb.")],
    certs: Annotated[Path, typer.Option(help="Envoy's certificate directory.")],
) -> None:
    """Write Envoy's configuration, with the names of the other containers."""
    try:
        settings = load(EdgeSettings)
    except SettingsError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(UNUSABLE_SETTINGS) from None
    place = Place(
        gateway=[f"gateway:{PORTS['gateway']}"],
        persistence=[f"persistence:{PORTS['persistence']}"],
        persistence_http=[f"persistence:{PERSISTENCE_HTTP_PORT}"],
        static_dir=page,
        schema=schema,
        certs_dir=certs,
        config_dir=directory,
        bind_address="0.0.0.0",  # noqa: S104 - Of the container.
    )
    typer.echo(f"Wrote {fill(place, settings)}.")


if __name__ == "__main__":
    app()
