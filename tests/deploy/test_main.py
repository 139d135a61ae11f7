"""The launcher's command line."""

import os
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from deploy.embedded import assembly
from deploy.embedded.__main__ import app
from deploy.embedded.paths import Home
from deploy.embedded.wiring import read_settings

NO_FILE = ("--env-file", os.devnull)


def test_a_home_that_cannot_be_written_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Read-only, somebody else's or full: in words, and with what to set."""
    monkeypatch.setenv("LAMLA_HOME", "/sys/lamla")
    result = CliRunner().invoke(app, ["run", *NO_FILE])
    words = " ".join(result.output.split())

    assert 1 == result.exit_code
    assert "lamla: /sys/lamla cannot be written: " in words
    assert "set LAMLA_HOME to a directory elsewhere" in words


def test_what_follows_a_commands_name_is_the_commands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`manage seed_database --help` tells of the seeds."""
    ran: list[Any] = []
    monkeypatch.setenv("LAMLA_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(assembly, "owner", lambda _: {})
    monkeypatch.setattr(os, "execve", lambda *call: ran.append(call))
    CliRunner().invoke(app, ["manage", *NO_FILE, "seed_database", "--help"])
    [(_, command, _)] = ran

    assert ["seed_database", "--help"] == command[2:]


def test_commands_get_what_a_new_superuser_needs(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`createsuperuser --noinput` takes a password from the environment only."""
    monkeypatch.setenv("LAMLA_HOME", str(home.root))
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "correct horse")
    monkeypatch.setenv("SOMEBODYS_SECRET", "battery")
    environment = assembly.owner(read_settings())

    assert "correct horse" == environment["DJANGO_SUPERUSER_PASSWORD"]
    assert "SOMEBODYS_SECRET" not in environment
