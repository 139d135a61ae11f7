"""One at a time: launchers of a home, changes of its authority."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.embedded.errors import StartError


@contextmanager
def held(path: Path, *, or_else: str) -> Iterator[None]:
    """Holds the lock of a home; the kernel lets go of it however this process ends.

    Args:
        path: the lock's file; it holds the pid of who has it.
        or_else: what to say when somebody else has it; `{pid}` is theirs.

    Raises:
        StartError: another process holds it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            pid = file.read().strip() or "unknown"
            raise StartError(or_else.format(pid=pid)) from None
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield
        file.truncate(0)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Waits for the lock of a file, for what takes milliseconds to seconds."""
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
