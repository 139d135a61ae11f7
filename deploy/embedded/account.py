"""The unprivileged account PostgreSQL runs under when the launcher is root.

PostgreSQL refuses to run as root. The account must exist already: the launcher adds
none to the machine.
"""

import os
import pwd
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from deploy.embedded.errors import StartError

_CANDIDATES = ("postgres", "nobody")
_CHILD = Path(__file__).with_name("child.py")


@dataclass(frozen=True)
class Account:
    """A user that a child process can be started as."""

    name: str
    uid: int
    gid: int

    @classmethod
    def own(cls) -> Self:
        """The account of this process."""
        return cls("", os.geteuid(), os.getegid())

    def becoming(
        self, *command: str | Path, stop_signal: int = signal.SIGKILL
    ) -> list[str]:
        """The words that run a command as this account until the launcher ends.

        Nothing happens between fork and exec but by a program of its own: the launcher
        has threads of gRPC's, whose fork handlers abort in the child now and then.
        """
        how = (os.getpid(), int(stop_signal), self.uid, self.gid)
        return [sys.executable, "-I", "-S", str(_CHILD), *map(str, (*how, *command))]

    def owns(self, path: Path) -> None:
        """Gives a file or directory to this account."""
        os.chown(path, self.uid, self.gid)

    def can_run(self, *command: str | Path) -> bool:
        """Whether this account can run a command, all of its libraries included."""
        try:
            result = subprocess.run(  # noqa: S603 - Our own command.
                self.becoming(*command), capture_output=True, check=False, cwd="/"
            )
        except OSError:
            return False
        return result.returncode == 0

    def can_write(self, directory: Path) -> bool:
        return self.can_run("/bin/sh", "-c", 'test -w "$0" && test -x "$0"', directory)


def unprivileged() -> Account | None:
    """The account to drop to; `None` when this process is not root already.

    Raises:
        StartError: this machine has none of the known unprivileged accounts.
    """
    if os.geteuid() != 0:
        return None
    for name in _CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name, entry.pw_uid, entry.pw_gid)
    raise StartError(
        "PostgreSQL does not run as root, and this machine has neither an account"
        " named postgres nor one named nobody. Start the launcher as another user."
    )
