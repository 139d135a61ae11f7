"""Pid files that tell a process from a later one that got the same number.

A pid is reused, and a name proves nothing: what a launcher that was killed left
behind is found by pid, start time and boot together.
"""

import asyncio
import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

_POLITE_SECONDS = 5.0
_FORCED_SECONDS = 5.0


@dataclass(frozen=True)
class ProcessId:
    """One process for as long as it lives, and never another."""

    pid: int
    started: str
    boot: str
    stop_signal: int = signal.SIGTERM

    @classmethod
    def of(cls, pid: int, stop_signal: int = signal.SIGTERM) -> "ProcessId | None":
        """Identifies a running process; `None` when there is none."""
        started = _start_time(pid)
        if started is None:
            return None
        return cls(pid, started, _boot(), stop_signal)

    @property
    def alive(self) -> bool:
        return self.boot == _boot() and self.started == _start_time(self.pid)

    def send(self, number: int) -> None:
        """Signals the process, if it is still this one."""
        if self.alive:
            os.kill(self.pid, number)


@dataclass(frozen=True)
class PidFile:
    """Remembers one child across a kill -9 of its parent."""

    path: Path

    def write(self, process: ProcessId) -> None:
        fields = (process.pid, process.started, process.boot, process.stop_signal)
        text = " ".join(str(field) for field in fields)
        temporary = self.path.with_suffix(".new")
        temporary.write_text(text + "\n")
        temporary.replace(self.path)

    def read(self) -> ProcessId | None:
        """The process, if one is written down legibly and still alive."""
        try:
            pid, started, boot, number = self.path.read_text().split()
            process = ProcessId(int(pid), started, boot, int(number))
        except (OSError, ValueError):
            return None
        return process if process.alive else None

    def remove(self) -> None:
        self.path.unlink(missing_ok=True)


def leftovers(directory: Path) -> dict[str, ProcessId]:
    """Living children that an earlier launcher of this home wrote down, by name."""
    found = {}
    for path in sorted(directory.glob("*.pid")):
        process = PidFile(path).read()
        if process is not None:
            found[path.stem] = process
    return found


async def stop_leftovers(directory: Path) -> list[str]:
    """Stops what an earlier launcher left running and returns the names.

    Each gets its own polite signal first; what has not ended in time is killed.
    """
    found = leftovers(directory)
    for process in found.values():
        process.send(process.stop_signal)
    if not await _gone(found, _POLITE_SECONDS):
        for process in found.values():
            process.send(signal.SIGKILL)
        await _gone(found, _FORCED_SECONDS)
    for path in list(directory.glob("*.pid")):  # noqa: ASYNC240 - A few entries.
        path.unlink()
    return list(found)


async def _gone(processes: dict[str, ProcessId], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while any(process.alive for process in processes.values()):
        if time.monotonic() > end:
            return False
        await asyncio.sleep(0.02)
    return True


def _start_time(pid: int) -> str | None:
    """Clock ticks from boot to the start of a process that is not yet dead."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    # The second field is the name in brackets, which may contain anything.
    fields = stat.rpartition(")")[2].split()
    state, started = fields[0], fields[19]
    return None if state in "ZX" else started


def _boot() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
