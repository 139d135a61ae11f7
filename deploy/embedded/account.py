"""The unprivileged account PostgreSQL runs under when the launcher is root.

PostgreSQL refuses to run as root. The account must exist already: the launcher adds
none to the machine.
"""

import os
import pwd
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from deploy.embedded.errors import StartError

_CANDIDATES = ("postgres", "nobody")


class Identity(TypedDict, total=False):
    """What a subprocess call takes to run under another account."""

    user: int
    group: int
    extra_groups: Sequence[int]


@dataclass(frozen=True)
class Account:
    """A user that a child process can be started as."""

    name: str
    uid: int
    gid: int

    def identity(self) -> Identity:
        return {"user": self.uid, "group": self.gid, "extra_groups": ()}

    def owns(self, path: Path) -> None:
        """Gives a file or directory to this account."""
        os.chown(path, self.uid, self.gid)

    def can_run(self, *command: str | Path) -> bool:
        """Whether this account can run a command, all of its libraries included."""
        try:
            result = subprocess.run(  # noqa: S603 - Our own command.
                [str(word) for word in command],
                capture_output=True,
                check=False,
                cwd="/",
                **self.identity(),
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
