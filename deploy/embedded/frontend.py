"""Builds the page when what it is made of has changed."""

import asyncio
import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path

from deploy.embedded.errors import StartError
from deploy.embedded.node import Node, find_node
from deploy.embedded.output import Output
from deploy.embedded.process import ALL_LINES, Program, run_to_end

_NAME = "frontend"
_NOT_SOURCES = {"node_modules", "dist"}
_NOT_IN_THE_PAGE = (".test.ts", ".test.tsx", ".tsbuildinfo")


class BuiltPage:
    """A page that somebody else has built."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    async def start(self) -> None:
        """There is nothing to do."""

    async def ready(self) -> None:
        """Checks that there is a page.

        Raises:
            StartError: there is none.
        """
        _check_page(self.directory)

    async def stop(self, grace: float) -> None:
        """Nothing runs on."""


class Frontend:
    """The built page of one checkout, shared by all homes that run from it."""

    def __init__(self, checkout: Path, output: Output) -> None:
        self._sources = checkout / "frontend"
        self._record = checkout / "build" / "frontend.sha256"
        self._lock = checkout / "build" / "frontend.lock"
        self._output = output

    @property
    def directory(self) -> Path:
        """What Envoy serves."""
        return self._sources / "dist"

    async def start(self) -> None:
        """Builds, unless what is built is current.

        Raises:
            StartError: there is no Node.js, or the build fails.
        """
        self._record.parent.mkdir(exist_ok=True)
        with self._lock.open("w") as lock:
            # Two homes of one checkout may start at the same time.
            await asyncio.to_thread(fcntl.flock, lock, fcntl.LOCK_EX)
            digest = await asyncio.to_thread(digest_of, self._sources)
            if self._is_current(digest):
                self._output.detail("The page is current.")
                return
            await self._build()
            self._record.write_text(digest)

    async def ready(self) -> None:
        """Checks that there is a page.

        Raises:
            StartError: the build left none.
        """
        _check_page(self.directory)

    async def stop(self, grace: float) -> None:
        """Nothing runs on after the build."""

    def _is_current(self, digest: str) -> bool:
        built = (self.directory / "index.html").is_file()
        return built and self._record.is_file() and self._record.read_text() == digest

    async def _build(self) -> None:
        self._output.say("Building the page")
        self._record.unlink(missing_ok=True)
        node = find_node()
        inherited_path = os.environ.get("PATH", os.defpath)
        path = os.pathsep.join((str(node.directory), inherited_path))
        inherited = {
            name: value
            for name, value in os.environ.items()
            if name.lower().endswith("_proxy")
            or name in {"HOME", "LANG", "TMPDIR", "NODE_EXTRA_CA_CERTS"}
            or name.lower().startswith("npm_config_")
        }
        environment = inherited | {"PATH": path, "NO_COLOR": "1", "CI": "1"}
        if not installed_as_locked(self._sources):
            await self._npm(node, environment, "ci", "--no-audit", "--no-fund")
        await self._npm(node, environment, "run", "build")

    async def _npm(self, node: Node, environment: dict[str, str], *words: str) -> None:
        program = Program(
            name=_NAME,
            command=[*node.npm, *words],
            environment=environment,
            directory=self._sources,
            noise=ALL_LINES,
        )
        await run_to_end(program, self._output)


def digest_of(sources: Path) -> str:
    """A digest of every file the page is built from."""
    digest = hashlib.sha256()
    for path in _files(sources):
        digest.update(f"{path.relative_to(sources)}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def installed_as_locked(sources: Path) -> bool:
    """Whether node_modules holds what package-lock.json says.

    npm writes what it installed to a lock file of its own, and only at the end.
    """
    try:
        locked = json.loads((sources / "package-lock.json").read_text())["packages"]
        hidden = sources / "node_modules" / ".package-lock.json"
        installed = json.loads(hidden.read_text())["packages"]
    except (OSError, ValueError, KeyError):
        return False
    needed = {
        name: package
        for name, package in locked.items()
        # Optional packages are mostly other machines' binaries.
        if name and not package.get("optional")
    }
    return all(
        name in installed and installed[name].get("version") == package.get("version")
        for name, package in needed.items()
    ) and all(
        name in locked and locked[name].get("version") == package.get("version")
        for name, package in installed.items()
    )


def _check_page(directory: Path) -> None:
    if not (directory / "index.html").is_file():
        raise StartError(f"There is no index.html in {directory}.")


def _files(directory: Path) -> Iterator[Path]:
    for path in sorted(directory.iterdir()):
        if path.name in _NOT_SOURCES or path.name.endswith(_NOT_IN_THE_PAGE):
            continue
        if path.is_dir():
            yield from _files(path)
        elif path.is_file():
            yield path
