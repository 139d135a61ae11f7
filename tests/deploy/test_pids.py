"""Pid files: what a killed launcher left behind is found, and nothing else is."""

import signal
import subprocess
import sys
from dataclasses import replace

from deploy.embedded.paths import Home
from deploy.embedded.pids import PidFile, ProcessId, leftovers, stop_leftovers

STUBBORN = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("ready", flush=True)
time.sleep(60)
"""


def _sleeping() -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])


def _stubborn() -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", STUBBORN]
    child = subprocess.Popen(command, stdout=subprocess.PIPE)  # noqa: S603 - Ours.
    assert child.stdout is not None
    child.stdout.readline()
    child.stdout.close()
    return child


def _written(home: Home, name: str, pid: int) -> ProcessId:
    identity = ProcessId.of(pid)
    assert identity is not None
    PidFile(home.run / f"{name}.pid").write(identity)
    return identity


async def test_a_leftover_is_stopped_and_named(home: Home) -> None:
    """A process that an earlier launcher wrote down is ended, and its file goes."""
    child = _sleeping()
    _written(home, "gateway", child.pid)

    assert ["gateway"] == await stop_leftovers(home.run)
    assert -signal.SIGTERM == child.wait(5)
    assert [] == list(home.run.glob("*.pid"))


async def test_a_later_process_with_the_same_pid_is_left_alone(home: Home) -> None:
    """A pid proves nothing by itself: the start time must agree."""
    child = _sleeping()
    identity = _written(home, "gateway", child.pid)
    PidFile(home.run / "gateway.pid").write(replace(identity, started="1"))

    assert [] == await stop_leftovers(home.run)
    assert child.poll() is None
    child.kill()
    child.wait()


def test_a_pid_of_an_earlier_boot_is_nobodys(home: Home) -> None:
    """Start times are counted from boot, so another boot's pids mean nothing."""
    child = _sleeping()
    identity = _written(home, "gateway", child.pid)
    PidFile(home.run / "gateway.pid").write(replace(identity, boot="another"))

    assert {} == leftovers(home.run)
    child.kill()
    child.wait()


async def test_a_leftover_that_ignores_the_signal_is_killed(
    home: Home, monkeypatch
) -> None:
    """Politeness has an end."""
    monkeypatch.setattr("deploy.embedded.pids._POLITE_SECONDS", 0.2)
    child = _stubborn()
    _written(home, "gateway", child.pid)

    await stop_leftovers(home.run)

    assert -signal.SIGKILL == child.wait(5)


def test_a_broken_pid_file_names_nobody(home: Home) -> None:
    """A half-written file is no reason to signal anybody."""
    (home.run / "gateway.pid").write_text("1")

    assert {} == leftovers(home.run)
