"""Settings come from the environment; all that is wrong with them is said at once."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import Field, SecretStr, ValidationError, model_validator
from pydantic_settings import SettingsConfigDict

from mesh.settings import (
    CommaSeparated,
    Environment,
    PeerSettings,
    SettingsError,
    load,
    unknown_variables,
    variables,
)


class ExampleSettings(PeerSettings):
    """A service's settings with a field of each kind."""

    model_config = SettingsConfigDict(env_prefix="LAMLA_EXAMPLE_")

    listen: str = Field(default="127.0.0.1:1", description="Where it listens.")
    turns: int = Field(default=3, ge=1, description="How many turns, at least 1.")
    hosts: CommaSeparated = Field(default=("a", "b"), description="Hosts.")
    key: SecretStr = Field(description="The key.")
    spare_key: SecretStr | None = Field(default=None, description="Another key.")
    database_url: str | None = Field(
        default=None, validation_alias="DATABASE_URL", description="The database."
    )

    @model_validator(mode="after")
    def _refuse_unsafe(self) -> ExampleSettings:
        if self.environment is Environment.PRODUCTION and self.turns > 10:
            raise ValueError("LAMLA_EXAMPLE_TURNS: at most 10 in production")
        return self


@pytest.fixture
def environment(monkeypatch):
    """Sets variables for one test; what is required is set."""

    def set_(**values):
        for name, value in values.items():
            monkeypatch.setenv(name, str(value))

    set_(LAMLA_EXAMPLE_KEY="s3cret")
    return set_


def problems():
    """Returns what `load` complains about."""
    with pytest.raises(SettingsError) as caught:
        load(ExampleSettings)
    return caught.value.problems


class TestLoad:
    def test_defaults(self, environment):
        """
        Only what has no sensible default must be set.
        """
        settings = load(ExampleSettings)

        assert Environment.DEVELOPMENT == settings.environment
        assert ("127.0.0.1:1", 3, ("a", "b")) == (
            settings.listen,
            settings.turns,
            settings.hosts,
        )

    def test_variables_decide(self, environment):
        """
        A field is read from its prefixed name, or from the exact one it declares.
        """
        environment(
            LAMLA_EXAMPLE_TURNS=5,
            LAMLA_EXAMPLE_HOSTS="x, y,,z",
            DATABASE_URL="postgresql://",
            ENVIRONMENT="test",
            LAMLA_REFLECTION="false",
        )
        settings = load(ExampleSettings)

        assert (5, ("x", "y", "z"), "postgresql://", "test", False) == (
            settings.turns,
            settings.hosts,
            settings.database_url,
            settings.environment,
            settings.reflection,
        )

    def test_empty_is_unset(self, environment):
        """
        Compose files pass on variables that nobody set, as empty ones.
        """
        environment(LAMLA_EXAMPLE_TURNS="", DATABASE_URL="")

        settings = load(ExampleSettings)

        assert (3, None) == (settings.turns, settings.database_url)

    def test_tests_construct_by_field_name(self):
        """
        Code that has the values at hand needs no environment.
        """
        settings = ExampleSettings(
            key=SecretStr("x"), certs_dir=Path("here"), database_url="there"
        )

        assert (Path("here"), "there") == (settings.certs_dir, settings.database_url)

    def test_cannot_be_changed(self, environment):
        """
        What was read at the start holds until the end.
        """
        with pytest.raises(ValidationError):
            load(ExampleSettings).turns = 4

    def test_secrets_do_not_show(self, environment):
        """
        Settings that are printed give nothing away.
        """
        assert "s3cret" not in repr(load(ExampleSettings))


class TestFiles:
    @pytest.fixture
    def file(self, tmp_path):
        """A file with a secret, as editors and secret stores write it."""
        path = tmp_path / "key"
        path.write_text("from-file\n")
        return path

    def test_secret_from_a_file(self, environment, monkeypatch, file):
        """
        `<NAME>_FILE` names the file; the newline at its end is not part of it.
        """
        monkeypatch.delenv("LAMLA_EXAMPLE_KEY")
        environment(LAMLA_EXAMPLE_KEY_FILE=file, LAMLA_EXAMPLE_SPARE_KEY_FILE=file)

        settings = load(ExampleSettings)

        assert "from-file" == settings.key.get_secret_value()
        assert "from-file" == settings.spare_key.get_secret_value()

    def test_set_twice_is_refused(self, environment, file):
        """
        Nobody has to guess which of the two counts.
        """
        environment(LAMLA_EXAMPLE_KEY_FILE=file)

        assert [
            "LAMLA_EXAMPLE_KEY: set twice, also by LAMLA_EXAMPLE_KEY_FILE"
        ] == problems()

    def test_unreadable_file_is_named(self, environment, monkeypatch, tmp_path):
        """
        A file that is not there is the one problem, not also a missing variable.
        """
        monkeypatch.delenv("LAMLA_EXAMPLE_KEY")
        environment(LAMLA_EXAMPLE_KEY_FILE=tmp_path / "gone")

        (problem,) = problems()
        assert problem == (
            f"LAMLA_EXAMPLE_KEY_FILE: cannot read {tmp_path / 'gone'}: "
            "No such file or directory"
        )

    def test_only_secrets_come_from_files(self, environment, file):
        """
        A `_FILE` variable that nothing reads is unknown.
        """
        environment(LAMLA_EXAMPLE_LISTEN_FILE=file)

        assert problems()[0].startswith("LAMLA_EXAMPLE_LISTEN_FILE: unknown")


