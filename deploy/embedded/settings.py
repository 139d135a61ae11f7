"""What the launcher can be told, by the environment or by `.env` in the checkout."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from ipaddress import IPv4Address
from pathlib import Path
from typing import Self

from dotenv import dotenv_values
from pydantic import Field, IPvAnyAddress, model_validator
from pydantic_settings import SettingsConfigDict

from deploy.embedded.paths import CHECKOUT, Home
from mesh.settings import PeerSettings

_INTERNAL_PORTS = 20
_MOST_GATEWAYS = 5
_LAST_PORT = 65535


class LauncherSettings(PeerSettings):
    """One mesh on one machine."""

    model_config = SettingsConfigDict(env_prefix="LAMLA_")

    port: int = Field(
        default=8080,
        ge=1,
        le=_LAST_PORT,
        description="The public port: the page and the API.",
    )
    admin_port: int = Field(
        default=9901,
        ge=1,
        le=_LAST_PORT,
        description="The port of Envoy's admin interface, on the loopback always.",
    )
    bind_address: IPvAnyAddress = Field(
        default=IPv4Address("127.0.0.1"),
        description="The address the public port is bound to.",
    )
    internal_port_base: int = Field(
        default=0,
        ge=0,
        le=_LAST_PORT - _INTERNAL_PORTS,
        description="The peers listen on the ports after this one. 0 means"
        " 20000 + (LAMLA_PORT mod 1000) * 10.",
    )
    gateway_replicas: int = Field(
        default=1,
        ge=1,
        le=_MOST_GATEWAYS,
        description="How many gateway processes run, each on a port of its own, 1 to 5."
        " More than one is of use where one core is not enough.",
    )
    home: Path = Field(
        default=Path(".lamla"),
        description="The directory of all state. A relative path counts from the"
        " checkout.",
    )
    certificate_hours: float = Field(
        default=24,
        gt=0,
        le=24 * 30,
        description="How long the peers' certificates live, in hours; they are issued"
        " anew at half of that.",
    )
    verbose: bool = Field(
        default=False,
        description="Whether the terminal shows every line of every process. Without"
        " it: what the launcher does, warnings and errors; the rest is in the logs"
        " under LAMLA_HOME.",
    )
    page_dir: Path | None = Field(
        default=None,
        description="The directory of a page that is built already, with index.html,"
        " to serve instead of building the one in frontend/.",
    )
    postgres_bin: Path | None = Field(
        default=None,
        description="The directory of another PostgreSQL's programs (17 or later, with"
        " pgvector), to run instead of the one in the wheel.",
    )

    @model_validator(mode="after")
    def _ports_differ(self) -> Self:
        taken = (self.port, self.admin_port, *self.ports.all())
        if len(set(taken)) < len(taken):
            raise ValueError(
                "LAMLA_PORT, LAMLA_ADMIN_PORT and the ports after"
                " LAMLA_INTERNAL_PORT_BASE must differ"
            )
        return self

    @property
    def paths(self) -> Home:
        return Home((CHECKOUT / self.home.expanduser()).resolve())

    @property
    def certificate_lifetime(self) -> timedelta:
        return timedelta(hours=self.certificate_hours)

    @property
    def ports(self) -> "InternalPorts":
        base = self.internal_port_base or 20000 + self.port % 1000 * 10
        return InternalPorts(base, gateways=self.gateway_replicas)


class InternalPorts:
    """Where the peers listen on the loopback."""

    def __init__(self, base: int, *, gateways: int = 1) -> None:
        """Takes the port before the first, and how many gateways there are."""
        self.gateway = base + 1
        self.llm_worker = base + 2
        self.persistence = base + 3
        self.persistence_http = base + 4
        self.postgres = base + 5
        self.gateways = (self.gateway, *range(base + 6, base + 5 + gateways))
        self.ingest = base + 10

    def all(self) -> tuple[int, ...]:
        return (
            *self.gateways,
            self.llm_worker,
            self.persistence,
            self.persistence_http,
            self.postgres,
            self.ingest,
        )


def load_env_file(path: Path) -> None:
    """Adds what the file says to this process's environment, which wins."""
    for name, value in dotenv_values(path).items():
        if value is not None:
            os.environ.setdefault(name, value)


@contextmanager
def environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Lets settings be read as a process with exactly these variables would."""
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(variables)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
