"""A home and an output for every test of the launcher."""

import io
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.embedded.output import Output
from deploy.embedded.paths import Home


@pytest.fixture
def home() -> Iterator[Home]:
    """A home that PostgreSQL's account can reach, which pytest's tmp_path is not."""
    with tempfile.TemporaryDirectory(prefix="lamla-test-") as directory:
        Path(directory).chmod(0o755)
        home = Home(Path(directory) / "home")
        home.create()
        yield home


@pytest.fixture
def output(home: Home) -> Iterator[Output]:
    """An output that nobody sees; what was said is in the home's logs."""
    output = Output(home.logs, stream=io.StringIO())
    yield output
    output.close()


@pytest.fixture(autouse=True)
def no_inherited_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """A developer's own settings decide nothing here."""
    for name in os.environ:
        if name.startswith(("LAMLA_", "DB_")) or name == "DATABASE_URL":
            monkeypatch.delenv(name)
