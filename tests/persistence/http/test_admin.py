"""The admin site, as a person's browser reaches it through Envoy."""

from __future__ import annotations

import re

import psycopg
import pytest

from mesh.ids import uuid7
from persistence import orm
from persistence.identity.models import User
from tests.persistence.conftest import as_owner_run

PASSWORD = "correct horse battery"
FORWARDED = {
    "host": "localhost:8080",
    "origin": "http://localhost:8080",
    "x-forwarded-proto": "http",
}
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


@pytest.fixture
def superuser(database):  # noqa: ARG001 - For its effect.
    """An account that may do everything."""
    return as_owner_run(
        lambda: User.objects.create_superuser("root@example.org", PASSWORD)
    )


async def form(envoy, path: str) -> str:
    """Gets a page and returns its CSRF token."""
    async with envoy.get(path, headers=FORWARDED) as response:
        assert 200 == response.status
        return TOKEN.search(await response.text())[1]


async def sign_in(envoy, password: str = PASSWORD) -> int:
    token = await form(envoy, "/admin/login/")
    fields = {
        "username": "Root@example.org",
        "password": password,
        "csrfmiddlewaretoken": token,
        "next": "/admin/",
    }
    async with envoy.post(
        "/admin/login/", data=fields, headers=FORWARDED, allow_redirects=False
    ) as response:
        return response.status


class TestAdmin:
    @pytest.mark.parity("A76")
    async def test_a_superuser_signs_in(self, envoy, superuser):
        """
        Login works behind Envoy, and the index shows what is stored.
        """
        status = await sign_in(envoy)
        async with envoy.get("/admin/", headers=FORWARDED) as response:
            page = await response.text()

        assert 302 == status
        assert "Identity" in page

    async def test_a_wrong_password_does_not(self, envoy, superuser):
        """
        The form comes back.
        """
        assert 200 == await sign_in(envoy, "wrong password")

    async def test_it_shows_every_owners_rows(self, envoy, superuser):
        """
        The admin site is the one place that spans owners for a person.
        """
        guest = uuid7()
        await orm.run(lambda: User.objects.create(id=guest, role="guest"), owner=guest)
        await sign_in(envoy)
        async with envoy.get("/admin/identity/user/", headers=FORWARDED) as response:
            page = await response.text()

        assert str(guest) in page

    @pytest.mark.parity("A43")
    async def test_a_superuser_raises_somebody(self, envoy, superuser):
        """
        Roles are given here, by a superuser; the database's trigger lets it pass.
        """
        student = uuid7()

        def create() -> None:
            User.objects.create(id=student, email="ann@example.org", role="student")

        await orm.run(create, owner=student)
        await sign_in(envoy)
        path = f"/admin/identity/user/{student}/change/"
        fields = {
            "csrfmiddlewaretoken": await form(envoy, path),
            "email": "ann@example.org",
            "role": "teacher",
            "is_active": "on",
        }
        async with envoy.post(
            path, data=fields, headers=FORWARDED, allow_redirects=False
        ) as response:
            status = response.status
        user = await orm.run(User.objects.get, id=student, using="service")

        assert 302 == status
        assert "teacher" == user.role

    async def test_another_origin_is_refused(self, envoy, superuser):
        """
        A form that another site sends has no effect.
        """
        token = await form(envoy, "/admin/login/")
        headers = FORWARDED | {"origin": "https://evil.example"}
        fields = {"username": "x", "password": "y", "csrfmiddlewaretoken": token}
        async with envoy.post("/admin/login/", data=fields, headers=headers) as answer:
            pass

        assert 403 == answer.status

    async def test_an_unknown_host_is_refused(self, envoy, database):
        """
        ALLOWED_HOSTS holds.
        """
        headers = FORWARDED | {"host": "evil.example"}
        async with envoy.get("/admin/login/", headers=headers) as response:
            pass

        assert 400 == response.status

    async def test_style_sheets_are_served(self, envoy, database):
        """
        The page is not naked, and no database is asked for it.
        """
        async with envoy.get("/admin/static/admin/css/base.css") as response:
            body = await response.text()
        headers = {"if-none-match": response.headers["etag"]}
        async with envoy.get(
            "/admin/static/admin/css/base.css", headers=headers
        ) as again:
            pass

        assert "text/css" in response.headers["content-type"]
        assert "body" in body
        assert 304 == again.status

    async def test_requests_leave_no_connection_behind(self, envoy, superuser, server):
        """
        Threads, and so connections, are bounded and handed back.
        """
        for _ in range(8):
            await form(envoy, "/admin/login/")
        await sign_in(envoy)
        with psycopg.connect(server.url()) as connection:
            count = connection.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE usename = 'lamla_service'"
            ).fetchone()[0]

        assert count <= 2 + 8 + 2  # Pool, service threads of earlier tests, probes.
