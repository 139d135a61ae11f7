"""Puts the parts of one mesh together from its settings."""

import os
from pathlib import Path

from deploy.embedded import wiring
from deploy.embedded.certificates import Certificates
from deploy.embedded.envoy import Edge, Envoy
from deploy.embedded.errors import StartError
from deploy.embedded.frontend import BuiltPage, Frontend
from deploy.embedded.index_copy import IndexCopy
from deploy.embedded.keyring import Keyring
from deploy.embedded.output import Output
from deploy.embedded.paths import CHECKOUT
from deploy.embedded.ports import Port, check_free
from deploy.embedded.postgres import EmbeddedPostgres
from deploy.embedded.postgres_binaries import Binaries
from deploy.embedded.presented import Presented
from deploy.embedded.schema import Schema
from deploy.embedded.services import Service
from deploy.embedded.settings import LauncherSettings
from deploy.embedded.supervisor import Mesh
from deploy.embedded.wiring import Wiring
from gateway.envoy.settings import TEMPLATES, EdgeSettings, Place, placeholders
from mesh.settings import load

# What commands read besides settings: the terminal, and `createsuperuser --noinput`.
_COMMANDS = ("TERM", "NO_COLOR", "DJANGO_SUPERUSER_")


def assemble(settings: LauncherSettings, output: Output) -> Mesh:
    """Builds every part, having checked what can be checked beforehand.

    Raises:
        SettingsError: naming every problem in the settings of all processes.
        StartError: a port is taken.
    """
    home = settings.paths
    external = wiring.has_external_database()
    keyring = Keyring(home.secrets)
    wires = Wiring(settings, keyring, external_database=external)
    wires.check()
    check_free(_ports(settings, external=external))
    own_certificate = home.certificates / "launcher"

    def service(
        peer: str,
        port: int,
        environment: dict[str, str],
        *needs: str,
        name: str = "",
        command: tuple[str, ...] = (),
    ) -> Service:
        return Service(
            name=name or peer,
            peer=peer,
            port=port,
            environment=environment,
            certificates=own_certificate,
            run=home.run,
            output=output,
            needs=needs,
            command=command,
        )

    ports = settings.ports
    postgres = None
    if not external:
        postgres = EmbeddedPostgres(
            home, ports.postgres, output, binaries=settings.postgres_bin
        )
    frontend: BuiltPage | Frontend = Frontend(CHECKOUT, output)
    if settings.page_dir is not None:
        frontend = BuiltPage(settings.page_dir.expanduser().resolve())
    return Mesh(
        certificates=certificates(settings, output),
        postgres=postgres,
        schema=_schema(settings, wires, postgres, output),
        persistence=service(
            "persistence", ports.persistence, wires.persistence(), "database"
        ),
        ingest=service(
            "ingest",
            ports.ingest,
            wires.ingest(),
            "database",
            command=("persistence", "ingest"),
        ),
        llm_worker=service("llm_worker", ports.llm_worker, wires.llm_worker()),
        gateways=[
            service(
                "gateway",
                port,
                wires.gateway(port),
                "persistence",
                "llm_worker",
                name="gateway" if number == 1 else f"gateway-{number}",
            )
            for number, port in enumerate(ports.gateways, start=1)
        ],
        frontend=frontend,
        envoy=Envoy(_edge(settings, frontend.directory), home.run, output),
        output=output,
        drain_seconds=settings.drain_seconds,
    )


def certificates(settings: LauncherSettings, output: Output) -> Certificates:
    """Those of the mesh in this home, whether it runs or not."""
    home = settings.paths
    return Certificates(
        home,
        output,
        lifetime=settings.certificate_lifetime,
        presented=Presented.of(home.certificates, settings.ports, settings.admin_port),
    )


def owner(settings: LauncherSettings) -> dict[str, str]:
    """The environment of a command that may change the schema.

    Raises:
        StartError: nothing was ever started in this home.
    """
    _check_was_started(settings)
    wires = Wiring(
        settings,
        Keyring(settings.paths.secrets),
        external_database=wiring.has_external_database(),
    )
    inherited = {
        name: value for name, value in os.environ.items() if name.startswith(_COMMANDS)
    }
    return wires.owner() | inherited


