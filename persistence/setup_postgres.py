"""Prepares a bare PostgreSQL server: roles, database, extension, default privileges.

The SQL is that of `persistence/sql/`, which scripts/init-db.sql and
scripts/create-app-user.sql run with psql.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import LiteralString

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from persistence.config import PersistenceSettings
from persistence.database import (
    APP_ROLE,
    CONNECT_SECONDS,
    OWNER_ROLE,
    SERVICE_ROLE,
)

SQL = Path(__file__).parent / "sql"
# Databases made from it, Django's test databases too, have the extension at once.
TEMPLATE = "template1"


@dataclass(frozen=True)
class Plan:
    """What to prepare.

    Attributes:
        superuser_url: Names a server; its database does not matter.
        database: The database to create.
        passwords: By role; a role that is not in it keeps the password it has.
    """

    superuser_url: str
    database: str
    passwords: dict[str, str]


class SetupError(Exception):
    """The server cannot be prepared. The text is for the operator."""


def plan_from(config: PersistenceSettings) -> Plan:
    """Reads what to prepare from the environment.

    Raises:
        SetupError: there is no superuser to do it as.
    """
    if config.db_superuser_url is None:
        raise SetupError("DB_SUPERUSER_URL: required. A superuser's postgresql:// URL.")
    passwords = {
        APP_ROLE: config.app_database.password,
        SERVICE_ROLE: config.service_database.password,
        OWNER_ROLE: config.owner_database and config.owner_database.password,
    }
    return Plan(
        superuser_url=config.db_superuser_url.get_secret_value(),
        database=config.app_database.name,
        passwords={role: text for role, text in passwords.items() if text},
    )


def setup_postgres(plan: Plan) -> None:
    """Prepares the server; what is there already stays.

    Raises:
        SetupError: the server cannot be reached or refuses.
    """
    try:
        with _connect(plan) as server:
            _create_roles(server, plan.passwords)
            _create_database(server, plan.database)
        with _connect(plan, TEMPLATE) as template:
            template.execute("CREATE EXTENSION IF NOT EXISTS vector")
        with _connect(plan, plan.database) as database:
            database.execute(_script("database.sql"))
    except psycopg.Error as error:
        raise SetupError(f"PostgreSQL cannot be prepared: {error}") from error


def _connect(
    plan: Plan, database: str | None = None
) -> psycopg.Connection[tuple[object, ...]]:
    change = {"connect_timeout": CONNECT_SECONDS, "dbname": database}
    conninfo = make_conninfo(plan.superuser_url, **change)
    return psycopg.connect(conninfo, autocommit=True)


def _create_roles(
    server: psycopg.Connection[tuple[object, ...]], passwords: dict[str, str]
) -> None:
    with server.transaction():
        for role, password in passwords.items():
            # Hashed here, so that the server's log cannot show it.
            verifier = server.pgconn.encrypt_password(
                password.encode(), role.encode(), b"scram-sha-256"
            ).decode()
            setting = f"{role.replace('lamla_', 'lamla.')}_password"
            server.execute("SELECT set_config(%s, %s, true)", [setting, verifier])
        server.execute(_script("roles.sql"))


def _create_database(server: psycopg.Connection[tuple[object, ...]], name: str) -> None:
    found = server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
    if found.fetchone() is None:
        server.execute(
            sql.SQL("CREATE DATABASE {} ENCODING 'UTF8' TEMPLATE {}").format(
                sql.Identifier(name), sql.Identifier(TEMPLATE)
            )
        )


def _script(name: str) -> LiteralString:
    # Ours, and never made of anybody's input.
    text: LiteralString = (SQL / name).read_text(encoding="utf-8")
    return text
