"""Which process gets which variables: what it needs, and nothing else.

llm_worker and gateway hold no database password and no signing key because they are
never given one.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass

from pydantic_settings import BaseSettings

from deploy.embedded.keyring import Keyring
from deploy.embedded.openmp import library_path
from deploy.embedded.settings import LauncherSettings, environment
from gateway.envoy.settings import EdgeSettings
from gateway.settings import GatewaySettings
from llm_worker.settings import LLMWorkerSettings
from mesh.settings import (
    FILE_SUFFIX,
    SettingsError,
    load,
    unknown_variables,
    variables,
)
from persistence.config import PersistenceSettings

KINDS: tuple[type[BaseSettings], ...] = (
    LauncherSettings,
    EdgeSettings,
    GatewaySettings,
    LLMWorkerSettings,
    PersistenceSettings,
)

DATABASE = "lamla"
OWNER, APP, SERVICE = "lamla_owner", "lamla_app", "lamla_service"

# What a process on this machine needs to find its files and speak its language.
_MACHINE = (
    "HOME",
    "LANG",
    "LC_ALL",
    "PATH",
    "SSL_CERT_DIR",
    "SSL_CERT_FILE",
    "TMPDIR",
    "TZ",
    "VIRTUAL_ENV",
)
# Only the worker talks to anybody outside.
_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY")
_LAUNCHERS_OWN = {
    "LAMLA_CERTS_DIR": "LAMLA_HOME",
    "LAMLA_GATEWAY_ADVERTISE": "LAMLA_INTERNAL_PORT_BASE",
    "LAMLA_GATEWAY_LISTEN": "LAMLA_INTERNAL_PORT_BASE",
    "LAMLA_GATEWAY_LLM_WORKER": "LAMLA_INTERNAL_PORT_BASE",
    "LAMLA_GATEWAY_PERSISTENCE": "LAMLA_INTERNAL_PORT_BASE",
    "LAMLA_LLM_LISTEN": "LAMLA_INTERNAL_PORT_BASE",
    "LAMLA_PERSISTENCE_GATEWAY": "LAMLA_INTERNAL_PORT_BASE",
    "LAMLA_PERSISTENCE_HTTP_LISTEN": "LAMLA_INTERNAL_PORT_BASE",
    "LAMLA_PERSISTENCE_LLM_WORKER": "LAMLA_INTERNAL_PORT_BASE",
    "LAMLA_PERSISTENCE_INGEST_LISTEN": "LAMLA_INTERNAL_PORT_BASE",
    "LAMLA_PERSISTENCE_LISTEN": "LAMLA_INTERNAL_PORT_BASE",
}


# For commands; what serves must not hold them.
_MIGHTY = ("DB_OWNER_", "DB_SUPERUSER_")


def read_settings() -> LauncherSettings:
    """The launcher's own settings, with no variable that nobody reads beside them.

    Raises:
        SettingsError: naming every problem there is, in the other processes' too.
    """
    problems = set(unknown_variables(*KINDS, prefix="LAMLA_"))
    for name, instead in _LAUNCHERS_OWN.items():
        if name in os.environ:
            problems.add(f"{name}: the launcher sets it itself; set {instead}")
    for kind in KINDS:
        # What the launcher will add is missing here: `Wiring.check` looks again.
        problems.update(
            each for each in _problems(kind, _given(kind)) if "equired" not in each
        )
    if problems:
        raise SettingsError(problems)
    with environment(_given(LauncherSettings)):
        return load(LauncherSettings)


def has_external_database() -> bool:
    """Whether the person names a database of their own."""
    return is_given("DATABASE_URL") or is_given("DB_HOST")


def is_given(name: str) -> bool:
    """Whether a variable is set, by itself or by the file that holds its value."""
    return bool(os.environ.get(name) or os.environ.get(f"{name}{FILE_SUFFIX}"))


@dataclass(frozen=True)
class Wiring:
    """Computes the environment of every process of one mesh."""

    settings: LauncherSettings
    keyring: Keyring
    external_database: bool

    def gateway(self, port: int | None = None) -> dict[str, str]:
        """One gateway's; the first one's unless the port says which."""
        ports = self.settings.ports
        address = _local(port or ports.gateway)
        return _given(GatewaySettings) | {
            **self._peer("gateway"),
            "LAMLA_GATEWAY_LISTEN": address,
            "LAMLA_GATEWAY_ADVERTISE": address,
            "LAMLA_GATEWAY_LLM_WORKER": _local(ports.llm_worker),
            "LAMLA_GATEWAY_PERSISTENCE": _local(ports.persistence),
        }

    def llm_worker(self) -> dict[str, str]:
        given = _given(LLMWorkerSettings)
        better = self.settings.paths.better_model
        if "LAMLA_LLM_GGUF" not in given and better.is_file():
            given["LAMLA_LLM_GGUF"] = str(better)
        return given | {
            **_inherited(*_PROXIES, *map(str.lower, _PROXIES)),
            **self._peer("llm_worker"),
            **library_path(self.settings.paths.run / "lib"),
            # The local decoder's threads spin while they wait otherwise, and a machine
            # with few cores has none left for the rest.
            "OMP_WAIT_POLICY": os.environ.get("OMP_WAIT_POLICY", "PASSIVE"),
            "LAMLA_LLM_LISTEN": _local(self.settings.ports.llm_worker),
        }

    def persistence(self) -> dict[str, str]:
        """The store's own process: the runtime roles' passwords, not the owner's."""
        ports = self.settings.ports
        unless_given = {
            "SECRET_KEY_FILE": str(self.keyring.password_file("django-secret")),
            "LAMLA_PERSISTENCE_SIGNING_KEY_FILE": str(self.keyring.signing_key_file()),
            "LAMLA_PERSISTENCE_PUBLIC_ORIGIN": f"http://localhost:{self.settings.port}",
            "LAMLA_PERSISTENCE_DOCUMENTS_DIR": str(self.settings.paths.documents),
        }
        gateways = ",".join(map(_local, ports.gateways))
        given = _without(_given(PersistenceSettings), _MIGHTY)
        if "SECRET_KEY" in given:
            del unless_given["SECRET_KEY_FILE"]
        if not self.external_database:
            given = _without(given, ("DB_",)) | self._embedded_database()
        return {
            **unless_given,
            **given,
            **self._peer("persistence"),
            # To be named in `/health`.
            "LAMLA_PERSISTENCE_GATEWAY": f"ipv4:{gateways}",
            "LAMLA_PERSISTENCE_LLM_WORKER": _local(ports.llm_worker),
            "LAMLA_PERSISTENCE_LISTEN": _local(ports.persistence),
            "LAMLA_PERSISTENCE_HTTP_LISTEN": _local(ports.persistence_http),
        }

    def ingest(self) -> dict[str, str]:
        """The ingest worker's: the store's, without what signs and what serves."""
        return _without(self.persistence(), ("LAMLA_PERSISTENCE_SIGNING_",)) | {
            **self._peer("ingest"),
            "LAMLA_PERSISTENCE_INGEST_LISTEN": _local(self.settings.ports.ingest),
        }

    def owner(self) -> dict[str, str]:
        """A process that changes the schema: the owner's password, for it alone."""
        if self.external_database:
            owner = ("DB_OWNER_USER", "DB_OWNER_PASSWORD", "DB_OWNER_PASSWORD_FILE")
            return self.persistence() | _inherited(*owner)
        return self.persistence() | {
            "DB_OWNER_USER": OWNER,
            "DB_OWNER_PASSWORD_FILE": str(self.keyring.password_file("db-owner")),
        }

    def setup(self, superuser_url: str | None = None) -> dict[str, str]:
        """The one process that creates roles and extensions.

        Args:
            superuser_url: the embedded server's; otherwise the person gives one.
        """
        if superuser_url is not None:
            return self.owner() | {"DB_SUPERUSER_URL": superuser_url}
        return self.owner() | _inherited("DB_SUPERUSER_URL", "DB_SUPERUSER_URL_FILE")

    def check(self) -> None:
        """Reads every process's settings as that process will.

        Raises:
            SettingsError: naming every problem there is, in all of them.
        """
        problems: set[str] = set()
        environments: dict[type[BaseSettings], dict[str, str]] = {
            EdgeSettings: _given(EdgeSettings),
            GatewaySettings: self.gateway(),
            LLMWorkerSettings: self.llm_worker(),
            PersistenceSettings: self.persistence(),
        }
        for kind, its_environment in environments.items():
            problems.update(_problems(kind, its_environment))
        if problems:
            raise SettingsError(problems)

    def _peer(self, name: str) -> dict[str, str]:
        certificates = self.settings.paths.certificates / name
        made = {"LAMLA_CERTS_DIR": str(certificates), "PYTHONUNBUFFERED": "1"}
        if "LAMLA_DRAIN_DELAY_SECONDS" not in os.environ:
            # Envoy is told first; nobody else has to notice.
            made["LAMLA_DRAIN_DELAY_SECONDS"] = "0"
        return _inherited(*_MACHINE) | made

    def _embedded_database(self) -> dict[str, str]:
        return {
            "DB_HOST": "127.0.0.1",
            "DB_PORT": str(self.settings.ports.postgres),
            "DB_NAME": DATABASE,
            "DB_USER": APP,
            "DB_PASSWORD_FILE": str(self.keyring.password_file("db-app")),
            "DB_SERVICE_USER": SERVICE,
            "DB_SERVICE_PASSWORD_FILE": str(self.keyring.password_file("db-service")),
        }


def _problems(kind: type[BaseSettings], its_environment: dict[str, str]) -> list[str]:
    with environment(its_environment):
        try:
            load(kind)
        except SettingsError as error:
            return error.problems
    return []


def _given(kind: type[BaseSettings]) -> dict[str, str]:
    """What the person has set of one process's settings."""
    names = [variable.name for variable in variables(kind)]
    secrets = [variable.name for variable in variables(kind) if variable.secret]
    return _inherited(*names, *(f"{name}{FILE_SUFFIX}" for name in secrets))


def _without(given: Mapping[str, str], prefixes: tuple[str, ...]) -> dict[str, str]:
    return {
        name: value for name, value in given.items() if not name.startswith(prefixes)
    }


def _inherited(*names: str, source: Mapping[str, str] = os.environ) -> dict[str, str]:
    return {name: source[name] for name in names if source.get(name)}


def _local(port: int) -> str:
    return f"127.0.0.1:{port}"
