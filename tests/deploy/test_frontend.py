"""The page is built when its sources have changed, and only then."""

import json
from pathlib import Path

import pytest

from deploy.embedded import frontend as module
from deploy.embedded.errors import StartError
from deploy.embedded.frontend import Frontend, installed_as_locked
from deploy.embedded.node import Node, is_suitable
from deploy.embedded.output import Output

NPM = """#!/bin/sh
echo "$@" >>calls
[ "$1" = ci ] && exit 0
mkdir -p dist && cp src/main.ts dist/index.html
"""
LOCKED = {"packages": {"": {}, "node_modules/vite": {"version": "8.3.0"}}}


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout whose npm writes down what it was asked, and copies a file."""
    npm = tmp_path / "bin" / "npm"
    npm.parent.mkdir()
    npm.write_text(NPM)
    npm.chmod(0o755)
    monkeypatch.setattr(module, "find_node", lambda: Node(npm.parent, (npm,)))
    sources = tmp_path / "frontend" / "src"
    sources.mkdir(parents=True)
    (sources / "main.ts").write_text("first")
    (tmp_path / "frontend" / "package-lock.json").write_text(json.dumps(LOCKED))
    return tmp_path


def _calls(checkout: Path) -> list[str]:
    return (checkout / "frontend" / "calls").read_text().splitlines()


async def _build(checkout: Path, output: Output) -> str:
    page = Frontend(checkout, output)
    await page.start()
    await page.ready()
    (checkout / "frontend" / "calls").rename(checkout / "calls.last")
    return (page.directory / "index.html").read_text()


async def test_the_first_start_installs_and_builds(
    checkout: Path, output: Output
) -> None:
    """npm installs what is locked, then builds."""
    await Frontend(checkout, output).start()

    assert ["ci --no-audit --no-fund", "run build"] == _calls(checkout)


async def test_the_second_start_builds_nothing(checkout: Path, output: Output) -> None:
    """Nothing has changed, so npm is not even asked."""
    assert "first" == await _build(checkout, output)
    await Frontend(checkout, output).start()

    assert not (checkout / "frontend" / "calls").exists()


async def test_a_changed_source_is_built(checkout: Path, output: Output) -> None:
    """The page is never older than what it is made of."""
    await _build(checkout, output)
    (checkout / "frontend" / "src" / "main.ts").write_text("second")

    assert "second" == await _build(checkout, output)


async def test_a_failed_build_is_tried_again(checkout: Path, output: Output) -> None:
    """What failed is not remembered as done."""
    npm = checkout / "bin" / "npm"
    npm.write_text("#!/bin/sh\necho 'error TS2322'; exit 2\n")
    with pytest.raises(StartError, match="error TS2322"):
        await Frontend(checkout, output).start()
    npm.write_text(NPM)

    assert "first" == await _build(checkout, output)


def test_an_installation_of_another_version_is_noticed(checkout: Path) -> None:
    """node_modules must hold what the lock file says."""
    sources = checkout / "frontend"
    hidden = sources / "node_modules" / ".package-lock.json"
    hidden.parent.mkdir()
    hidden.write_text(json.dumps(LOCKED))
    before = installed_as_locked(sources)
    hidden.write_text(hidden.read_text().replace("8.3.0", "8.2.0"))

    assert [True, False] == [before, installed_as_locked(sources)]


@pytest.mark.parametrize(
    ("version", "suitable"),
    [
        ((20, 18), False),
        ((20, 19), True),
        ((21, 9), False),
        ((22, 12), True),
        ((24, 0), True),
        ((18, 20), False),
    ],
)
def test_an_old_node_is_not_used(version: tuple[int, int], suitable: bool) -> None:  # noqa: FBT001 - A table.
    """Vite's own bounds."""
    assert suitable == is_suitable(version)
