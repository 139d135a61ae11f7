"""Deletes what the launcher made, and nothing else."""

import asyncio
import contextlib
import shutil
import sys
from pathlib import Path

import typer

from deploy.embedded.errors import StartError
from deploy.embedded.lock import held
from deploy.embedded.paths import Home
from deploy.embedded.pids import stop_leftovers


def clean(home: Home, *, ask: bool) -> None:
    """Deletes a home, and its data where they lie outside of it.

    Raises:
        StartError: the mesh runs, or the directory is not a home.
    """
    targets = [path for path in home.parts() if path.exists()]
    if not targets:
        sys.stdout.write(f"There is nothing in {home.root}.\n")
        return
    home.check_is_home()
    running = f"Lamla runs in {home.root} (pid {{pid}}). Stop it first."
    with held(home.lock, or_else=running):
        asyncio.run(stop_leftovers(home.run))
        listing = "".join(f"  {path}\n" for path in targets)
        sys.stdout.write(f"This deletes:\n{listing}")
        if ask and not typer.confirm(
            "All conversations and documents go with it. Continue?"
        ):
            raise StartError("Nothing was deleted.")
        for path in targets:
            _delete(path)
    # The lock's own directory went with the rest; what is empty now goes too.
    with contextlib.suppress(OSError):
        home.root.rmdir()
    _delete_unused_programs(home)
    sys.stdout.write("Deleted.\n")


def _delete_unused_programs(home: Home) -> None:
    """Deletes the copy of PostgreSQL that homes share, with the last of them."""
    shared = home.programs.parent
    with contextlib.suppress(OSError):
        if [home.programs] == list(shared.iterdir()):
            _delete(home.programs)
        shared.rmdir()


def _delete(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        try:
            shutil.rmtree(path)
        except PermissionError as error:
            raise StartError(
                f"{error.filename} belongs to another account; clean as the account"
                " that started Lamla."
            ) from error
    else:
        path.unlink(missing_ok=True)
