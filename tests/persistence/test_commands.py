"""Django's commands and the operators' scripts, each run as an operator runs it."""

from __future__ import annotations

import sys

import psycopg
import pytest

from persistence.database import OWNER_ROLE
from persistence.setup_postgres import Plan, setup_postgres
from tests.persistence.conftest import PASSWORDS

OWNER = {"DB_OWNER_PASSWORD": PASSWORDS[OWNER_ROLE]}
# In one process: most of what a command takes is its start.
TO_ZERO = """
from django.core.management import call_command
for app in ("chat", "admin", "identity", "auth", "contenttypes", "sessions"):
    call_command("migrate", app, "zero", verbosity=0)
"""
PRODUCTION = {
    "ENVIRONMENT": "production",
    "SECRET_KEY": "k3Yw9-Qz" * 8,
    "ALLOWED_HOSTS": "lamla.example",
    "LAMLA_PERSISTENCE_PUBLIC_ORIGIN": "https://lamla.example",
}


class TestManage:
    @pytest.mark.parity("A76")
    def test_makemigrations_has_nothing_to_do(self, manage):
        """
        Models and migrations agree.
        """
        assert "No changes detected" in manage("makemigrations", "--check", "--dry-run")

    @pytest.mark.parity("A76")
    def test_showmigrations(self, manage):
        """
        Everything is applied in the test database.
        """
        output = manage("showmigrations", **OWNER)

        assert "[X] 0001_initial" in output
        assert "[ ]" not in output

    @pytest.mark.parity("A76")
    def test_sqlmigrate(self, manage):
        """
        What a migration would do can be read before it is done.
        """
        output = manage("sqlmigrate", "identity", "0002", **OWNER)

        assert 'CREATE POLICY "identity_user_owner"' in output

    @pytest.mark.parity("A76")
    @pytest.mark.parametrize(
        ("variables", "role"), [({}, "lamla_app"), (OWNER, "lamla_owner")]
    )
    def test_shell(self, manage, variables, role):
        """
        Without the owner's credential it is the runtime role; with it, the owner.
        """
        code = (
            "from django.db import connection; c = connection.cursor();"
            "c.execute('SELECT current_user'); print(c.fetchone()[0])"
        )

        assert role == manage("shell", "-v", "0", "-c", code, **variables).strip()

    @pytest.mark.parity("A76")
    def test_dbshell(self, manage):
        """
        psql, connected.
        """
        output = manage("dbshell", "--", "-At", stdin="SELECT current_user;")

        assert "lamla_app" == output.strip()

    @pytest.mark.parity("A76")
    def test_createsuperuser(self, manage, database):
        """
        With the owner's credential, because nobody else may raise anybody.
        """
        manage(
            "createsuperuser",
            "--noinput",
            **OWNER,
            DJANGO_SUPERUSER_EMAIL="Root@Example.org",
            DJANGO_SUPERUSER_PASSWORD="correct horse battery",
        )
        login = database.login(OWNER_ROLE, PASSWORDS[OWNER_ROLE])
        with psycopg.connect(**login.connection()) as owner:
            row = owner.execute(
                "SELECT email, role, is_staff, is_superuser FROM identity_user"
            ).fetchone()

        assert ("root@example.org", "admin", True, True) == row

    @pytest.mark.parity("A76")
    def test_collectstatic(self, manage):
        """
        For whoever serves the admin site's files from elsewhere.
        """
        assert "static files" in manage("collectstatic", "--noinput", "--dry-run")

    @pytest.mark.parity("A76")
    def test_check_deploy(self, manage):
        """
        No warnings in production's settings.
        """
        output = manage("check", "--deploy", "--fail-level", "DEBUG", **PRODUCTION)

        assert "no issues (0 silenced)" in output

    def test_unsafe_settings_stop_it_with_a_sentence(self, run):
        """
        Not with a stack trace.
        """
        variables = {**PRODUCTION, "DEBUG": "true"}
        result = run(sys.executable, "manage.py", "check", **variables)

        assert 1 == result.returncode
        assert "DEBUG: refused in production." in result.stderr
        assert "Traceback" not in result.stderr


class TestMigrations:
    @pytest.mark.parity("A77")
    def test_run_migrations_needs_the_owners_credential(self, run):
        """
        It comes by the environment of this process; without it nothing is tried.
        """
        result = run("scripts/run-migrations")

        assert 2 == result.returncode
        assert "DB_OWNER_PASSWORD" in result.stderr

    @pytest.mark.parity("A77")
    def test_run_migrations_with_a_file(self, run, tmp_path):
        """
        The credential can be a mounted secret.
        """
        (tmp_path / "owner").write_text(PASSWORDS[OWNER_ROLE])
        result = run(
            "scripts/run-migrations", DB_OWNER_PASSWORD_FILE=str(tmp_path / "owner")
        )

        assert 0 == result.returncode, result.stderr
        assert "No migrations to apply." in result.stdout

    @pytest.mark.parity("A41")
    def test_the_runtime_role_cannot_migrate(self, server, run):
        """
        Permission denied, and nothing is made.
        """
        setup_postgres(Plan(server.url(), "unmigrated", PASSWORDS))
        result = run(sys.executable, "manage.py", "migrate", DB_NAME="unmigrated")

        assert 0 != result.returncode
        assert "permission denied for schema public" in result.stderr

    @pytest.mark.timeout(300)  # Three processes, each of them busy for long.
    def test_every_migration_is_reversible(self, server, manage):
        """
        To zero and back; at zero no table, function or policy of ours is left. The
        queue's own migrations know no way back.
        """
        setup_postgres(Plan(server.url(), "reversed", PASSWORDS))
        variables = {**OWNER, "DB_NAME": "reversed"}
        left = (
            "SELECT relname::text FROM pg_class c WHERE relkind = 'r'"
            " AND relnamespace = 'public'::regnamespace"
            " AND relname NOT LIKE 'procrastinate%'"
            " UNION ALL SELECT proname::text FROM pg_proc p"
            " WHERE pronamespace = 'public'::regnamespace"
            " AND proname NOT LIKE 'procrastinate%' AND NOT EXISTS"
            " (SELECT FROM pg_depend WHERE objid = p.oid AND deptype = 'e')"
        )

        manage("migrate", **variables)
        manage("shell", "-v", "0", "-c", TO_ZERO, **variables)
        with psycopg.connect(server.url("reversed")) as connection:
            at_zero = connection.execute(left).fetchall()
        manage("migrate", **variables)

        assert [("django_migrations",)] == at_zero
