"""`make clean` deletes what the launcher made, and nothing else."""

from pathlib import Path

import pytest

from deploy.embedded.clean import clean
from deploy.embedded.errors import StartError
from deploy.embedded.lock import held
from deploy.embedded.paths import Home


@pytest.fixture(autouse=True)
def nothing_outside(home: Home, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What would lie under /var/lib lies beside the home."""
    outside = home.root.parent / "outside" / "0123"
    monkeypatch.setattr(Home, "outside", property(lambda _: outside))
    return outside


def test_all_state_goes(home: Home, nothing_outside: Path) -> None:
    """Also what had to lie outside of the home."""
    (home.secrets / "db-app").write_text("secret")
    nothing_outside.mkdir(parents=True)
    clean(home, ask=False)

    assert not home.root.exists()
    assert not nothing_outside.exists()


def test_a_file_of_somebody_elses_stays(home: Home) -> None:
    """Only what the launcher makes is deleted."""
    (home.root / "notes.txt").write_text("mine")
    clean(home, ask=False)

    assert ["notes.txt"] == [path.name for path in home.root.iterdir()]


def test_a_directory_that_is_no_home_is_refused(tmp_path: Path) -> None:
    """LAMLA_HOME=$HOME must not cost anybody their models."""
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "mine.gguf").write_text("mine")

    with pytest.raises(StartError, match="not a home of Lamla"):
        clean(Home(tmp_path), ask=False)
    with pytest.raises(StartError, match="not a home of Lamla"):
        Home(tmp_path).create()
    assert (tmp_path / "models" / "mine.gguf").exists()


def test_a_running_mesh_is_not_deleted(home: Home) -> None:
    """The message says who runs."""
    with (
        held(home.lock, or_else=""),
        pytest.raises(StartError, match=r"runs in .* \(pid \d+\)"),
    ):
        clean(home, ask=False)

    assert home.secrets.exists()


def test_an_answer_of_no_keeps_everything(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It asks, and takes no for an answer."""
    monkeypatch.setattr("typer.confirm", lambda _: False)

    with pytest.raises(StartError, match="Nothing was deleted"):
        clean(home, ask=True)
    assert home.secrets.exists()