def psql(
    settings: LauncherSettings, role: str, binaries: Binaries
) -> tuple[list[str], dict[str, str]]:
    """The command and environment of a shell in the embedded database.

    Raises:
        StartError: there is no such role, or nothing was ever started in this home.
    """
    _check_was_started(settings)
    users = {"owner": wiring.OWNER, "app": wiring.APP, "service": wiring.SERVICE}
    if role not in users:
        raise StartError(f"There is no role {role}: owner, app or service.")
    address = f"host=127.0.0.1 port={settings.ports.postgres}"
    command = [
        str(binaries.program("psql")),
        f"{address} dbname={wiring.DATABASE} user={users[role]}",
    ]
    password = Keyring(settings.paths.secrets).password(f"db-{role}")
    return command, os.environ | {"PGPASSWORD": password}


def _check_was_started(settings: LauncherSettings) -> None:
    if not settings.paths.secrets.is_dir():
        raise StartError(f"Nothing was started in {settings.paths.root} yet.")


def _schema(
    settings: LauncherSettings,
    wires: Wiring,
    postgres: EmbeddedPostgres | None,
    output: Output,
) -> Schema | None:
    record = settings.paths.run / "schema"
    if postgres is not None:
        return Schema(
            record,
            output,
            url=postgres.superuser_url(wiring.DATABASE),
            setup=wires.setup(postgres.superuser_url()),
            owner=wires.owner(),
        )
    has_superuser = wiring.is_given("DB_SUPERUSER_URL")
    if not wiring.is_given("DB_OWNER_PASSWORD") and not has_superuser:
        output.say(
            "The database is yours, and without DB_OWNER_PASSWORD the launcher cannot"
            " migrate it: run scripts/run-migrations when the code has changed."
        )
        return None
    return Schema(
        record,
        output,
        url=None,
        setup=wires.setup() if has_superuser else None,
        owner=wires.owner(),
    )


def _ports(settings: LauncherSettings, *, external: bool) -> list[Port]:
    internal = settings.ports
    peers = [
        *((port, "gateway") for port in internal.gateways),
        (internal.llm_worker, "llm_worker"),
        (internal.persistence, "persistence"),
        (internal.persistence_http, "persistence over HTTP"),
        (internal.ingest, "the ingest worker"),
    ]
    if not external:
        peers.append((internal.postgres, "PostgreSQL"))
    return [
        Port(
            settings.port,
            "the page and the API",
            "LAMLA_PORT",
            str(settings.bind_address),
        ),
        Port(settings.admin_port, "Envoy's admin", "LAMLA_ADMIN_PORT"),
        *(
            Port(number, purpose, "LAMLA_INTERNAL_PORT_BASE")
            for number, purpose in peers
        ),
    ]


def _edge(settings: LauncherSettings, page: Path) -> Edge:
    home = settings.paths
    ports = settings.ports
    index = IndexCopy(page, home.run / "page")
    place = Place(
        gateway=[f"127.0.0.1:{port}" for port in ports.gateways],
        persistence=[f"127.0.0.1:{ports.persistence}"],
        persistence_http=[f"127.0.0.1:{ports.persistence_http}"],
        static_dir=page,
        index_dir=index.directory,
        schema=_schema_artefact(),
        certs_dir=home.certificates / "envoy",
        config_dir=home.run,
        bind_address=str(settings.bind_address),
        port=settings.port,
        admin_port=settings.admin_port,
    )
    return Edge(
        index=index,
        templates=TEMPLATES,
        placeholders=placeholders(place, load(EdgeSettings)),
        port=settings.port,
        admin_port=settings.admin_port,
        address=str(settings.bind_address),
        drain_seconds=round(settings.drain_seconds),
        log_level=settings.log_level.lower().replace("info", "warning"),
    )


def _schema_artefact() -> Path:
    """The compiled contracts that Envoy turns JSON into gRPC by.

    Raises:
        StartError: they were not compiled.
    """
    path = CHECKOUT / "build" / "schema.binpb"
    if not path.is_file():
        raise StartError(f"{path} is missing. `make run` builds it; use that.")
    return path