class TestProblems:
    def test_all_at_once_by_variable(self, environment, monkeypatch):
        """
        An operator fixes everything in one round, reading names that can be set.
        """
        monkeypatch.delenv("LAMLA_EXAMPLE_KEY")
        environment(
            LAMLA_EXAMPLE_TURNS="many",
            LAMLA_EXAMPLE_LISTN="x",
            ENVIRONMENT="moon",
            LAMLA_DRAIN_SECONDS="-1",
        )

        assert [
            "ENVIRONMENT: not one of development, staging, production, test",
            "LAMLA_DRAIN_SECONDS: must be greater than or equal to 0",
            "LAMLA_EXAMPLE_KEY: required. The key.",
            "LAMLA_EXAMPLE_LISTN: unknown; the nearest is LAMLA_EXAMPLE_LISTEN",
            "LAMLA_EXAMPLE_TURNS: not a whole number",
        ] == problems()

    def test_rules_over_several_fields(self, environment):
        """
        What a service refuses by itself is said like the rest.
        """
        environment(ENVIRONMENT="production", LAMLA_EXAMPLE_TURNS="11")

        assert ["LAMLA_EXAMPLE_TURNS: at most 10 in production"] == problems()

    def test_a_slip_in_a_shared_name_is_found(self, environment):
        """
        Reflection stays on for nobody because of a missing letter.
        """
        environment(LAMLA_REFLECTON="false")

        assert ["LAMLA_REFLECTON: unknown; the nearest is LAMLA_REFLECTION"] == (
            problems()
        )

    def test_other_services_variables_are_theirs(self, environment):
        """
        One environment can hold the settings of all services.
        """
        environment(LAMLA_OTHER_LISTEN="x", LAMLA_PORT="1")

        assert load(ExampleSettings)

    def test_the_launcher_knows_them_all(self, environment):
        """
        With all classes at hand, every unknown variable of the family is refused.
        """
        environment(LAMLA_OTHER_LISTEN="x")

        assert ["LAMLA_OTHER_LISTEN: unknown; the nearest is LAMLA_EXAMPLE_LISTEN"] == (
            unknown_variables(ExampleSettings, PeerSettings, prefix="LAMLA_")
        )

    def test_is_printed_readably(self, environment):
        """
        One heading, one indented line per problem.
        """
        environment(LAMLA_EXAMPLE_TURNS="0")

        with pytest.raises(SettingsError) as caught:
            load(ExampleSettings)

        assert (
            "The settings cannot be used:\n"
            "  LAMLA_EXAMPLE_TURNS: must be greater than or equal to 1"
        ) == str(caught.value)

    def test_values_are_not_repeated(self, environment):
        """
        A secret in the wrong variable does not end up on a terminal.
        """
        environment(LAMLA_EXAMPLE_TURNS="s3cret-in-the-wrong-place")

        assert "s3cret" not in str(problems())


class TestVariables:
    def test_document_each_field(self):
        """
        `.env.example` and the README's table are made from the class alone.
        """
        documented = {
            v.name: (v.type, v.default, v.description, v.secret)
            for v in variables(ExampleSettings)
            if v.name not in {w.name for w in variables(PeerSettings)}
        }

        assert {
            "LAMLA_EXAMPLE_LISTEN": ("text", "127.0.0.1:1", "Where it listens.", False),
            "LAMLA_EXAMPLE_TURNS": (
                "whole number",
                "3",
                "How many turns, at least 1.",
                False,
            ),
            "LAMLA_EXAMPLE_HOSTS": ("comma-separated list", "a,b", "Hosts.", False),
            "LAMLA_EXAMPLE_KEY": ("secret", None, "The key.", True),
            "LAMLA_EXAMPLE_SPARE_KEY": ("secret", "", "Another key.", True),
            "DATABASE_URL": ("text", "", "The database.", False),
        } == documented

    def test_every_shared_variable_is_described(self):
        """
        A field without a description would be an empty line in `.env.example`.
        """
        shared = {v.name: v for v in variables(PeerSettings)}

        assert all(v.description for v in shared.values())
        assert "one of development, staging, production, test" == (
            shared["ENVIRONMENT"].type
        )
        assert ("true or false", "true") == (
            shared["LAMLA_REFLECTION"].type,
            shared["LAMLA_REFLECTION"].default,
        )
        assert ("path", "number") == (
            shared["LAMLA_CERTS_DIR"].type,
            shared["LAMLA_DRAIN_SECONDS"].type,
        )
