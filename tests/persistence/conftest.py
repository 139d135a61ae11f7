"""A real database for every test that asks for one.

Django's settings are fixed at import, so the database's name, passwords and socket are
chosen here, before any test module imports a model; the server starts when the first
test wants it. Each run has its own, so runs do not meet.
"""

from __future__ import annotations

import atexit
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import django
import psycopg
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from psycopg import sql

from persistence.config import PersistenceSettings
from persistence.database import APP_ROLE, OWNER_ROLE, SERVICE_ROLE, Database
from persistence.documents.vector_partitions import create_graph, create_partition
from persistence.setup_postgres import Plan, setup_postgres
from tests.persistence.postgres import PORT, TestServer

R = TypeVar("R")

ROOT = Path(__file__).parents[2]
SERVER = TestServer()
# The directory is there even when no test starts the server.
atexit.register(shutil.rmtree, SERVER.directory, ignore_errors=True)
# Of its own: the server's belongs to an account that parsers are not.
DOCUMENTS = Path(tempfile.mkdtemp("-lamla-documents"))
atexit.register(shutil.rmtree, DOCUMENTS, ignore_errors=True)
PASSWORDS = {role: secrets.token_hex() for role in (OWNER_ROLE, APP_ROLE, SERVICE_ROLE)}
ENVIRONMENT = {
    "ENVIRONMENT": "test",
    "DB_HOST": str(SERVER.directory),
    "DB_PORT": str(PORT),
    "DB_NAME": "lamla_test",
    "DB_PASSWORD": PASSWORDS[APP_ROLE],
    "DB_SERVICE_PASSWORD": PASSWORDS[SERVICE_ROLE],
    "LAMLA_PERSISTENCE_DOCUMENTS_DIR": str(DOCUMENTS),
    "LAMLA_PERSISTENCE_ORM_THREADS": "4",
    "LAMLA_PERSISTENCE_SERVICE_THREADS": "2",
}


def set_up_django() -> None:
    """Reads the settings from the variables above, and leaves none behind."""
    os.environ.update(ENVIRONMENT, DJANGO_SETTINGS_MODULE="persistence.settings")
    try:
        django.setup()
    finally:
        for name in ENVIRONMENT:
            del os.environ[name]


set_up_django()


@pytest.fixture(scope="session")
def server() -> Iterator[TestServer]:
    """The PostgreSQL server, with the database set up and migrated."""
    SERVER.start()
    try:
        setup_postgres(Plan(SERVER.url(), "lamla_test", PASSWORDS))
        migrate()
        yield SERVER
    finally:
        SERVER.remove()


@pytest.fixture(scope="session")
def config() -> PersistenceSettings:
    """The settings that Django was set up with."""
    return settings.CONFIG


@pytest.fixture(scope="session")
def owner_login(config: PersistenceSettings) -> Database:
    """The test database, as the role that owns the tables."""
    return config.app_database.login(OWNER_ROLE, PASSWORDS[OWNER_ROLE])


@pytest.fixture
def database(server: TestServer, config: PersistenceSettings) -> Iterator[Database]:
    """The test database as the runtime role; empty again after the test."""
    yield config.app_database
    empty(server)
    for directory in DOCUMENTS.iterdir():
        shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture
def process_config(
    config: PersistenceSettings, certs: Path, tmp_path: Path
) -> PersistenceSettings:
    """Settings of a process on free ports."""
    key = tmp_path / "signing.key"
    key.write_bytes(
        Ed25519PrivateKey.generate().private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    changes = {
        "certs_dir": certs / "persistence",
        "signing_key_file": key,
        "listen": "127.0.0.1:0",
        "http_listen": "127.0.0.1:0",
        "drain_seconds": 1,
        "drain_delay_seconds": 0,
    }
    return config.model_copy(update=changes)


@pytest.fixture
def run(server):
    """Runs a program in the checkout; the keywords are its variables."""

    def run(*command, stdin: str = "", **variables: str):
        programs = f"{Path(sys.executable).parent}:{server.program('psql').parent}"
        environment = {
            "PATH": f"{programs}:{os.environ['PATH']}",
            "HOME": os.environ.get("HOME", "/"),
            "PYTHONWARNINGS": "error",
            **ENVIRONMENT,
            **variables,
        }
        return subprocess.run(  # noqa: S603 - Our own commands.
            [str(word) for word in command],
            check=False,
            capture_output=True,
            text=True,
            cwd=ROOT,
            input=stdin,
            env=environment,
            timeout=180,
        )

    return run


@pytest.fixture
def manage(run):
    """Runs `manage.py`, which has to succeed."""

    def manage(*arguments, **options: str) -> str:
        result = run(sys.executable, "manage.py", *arguments, **options)
        assert 0 == result.returncode, result.stdout + result.stderr
        return result.stdout

    return manage


def empty(server: TestServer) -> None:
    """Deletes all rows but those that migrations made."""
    # TRUNCATE takes ten times as long: it makes new files.
    with psycopg.connect(server.url("lamla_test"), autocommit=True) as superuser:
        superuser.execute("SET session_replication_role = replica")
        tables = superuser.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
            " AND tablename NOT IN ('django_migrations', 'django_content_type',"
            " 'auth_permission', 'documents_indexversion')"
        )
        deletes = [
            sql.SQL("DELETE FROM {}").format(sql.Identifier(name)) for (name,) in tables
        ]
        superuser.execute(sql.SQL(";").join(deletes))
        superuser.execute("DELETE FROM documents_indexversion WHERE id > 1")
        superuser.execute(
            "INSERT INTO documents_indexversion (id, model, state) VALUES (1, '', 2)"
            " ON CONFLICT (id) DO UPDATE SET model = '', state = 2"
        )
        (first,) = superuser.execute(
            "SELECT to_regclass('documents_chunkvector_1')"
        ).fetchone()
        if first is None:  # Another version took its place.
            superuser.execute(f"SET ROLE {OWNER_ROLE}")
            superuser.execute(create_partition(1) + create_graph(1))


def as_owner_run(function: Callable[[], R]) -> R:
    """Runs a function as the role that owns the tables."""
    login = settings.CONFIG.app_database.login(OWNER_ROLE, PASSWORDS[OWNER_ROLE])

    def run() -> R:
        # A thread's connections are its own, and so is this login.
        wrapper = connections.create_connection("default")
        wrapper.settings_dict = {
            **wrapper.settings_dict,
            "USER": login.user,
            "PASSWORD": login.password,
        }
        connections["default"] = wrapper
        try:
            return function()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(run).result()


def migrate() -> None:
    """Brings the test database to the newest migration."""
    as_owner_run(lambda: call_command("migrate", verbosity=0))
