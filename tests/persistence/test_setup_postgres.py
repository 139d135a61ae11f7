"""A bare server becomes ours: roles, database, extension; twice is once."""

from __future__ import annotations

import secrets
from pathlib import Path

import psycopg
import pytest
from typer.testing import CliRunner

from persistence import database
from persistence.__main__ import app
from persistence.setup_postgres import Plan, SetupError, setup_postgres
from tests.persistence.conftest import PASSWORDS
from tests.persistence.postgres import TestServer

SCRIPTS = Path(__file__).parents[2] / "scripts"
STATE = """
    SELECT rolname::text, rolcanlogin, rolsuper, rolcreatedb, rolcreaterole,
           rolbypassrls, rolconnlimit
    FROM pg_roles WHERE rolname LIKE 'lamla%' ORDER BY rolname
"""
ROLES = [
    ("lamla_app", True, False, False, False, False, 20),
    ("lamla_owner", True, False, False, False, False, -1),
    ("lamla_service", True, False, False, False, False, 30),
]


@pytest.fixture
def bare():
    """A server that nobody has prepared."""
    server = TestServer()
    server.start()
    yield server
    server.remove()


def scalars(url: str, statement: str) -> list[object]:
    with psycopg.connect(url) as connection:
        return [row[0] for row in connection.execute(statement)]


def state(server: TestServer, name: str) -> tuple[object, ...]:
    """Everything that the set-up makes, to compare."""
    extensions = "SELECT extname FROM pg_extension WHERE extname = 'vector'"
    defaults = "SELECT defaclacl::text FROM pg_default_acl ORDER BY defaclobjtype"
    owner = (
        "SELECT pg_get_userbyid(datdba)::text || datacl::text FROM pg_database"
        " WHERE datname = current_database()"
    )
    with psycopg.connect(server.url()) as connection:
        roles = connection.execute(STATE).fetchall()
    return (
        roles,
        scalars(server.url(name), extensions),
        scalars(server.url("template1"), extensions),
        scalars(server.url(name), defaults),
        scalars(server.url(name), owner),
    )


class TestSetupPostgres:
    @pytest.mark.parity("A75")
    def test_twice_on_a_bare_server(self, bare):
        """
        The second run changes nothing, and each role signs in with its password.
        """
        passwords = {role: secrets.token_hex() for role in PASSWORDS}
        plan = Plan(bare.url(), "lamla", passwords)

        setup_postgres(plan)
        first = state(bare, "lamla")
        setup_postgres(plan)
        second = state(bare, "lamla")

        assert ROLES == first[0]
        assert first == second
        assert ["vector"] == first[1] == first[2]
        for role, password in passwords.items():
            url = f"postgresql://{role}:{password}@/lamla?host={bare.directory}"
            assert [role] == scalars(url, "SELECT current_user::text")

    @pytest.mark.parity("A75")
    def test_the_scripts_do_the_same(self, bare):
        """
        An operator with psql and no Python gets the same server, twice as well.
        """
        create = [
            *("-v", "owner_password=one", "-v", "app_password=two"),
            *("-v", "service_password=three"),
            *("-f", str(SCRIPTS / "create-app-user.sql")),
        ]
        init = ["-v", "database=other", "-f", str(SCRIPTS / "init-db.sql")]
        for arguments in (create, init, create, init):
            result = bare.psql(*arguments, url=bare.url())
            assert (0, "") == (result.returncode, result.stdout)
        scripted = state(bare, "other")

        setup_postgres(Plan(bare.url(), "other", {}))

        assert scripted == state(bare, "other")
        url = f"postgresql://lamla_app:two@/other?host={bare.directory}"
        assert ["lamla_app"] == scalars(url, "SELECT current_user::text")

    def test_a_server_that_is_not_there(self, tmp_path):
        """
        The operator reads a sentence, and no password.
        """
        url = f"postgresql://postgres:hidden@/postgres?host={tmp_path}"

        with pytest.raises(SetupError, match="cannot be prepared") as caught:
            setup_postgres(Plan(url, "lamla", {}))

        assert "hidden" not in str(caught.value)

    @pytest.mark.parity("A75")
    def test_the_command(self, server, monkeypatch):
        """
        `python -m persistence setup_postgres` reads all of it from the environment.
        """
        monkeypatch.setenv("DB_SUPERUSER_URL", server.url())
        monkeypatch.setenv("DB_NAME", "by_command")
        result = CliRunner().invoke(app, ["setup_postgres"])

        assert (0, "The database by_command and its roles are ready.\n") == (
            result.exit_code,
            result.output,
        )

    def test_the_command_without_a_superuser(self):
        """
        It says which variable is missing.
        """
        result = CliRunner().invoke(app, ["setup_postgres"])

        assert 1 == result.exit_code
        assert "DB_SUPERUSER_URL: required" in str(result.exception)


class TestLimits:
    @pytest.mark.parity("A42")
    def test_the_roles_share_50_connections(self):
        """
        The limits of the two roles that serve add up to the promised 50.
        """
        assert 50 == database.APP_CONNECTIONS + database.SERVICE_CONNECTIONS

    @pytest.mark.parity("A42")
    def test_the_limit_is_the_servers(self, server, config):
        """
        One connection more than the role may have is refused by PostgreSQL itself.
        """
        login = config.app_database.connection()
        connections = []
        try:
            with pytest.raises(psycopg.OperationalError, match="too many connections"):
                for _ in range(database.APP_CONNECTIONS + 1):
                    connections.append(psycopg.connect(**login))
        finally:
            for connection in connections:
                connection.close()

        assert len(connections) <= database.APP_CONNECTIONS
