"""Where the database is and as whom to connect, from a URL or from single variables."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

SCHEMES = ("postgresql", "postgres")
PARAMETERS = frozenset({"sslmode", "sslrootcert", "sslcert", "sslkey", "host"})

# The names that migrations grant to; a login of another name must be a member.
OWNER_ROLE = "lamla_owner"
APP_ROLE = "lamla_app"
SERVICE_ROLE = "lamla_service"

# How many connections each role may have, set on the role itself; 50 together.
APP_CONNECTIONS = 20
SERVICE_CONNECTIONS = 30
# Of those, what the ingest worker takes, and who listens for notifications.
INGEST_CONNECTIONS = 8
# What the pools leave of them for operators' shells and scripts.
SPARE_CONNECTIONS = 2

# Seconds until a server that does not answer counts as unreachable.
CONNECT_SECONDS = 5
# Bounds a statement that no deadline bounds, in milliseconds.
STATEMENT_MILLISECONDS = 30_000


@dataclass(frozen=True)
class Database:
    """One database and one login to it.

    Attributes:
        host: A name, an address, or the directory of a Unix socket.
        parameters: libpq's TLS parameters: `sslmode`, `sslrootcert`, …
    """

    host: str
    port: int
    name: str
    user: str
    password: str | None = field(repr=False)
    parameters: tuple[tuple[str, str], ...] = ()

    def login(self, user: str, password: str | None) -> Database:
        """Returns the same database with another login."""
        return replace(self, user=user, password=password)

    def connection(self) -> dict[str, Any]:
        """Returns the keyword arguments of `psycopg.connect`."""
        return {
            "host": self.host,
            "port": self.port,
            "dbname": self.name,
            "user": self.user,
            "password": self.password,
            "connect_timeout": CONNECT_SECONDS,
            "application_name": "lamla-persistence",
            **dict(self.parameters),
        }

    def django(self) -> dict[str, Any]:
        """Returns the entry of Django's `DATABASES`."""
        return {
            "ENGINE": "django.db.backends.postgresql",
            "HOST": self.host,
            "PORT": str(self.port),
            "NAME": self.name,
            "USER": self.user,
            "PASSWORD": self.password or "",
            # Connections are kept, and looked at before use: orm.py.
            "CONN_MAX_AGE": None,
            "CONN_HEALTH_CHECKS": True,
            "OPTIONS": {
                "connect_timeout": CONNECT_SECONDS,
                "application_name": "lamla-persistence",
                **dict(self.parameters),
            },
        }


def parse_url(url: str) -> Database:
    """Reads `postgresql://user:password@host:5432/name?sslmode=verify-full`.

    Raises:
        ValueError: it is not the URL of a PostgreSQL database. The text never quotes
            the URL, which holds a password.
    """
    parts = urlsplit(url)
    if parts.scheme.startswith("sqlite"):
        raise ValueError("SQLite is not supported; PostgreSQL is.")
    if parts.scheme not in SCHEMES:
        raise ValueError("Must begin with postgresql://.")
    query = dict(parse_qsl(parts.query))
    if unknown := sorted(set(query) - PARAMETERS):
        raise ValueError(f"Unknown parameters: {', '.join(unknown)}.")
    name = unquote(parts.path.removeprefix("/"))
    host = query.pop("host", None) or unquote(parts.hostname or "")
    if not (name and host and parts.username):
        raise ValueError("Must name a user, a host and a database.")
    return Database(
        host=host,
        port=parts.port or 5432,
        name=name,
        user=unquote(parts.username),
        password=None if parts.password is None else unquote(parts.password),
        parameters=tuple(sorted(query.items())),
    )
