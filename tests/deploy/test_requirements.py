"""The locked requirements: hashed, without addresses, with and without tools."""

from __future__ import annotations

import json
import re
import tomllib

import pytest

from deploy.embedded.paths import CHECKOUT

LOCKS = sorted((CHECKOUT / "requirements").glob("*.txt"))
PINNED = re.compile(r"^([a-zA-Z0-9._-]+)==(\S+)", re.MULTILINE)


def pins(name: str) -> set[tuple[str, str]]:
    """Returns name and version of everything locked in a file."""
    return set(PINNED.findall((CHECKOUT / "requirements" / f"{name}.txt").read_text()))


@pytest.mark.parity("A107")
@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_every_package_is_locked_by_hash(lock):
    """
    What is installed is what was locked, from whatever index it comes.
    """
    text = lock.read_text()
    entries = [line for line in text.splitlines() if PINNED.match(line)]

    assert entries
    assert all(entry.endswith("\\") for entry in entries)
    assert len(entries) <= text.count("--hash=sha256:")
    assert not re.search(r"^--|https?://", text, re.MULTILINE)


def test_tools_are_added_to_what_runs_and_change_nothing_of_it():
    """
    Tests run on the versions that are shipped.
    """
    assert pins("runtime") <= pins("dev")


def test_every_declared_dependency_is_locked():
    """
    `make lock` was not forgotten.
    """
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())
    declared = {
        re.split(r"[\[<>=]", dependency)[0].lower()
        for dependency in project["project"]["dependencies"]
    }

    assert declared <= {name.lower() for name, _ in pins("runtime")}


def test_the_pages_lock_names_no_registry():
    """
    A lock without addresses installs from any registry, for every platform.
    """
    lock = json.loads((CHECKOUT / "frontend" / "package-lock.json").read_text())
    packages = lock["packages"]
    optional = {
        name
        for package in packages.values()
        for name in package.get("optionalDependencies", {})
    }

    assert [] == [name for name, package in packages.items() if "resolved" in package]
    assert set() == {
        name
        for name in optional
        if not any(path.endswith(f"node_modules/{name}") for path in packages)
    }
