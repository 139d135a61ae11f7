"""What the environment may say, and what is refused before anything starts."""

from __future__ import annotations

import pytest

from mesh.settings import SettingsError, load
from persistence import database
from persistence.config import PersistenceSettings

POOLS = (
    "orm_threads",
    "service_threads",
    "pool_size",
    "search_pool_size",
    "http_threads",
)
SECRET = "k3Yw9-Qz" * 8
GOOD = {
    "ENVIRONMENT": "production",
    "SECRET_KEY": SECRET,
    "ALLOWED_HOSTS": "lamla.example",
    "DB_PASSWORD": "a-long-password-of-its-own",
    "DB_SERVICE_PASSWORD": "another-long-password",
}


@pytest.fixture
def environment(monkeypatch):
    """Sets variables and loads the settings; None unsets one."""

    def set_and_load(**variables: str | None) -> PersistenceSettings:
        for name, value in variables.items():
            if value is None:
                monkeypatch.delenv(name, raising=False)
            else:
                monkeypatch.setenv(name, value)
        return load(PersistenceSettings)

    return set_and_load


class TestEnvironments:
    @pytest.mark.parity("A94")
    @pytest.mark.parametrize("name", ["development", "staging", "test"])
    def test_begin_without_any_variable(self, environment, name):
        """
        Nothing has to be set until it matters.
        """
        settings = environment(ENVIRONMENT=name)

        assert name == settings.environment
        assert not settings.debug

    @pytest.mark.parity("A94")
    def test_production_with_all_it_needs(self, environment):
        """
        What production demands can be given.
        """
        assert "production" == environment(**GOOD).environment

    @pytest.mark.parity("A94")
    @pytest.mark.parametrize(
        ("variable", "value", "problem"),
        [
            ("DEBUG", "true", "DEBUG: refused in production"),
            ("SECRET_KEY", None, "SECRET_KEY: required in production"),
            ("SECRET_KEY", "django-insecure-" + SECRET, "SECRET_KEY: required"),
            ("SECRET_KEY", "short", "SECRET_KEY: too short"),
            ("SECRET_KEY", "a" * 60, "SECRET_KEY: too short"),
            ("ALLOWED_HOSTS", None, "ALLOWED_HOSTS: required in production"),
            ("ALLOWED_HOSTS", "*", "ALLOWED_HOSTS: * is refused"),
            ("CSRF_TRUSTED_ORIGINS", "https://*", "CSRF_TRUSTED_ORIGINS: * is refused"),
            ("DB_PASSWORD", "postgres", "DB_PASSWORD: a known default password"),
            ("DB_PASSWORD", "lamla", "DB_PASSWORD: a known default password"),
            ("DB_PASSWORD", "short", "DB_PASSWORD: too short"),
            ("DB_PASSWORD", None, "DB_PASSWORD: required in production"),
            ("DB_SERVICE_PASSWORD", None, "DB_SERVICE_PASSWORD: required"),
            (
                "DATABASE_URL",
                "postgresql://lamla_app:postgres@db/lamla",
                "a known default password",
            ),
        ],
    )
    def test_production_refuses_what_is_unsafe(
        self, environment, variable, value, problem
    ):
        """
        Each problem names its variable; the process does not start.
        """
        with pytest.raises(SettingsError) as caught:
            environment(**{**GOOD, variable: value})

        assert problem.lower() in str(caught.value).lower()

    @pytest.mark.parity("A94")
    def test_all_problems_at_once(self, environment):
        """
        One start tells all there is to put right.
        """
        with pytest.raises(SettingsError) as caught:
            environment(ENVIRONMENT="production", DEBUG="true", DB_PASSWORD="postgres")

        told = {problem.partition(":")[0] for problem in caught.value.problems}
        assert set(GOOD) - {"ENVIRONMENT"} | {"DEBUG"} == told

    def test_an_unknown_variable_is_refused(self, environment):
        """
        A slip of the pen is named, with the nearest that there is.
        """
        with pytest.raises(SettingsError, match="LAMLA_PERSISTENCE_ORM_THREADS"):
            environment(LAMLA_PERSISTENCE_ORM_THREAD="4")


class TestDatabase:
    @pytest.mark.parity("A96")
    def test_as_a_url(self, environment):
        """
        One variable says it all; what is not ASCII is percent-encoded.
        """
        settings = environment(
            DATABASE_URL="postgresql://app:p%40ss@db.example:6432/tutor"
            "?sslmode=verify-full&sslrootcert=/etc/ca.crt"
        )
        login = settings.app_database

        assert ("db.example", 6432, "tutor", "app", "p@ss") == (
            login.host,
            login.port,
            login.name,
            login.user,
            login.password,
        )
        assert {
            "sslmode": "verify-full",
            "sslrootcert": "/etc/ca.crt",
        }.items() <= login.django()["OPTIONS"].items()

    @pytest.mark.parity("A96")
    def test_as_single_variables(self, environment):
        """
        The older DB_* variables work as well, for all three roles.
        """
        settings = environment(
            DB_HOST="db.example",
            DB_PORT="6432",
            DB_NAME="tutor",
            DB_PASSWORD="one",
            DB_SERVICE_PASSWORD="two",
            DB_OWNER_PASSWORD="three",
        )

        assert settings.owner_database is not None
        assert ["lamla_app", "lamla_service", "lamla_owner"] == [
            login.user
            for login in (
                settings.app_database,
                settings.service_database,
                settings.owner_database,
            )
        ]
        assert "db.example" == settings.service_database.host

    @pytest.mark.parity("A96")
    @pytest.mark.parametrize(
        "url",
        [
            "sqlite:///db.sqlite3",
            "sqlite://",
            "mysql://root:secret@db/lamla",
            "postgresql://db/lamla",
            "postgresql://app:secret@db",
            "postgresql://app:secret@db/lamla?nonsense=1",
        ],
    )
    def test_anything_but_postgresql_is_refused(self, environment, url):
        """
        SQLite has neither row-level security nor locks; the URL is not repeated.
        """
        with pytest.raises(SettingsError, match="DATABASE_URL: ") as caught:
            environment(DATABASE_URL=url)

        assert "secret" not in str(caught.value)

    @pytest.mark.parity("A102")
    def test_secrets_come_from_files(self, environment, tmp_path):
        """
        `<NAME>_FILE` for each secret, without the line's end.
        """
        (tmp_path / "password").write_text("from a file\n")
        settings = environment(DB_PASSWORD_FILE=str(tmp_path / "password"))

        assert "from a file" == settings.app_database.password
        assert "from a file" not in repr(settings)
        assert "from a file" not in repr(settings.app_database)


class TestPools:
    @pytest.mark.parity("A42")
    def test_add_up_to_less_than_the_limit(self, environment):
        """
        By default all pools of a process together stay below 50 connections.
        """
        s = environment()
        total = sum(getattr(s, name) for name in POOLS) + database.INGEST_CONNECTIONS

        assert total < 50

    @pytest.mark.parity("A42")
    @pytest.mark.parametrize(
        "variables",
        [
            {"LAMLA_PERSISTENCE_ORM_THREADS": "29"},
            {"LAMLA_PERSISTENCE_POOL_SIZE": "20"},
            {"LAMLA_PERSISTENCE_REPLICAS": "3"},
        ],
    )
    def test_more_than_the_roles_may_have_is_refused(self, environment, variables):
        """
        By construction: the app never meets the limit under load.
        """
        with pytest.raises(SettingsError, match="connections in all replicas"):
            environment(**variables)
