"""The seam between grpc.aio and the ORM, over a real database."""

from __future__ import annotations

import threading
from uuid import UUID

import psycopg
import pytest
from django.db import connection
from lamla.errors.v1.error_reason_pb2 import ErrorReason

from mesh import deadlines
from mesh.errors import ServiceError
from mesh.ids import uuid7
from persistence import orm
from persistence.identity.models import User

pytestmark = pytest.mark.usefixtures("database")


def scalar(statement: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()[0]


def user_create(user_id: UUID) -> User:
    return User.objects.create(id=user_id, role="guest")


class TestRun:
    async def test_runs_as_the_runtime_role_in_another_thread(self):
        """
        Users' calls have the least privileged role, and never block the event loop.
        """

        def whoami() -> tuple[object, str]:
            return scalar("SELECT current_user"), threading.current_thread().name

        role, thread = await orm.run(whoami)

        assert "lamla_app" == role
        assert thread.startswith("orm")

    async def test_service_runs_as_the_service_role(self):
        """
        Work that spans owners has a role, and connections, of its own.
        """
        role = await orm.run(scalar, "SELECT current_user", using="service")

        assert "lamla_service" == role

    async def test_an_owner_sees_no_rows_but_its_own(self):
        """
        Row-level security hides other owners' rows from a query without any filter.
        """
        ann, bob = uuid7(), uuid7()
        await orm.run(user_create, ann, owner=ann)
        await orm.run(user_create, bob, owner=bob)

        seen = await orm.run(lambda: [u.id for u in User.objects.all()], owner=ann)
        nobody = await orm.run(User.objects.count)
        everybody = await orm.run(User.objects.count, using="service")

        assert [ann] == seen
        assert 0 == nobody
        assert 2 == everybody
