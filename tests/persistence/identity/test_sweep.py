"""What has expired is deleted, by one process at a time, and nothing else is."""

from __future__ import annotations

from datetime import timedelta

import psycopg
import pytest
from django.utils import timezone

from mesh.ids import uuid7
from persistence import orm
from persistence.identity import services, sweep
from persistence.identity.models import RefreshToken, Session, User
from persistence.periodic import Periodic

pytestmark = pytest.mark.usefixtures("database")

SWEEP = Periodic("identity-sweep", sweep.expired_delete, 1)

SLOW = """
CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql
    AS $$ BEGIN PERFORM pg_sleep(1.2); RETURN OLD; END $$;
CREATE TRIGGER slow BEFORE DELETE ON identity_user
    FOR EACH ROW EXECUTE FUNCTION slow()
"""


async def guest():
    user_id = uuid7()
    return await orm.run(services.guest_create, user_id=user_id, owner=user_id)


async def age(session_id, **changes) -> None:
    def update() -> None:
        Session.objects.filter(id=session_id).update(**changes)

    await orm.run(update, using="service")


async def counts() -> tuple[int, int, int]:
    def count() -> tuple[int, int, int]:
        return (
            User.objects.count(),
            Session.objects.count(),
            RefreshToken.objects.count(),
        )

    return await orm.run(count, using="service")


class TestSweep:
    async def test_a_guest_goes_with_its_last_session(self):
        """
        A guest's conversations live as long as its session, and so does the guest.
        """
        stays, goes = await guest(), await guest()
        await age(goes.session_id, expire_time=timezone.now() - timedelta(days=2))

        await SWEEP.once()
        left = await orm.run(lambda: User.objects.get().id, using="service")

        assert stays.user.id == left
        assert (1, 1, 1) == await counts()

    async def test_an_account_stays_without_a_session(self):
        """
        Only its sessions go.
        """
        user_id = uuid7()
        account = await orm.run(
            services.account_create,
            user_id=user_id,
            email="ann@example.org",
            password_hash="!",
            display_name="",
            owner=user_id,
        )
        await age(account.session_id, end_time=timezone.now() - timedelta(days=2))

        await SWEEP.once()

        assert (1, 0, 0) == await counts()

    async def test_a_session_that_has_just_ended_is_kept(self):
        """
        Who comes with one of its tokens is told that it has ended.
        """
        ended = await guest()
        await age(ended.session_id, end_time=timezone.now())

        await SWEEP.once()

        assert (1, 1, 1) == await counts()

    async def test_a_backlog_is_worked_off_in_batches(self, monkeypatch):
        """
        Short transactions, repeated until there is nothing more.
        """
        monkeypatch.setattr(sweep, "BATCH", 2)
        for _ in range(5):
            goes = await guest()
            await age(goes.session_id, expire_time=timezone.now() - timedelta(days=2))

        await SWEEP.once()

        assert (0, 0, 0) == await counts()

    async def test_a_guest_with_much_to_delete_does_not_stop_it(
        self, server, monkeypatch
    ):
        """
        It may take longer than a user would wait: it would be tried in vain for ever.
        """
        monkeypatch.setattr(orm, "STATEMENT_MILLISECONDS", 1_000)
        goes = await guest()
        await age(goes.session_id, expire_time=timezone.now() - timedelta(days=2))
        with psycopg.connect(server.url("lamla_test"), autocommit=True) as superuser:
            superuser.execute(SLOW)
            try:
                await SWEEP.once()
            finally:
                superuser.execute("DROP FUNCTION slow CASCADE")

        assert (0, 0, 0) == await counts()

    async def test_one_process_at_a_time(self, config):
        """
        While another process has the lock, this one leaves it to it.
        """
        goes = await guest()
        await age(goes.session_id, expire_time=timezone.now() - timedelta(days=2))
        with psycopg.connect(**config.service_database.connection()) as other:
            other.execute(
                "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))",
                ["lamla:identity-sweep"],
            )
            await SWEEP.once()
            while_locked = await counts()
        await SWEEP.once()

        assert (1, 1, 1) == while_locked
        assert (0, 0, 0) == await counts()
