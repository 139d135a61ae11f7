"""Whether the ports are free, and who has them when they are not."""

import contextlib
import os
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from deploy.embedded.errors import StartError

_LEAVING_SECONDS = 5.0
_POLL_SECONDS = 0.05
_LISTENING = "0A"  # TCP_LISTEN of include/net/tcp_states.h, as /proc shows it.


@dataclass(frozen=True)
class Port:
    """A port the mesh is about to listen on, and the variable that moves it."""

    number: int
    purpose: str
    variable: str
    address: str = "127.0.0.1"


def check_free(ports: list[Port]) -> None:
    """Fails when any of the ports is taken.

    Envoy listens with SO_REUSEPORT, so a second one would not notice the first by
    itself: both would answer, in turns.

    Raises:
        StartError: naming every port that is taken, by whom, and what to set.
    """
    end = time.monotonic() + _LEAVING_SECONDS
    while taken := [port for port in ports if not _is_free(port)]:
        # What no process holds was held by one that is just ending.
        if time.monotonic() > end or any(_holder(port.number) for port in taken):
            raise StartError("\n".join(map(_explain, taken)))
        time.sleep(_POLL_SECONDS)


def _is_free(port: Port) -> bool:
    family = socket.AF_INET6 if ":" in port.address else socket.AF_INET
    with socket.socket(family) as probe:
        # Connections that are closing do not count, listeners do.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((port.address, port.number))
        except OSError:
            return False
        return True


def _explain(port: Port) -> str:
    holder = _holder(port.number)
    by = f" by {holder}" if holder else ""
    return (
        f"Port {port.number} ({port.purpose}) is taken{by}."
        f" Stop that, or set {port.variable} to another number."
    )


def _holder(number: int) -> str | None:
    """The name and pid of the process that listens; `None` when it is hidden."""
    wanted = {f"socket:[{inode}]" for inode in _listening_inodes(number)}
    for directory in Path("/proc").glob("[0-9]*"):
        if wanted.intersection(_links(directory / "fd")):
            with contextlib.suppress(OSError):
                name = (directory / "comm").read_text().strip()
                return f"{name} (pid {directory.name})"
    return None


def _links(directory: Path) -> Iterator[str]:
    """Where the descriptors lead, as far as this account may see and they last."""
    with contextlib.suppress(OSError):
        for name in os.listdir(directory):  # noqa: PTH208 - Names are all it takes.
            with contextlib.suppress(OSError):
                yield os.readlink(directory / name)  # noqa: PTH115 - `socket:[1]`.


def _listening_inodes(number: int) -> set[str]:
    inodes = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            rows = Path(table).read_text().splitlines()[1:]
        except OSError:
            continue
        for row in rows:
            fields = row.split()
            port = int(fields[1].rpartition(":")[2], 16)
            if port == number and fields[3] == _LISTENING:
                inodes.add(fields[9])
    return inodes
