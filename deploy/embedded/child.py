"""Becomes another program that dies with the launcher, however the launcher dies.

    python -I -S child.py PARENT SIGNAL UID GID COMMAND…

A script of its own, and not a function between fork and exec: the launcher has threads
of gRPC's, whose fork handlers abort in the child now and then.
"""

import ctypes
import os
import sys

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True)


def main() -> None:
    """Gives up rights, ties its life to its parent's, and becomes the command."""
    parent, signal, uid, gid = map(int, sys.argv[1:5])
    command = sys.argv[5:]
    if uid != os.geteuid():
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    # After the change of account, which takes the request back.
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal)
    if os.getppid() != parent:
        sys.exit(1)  # The parent was killed before the request took effect.
    try:
        os.execv(command[0], command)  # noqa: S606 - That is what it is for.
    except OSError as error:
        sys.exit(f"{command[0]} cannot be run: {error.strerror}")


if __name__ == "__main__":
    main()
