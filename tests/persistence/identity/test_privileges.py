"""What the database itself refuses, whatever the code does."""

from __future__ import annotations

import psycopg
import pytest

from mesh.ids import uuid7
from persistence import orm
from persistence.database import APP_ROLE, SERVICE_ROLE
from persistence.identity.models import User


def connect(database, owner=None):
    connection = psycopg.connect(**database.connection(), autocommit=True)
    if owner is not None:
        connection.execute(
            "SELECT set_config('lamla.owner_id', %s, false)", [str(owner)]
        )
    return connection


@pytest.fixture
async def student(database):  # noqa: ARG001 - For its effect.
    """The id of an account."""
    user_id = uuid7()

    def create() -> None:
        User.objects.create(id=user_id, email="ann@example.org", role="student")

    await orm.run(create, owner=user_id)
    return user_id


class TestRuntimeRole:
    @pytest.mark.parity("A43")
    @pytest.mark.parametrize(
        "change",
        [
            "is_staff = true",
            "is_superuser = true",
            "role = 'admin'",
            "role = 'teacher'",
        ],
    )
    async def test_may_not_raise_its_own_user(self, database, student, change):
        """
        A trigger refuses, even where the row is the owner's own.
        """
        with (
            connect(database, student) as connection,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            connection.execute(f"UPDATE identity_user SET {change}")  # noqa: S608 - Our own parameters.

    @pytest.mark.parity("A43")
    async def test_may_not_create_a_raised_user(self, database):
        """
        Nor is a new row a way around it.
        """
        user_id = uuid7()

        def create() -> None:
            User.objects.create(
                id=user_id, email="x@example.org", role="admin", is_superuser=True
            )

        with pytest.raises(Exception, match="may not raise"):
            await orm.run(create, owner=user_id)

    async def test_sees_nobody_without_an_owner(self, database, student):
        """
        An unset or empty owner is nobody, not everybody.
        """
        count = "SELECT count(*) FROM identity_user"
        with connect(database) as connection:
            unset = connection.execute(count).fetchone()
            connection.execute("SELECT set_config('lamla.owner_id', '', false)")
            empty = connection.execute(count).fetchone()

        assert (0,) == unset
        assert (0,) == empty

    async def test_may_not_write_for_somebody_else(self, database, student):
        """
        WITH CHECK: a row of another owner cannot be made either.
        """
        statement = (
            "INSERT INTO identity_session (id, user_id, expire_time)"
            " VALUES (gen_random_uuid(), %s, now())"
        )
        with (
            connect(database, uuid7()) as connection,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            connection.execute(statement, [student])

    async def test_finds_an_account_by_its_exact_address_only(self, database, student):
        """
        The look-up for signing in answers one question and lists nobody.
        """
        look_up = "SELECT user_id FROM identity_credentials(%s)"
        with connect(database) as connection:
            found = connection.execute(look_up, ["ann@example.org"]).fetchall()
            pattern = connection.execute(look_up, ["%"]).fetchall()

        assert [(student,)] == found
        assert [] == pattern


class TestServiceRole:
    def raise_student(self, connection, student):
        connection.execute(
            "UPDATE identity_user SET role = 'teacher' WHERE id = %s", [student]
        )

    async def test_raises_for_a_superuser_only(self, config, student, owner_login):
        """
        The admin site names the superuser it acts for; nothing else raises anybody.
        """
        superuser = uuid7()
        with connect(owner_login) as owner:
            owner.execute(
                "INSERT INTO identity_user (id, password, role, email, display_name,"
                " is_active, is_staff, is_superuser)"
                " VALUES (%s, '', 'admin', 'root@example.org', '', true, true, true)",
                [superuser],
            )
        with connect(config.service_database) as service:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                self.raise_student(service, student)
            service.execute(
                "SELECT set_config('lamla.actor_id', %s, false)", [str(student)]
            )
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                self.raise_student(service, student)
            service.execute(
                "SELECT set_config('lamla.actor_id', %s, false)", [str(superuser)]
            )
            self.raise_student(service, student)
            role = service.execute(
                "SELECT role FROM identity_user WHERE id = %s", [student]
            ).fetchone()

        assert ("teacher",) == role


class TestMigrations:
    @pytest.mark.parametrize("role", [APP_ROLE, SERVICE_ROLE])
    async def test_their_record_is_the_owners(self, config, database, role):
        """
        No role that serves can make a migration look applied.
        """
        login = database if role == APP_ROLE else config.service_database
        with (
            connect(login) as connection,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            connection.execute("DELETE FROM django_migrations")
