"""What the runtime role may do, by the script that operators run."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

SCRIPT = Path(__file__).parents[2] / "scripts" / "test-app-user-permissions.sql"


@pytest.fixture
def app_url(server, config):  # noqa: ARG001 - For its effect.
    """The test database's URL as the runtime role."""
    login = config.app_database
    address = f"{login.name}?host={login.host}&port={login.port}"
    return f"postgresql://{login.user}:{login.password}@/{address}"


@pytest.fixture
def superuser(server):
    """A superuser's connection to the test database."""
    with psycopg.connect(server.url("lamla_test"), autocommit=True) as connection:
        yield connection


class TestPermissionScript:
    @pytest.mark.parity("A45")
    def test_passes(self, server, app_url):
        """
        As the runtime role itself, and as a superuser that becomes it.
        """
        for url in (app_url, server.url("lamla_test")):
            result = server.psql("-f", str(SCRIPT), url=url)

            assert 0 == result.returncode, result.stderr
            assert "the runtime role is as it should be" in result.stderr

    @pytest.mark.parity("A45")
    @pytest.mark.parametrize(
        ("change", "back", "fault"),
        [
            (
                "REVOKE DELETE ON identity_session FROM lamla_app",
                "GRANT DELETE ON identity_session TO lamla_app",
                "DELETE on identity_session is missing",
            ),
            (
                "GRANT UPDATE ON django_migrations TO lamla_app",
                "REVOKE UPDATE ON django_migrations FROM lamla_app",
                "UPDATE on django_migrations is granted",
            ),
            (
                "ALTER TABLE identity_session DISABLE ROW LEVEL SECURITY",
                "ALTER TABLE identity_session ENABLE ROW LEVEL SECURITY",
                "identity_session has no row-level security",
            ),
            (
                "GRANT CREATE ON SCHEMA public TO lamla_app",
                "REVOKE CREATE ON SCHEMA public FROM lamla_app",
                "allowed: CREATE TABLE public.probe",
            ),
            (
                "GRANT lamla_owner TO lamla_app",
                "REVOKE lamla_owner FROM lamla_app",
                "the role is a member of another",
            ),
            (
                "ALTER ROLE lamla_app CONNECTION LIMIT -1",
                "ALTER ROLE lamla_app CONNECTION LIMIT 30",
                "connections are not limited to 50",
            ),
        ],
        ids=["grant", "migrations", "rls", "ddl", "member", "limit"],
    )
    def test_names_what_is_wrong(  # noqa: PLR0913, PLR0917 - Fixtures and parameters.
        self, server, superuser, app_url, change, back, fault
    ):
        """
        A removed grant, or one too many, fails it.
        """
        superuser.execute(change)
        try:
            result = server.psql("-f", str(SCRIPT), url=app_url)
        finally:
            superuser.execute(back)

        assert 0 != result.returncode
        assert fault in result.stderr


class TestRuntimeRole:
    @pytest.mark.parity("A41")
    @pytest.mark.parametrize(
        "statement",
        [
            "CREATE TABLE probe (id int)",
            "ALTER TABLE identity_user ADD COLUMN probe int",
            "DROP TABLE identity_user",
            "CREATE EXTENSION hstore",
        ],
    )
    @pytest.mark.parametrize("role", ["app", "service"])
    def test_ddl_is_refused(self, server, config, role, statement):
        """
        Neither role that serves changes the schema.
        """
        login = config.app_database if role == "app" else config.service_database
        with (
            psycopg.connect(**login.connection()) as connection,
            pytest.raises(psycopg.errors.Error) as caught,
        ):
            connection.execute(statement)

        assert caught.value.sqlstate in {"42501", "0A000", "58P01"}

    @pytest.mark.parity("A41")
    def test_the_owner_is_another_role(self, server, superuser):
        """
        Every table belongs to the role that migrates, which never serves.
        """
        owners = superuser.execute(
            "SELECT DISTINCT tableowner::text FROM pg_tables"
            " WHERE schemaname = 'public'"
        ).fetchall()

        assert [("lamla_owner",)] == owners

    @pytest.mark.parity("A87")
    def test_the_tables_have_their_older_names(self, server, superuser):
        """
        What the older designs' queries named is there.
        """
        names = superuser.execute(
            "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'"
        ).fetchall()

        assert {
            ("chat_conversation",),
            ("chat_message",),
            ("documents_document",),
            ("documents_documentchunk",),
        } <= set(names)
