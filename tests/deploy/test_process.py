"""Supervision: a child that ends is started again, and dies with its parent."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from deploy.embedded.errors import StartError
from deploy.embedded.output import Output
from deploy.embedded.paths import Home
from deploy.embedded.pids import PidFile, ProcessId
from deploy.embedded.process import Backoff, Program, Supervised, run_to_end

QUICK = Backoff(first=0.02, last=0.08, well_after=30)


def _python(home: Home, code: str, name: str = "child") -> Program:
    return Program(
        name=name,
        command=[sys.executable, "-c", code],
        environment={"PATH": os.environ["PATH"]},
        directory=home.root,
    )


def _supervised(home: Home, output: Output, code: str) -> Supervised:
    pid_file = PidFile(home.run / "child.pid")
    return Supervised(_python(home, code), output, pid_file, backoff=QUICK)


async def _until(condition, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        await asyncio.sleep(0.01)


async def test_a_child_that_is_killed_is_started_again(
    home: Home, output: Output
) -> None:
    """Another process takes its place, and the pid file names the new one."""
    child = _supervised(home, output, "import time; time.sleep(60)")
    await child.start()
    await _until(lambda: child.pid is not None)
    first = child.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    await _until(lambda: child.pid not in (None, first))
    await _until(lambda: child.pid_file.read() is not None)
    written = child.pid_file.read()

    assert written is not None
    assert child.pid == written.pid
    await child.stop(5)
    assert not child.pid_file.path.exists()


async def test_the_wait_before_a_start_doubles_up_to_a_bound(
    home: Home, output: Output
) -> None:
    """A child that always ends does not keep the machine busy."""
    child = _supervised(home, output, "raise SystemExit(3)")
    await child.start()
    await _until(lambda: child.ends >= 4)
    await child.stop(5)
    said = (home.logs / "launcher.log").read_text().splitlines()
    waits = [line.rpartition(" in ")[2] for line in said]

    assert ["0.0 s", "0.0 s", "0.1 s", "0.1 s"] == waits[:4]
    assert "child ended with exit code 3" in said[0]


async def test_a_long_life_resets_the_wait(home: Home, output: Output) -> None:
    """A crash after hours is not punished for a crash in the morning."""
    code = "import time; time.sleep(0.1)"
    pid_file = PidFile(home.run / "child.pid")
    backoff = Backoff(first=0.01, last=10, well_after=0.05)
    child = Supervised(_python(home, code), output, pid_file, backoff=backoff)
    await child.start()
    await _until(lambda: child.ends >= 4)

    await child.stop(5)


async def test_a_child_that_cannot_start_is_explained(
    home: Home, output: Output
) -> None:
    """The error shows what the child said last."""
    child = _supervised(home, output, "raise SystemExit('the disk is full')")
    await child.start()

    async def never() -> bool:
        return False

    with pytest.raises(StartError, match="the disk is full"):
        await child.until_ready(never, seconds=10)
    await child.stop(5)


async def test_a_child_that_ignores_the_signal_is_killed(
    home: Home, output: Output
) -> None:
    """Stopping ends within the grace, whatever the child does."""
    code = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        "print('deaf', flush=True); time.sleep(60)"
    )
    child = _supervised(home, output, code)
    await child.start()
    await _until(lambda: output.last_lines("child") == ["deaf"])
    pid = child.pid
    assert pid is not None
    await child.stop(0.2)

    assert ProcessId.of(pid) is None


async def test_stopping_while_waiting_to_start_again_returns_at_once(
    home: Home, output: Output
) -> None:
    """The wait of the back-off is no reason to wait for the end."""
    pid_file = PidFile(home.run / "child.pid")
    backoff = Backoff(first=30)
    program = _python(home, "raise SystemExit(1)")
    child = Supervised(program, output, pid_file, backoff=backoff)
    await child.start()
    await _until(lambda: child.ends == 1)
    async with asyncio.timeout(15):
        await child.stop(20)


async def test_a_child_sees_only_the_variables_it_is_given(
    home: Home, output: Output, monkeypatch
) -> None:
    """Nothing of the launcher's environment leaks."""
    monkeypatch.setenv("SECRET_KEY", "the launcher's")
    await run_to_end(
        _python(home, "import os; print(sorted(os.environ))", "step"), output
    )

    assert "SECRET_KEY" not in output.last_lines("step")[0]


async def test_a_step_that_fails_stops_the_start(home: Home, output: Output) -> None:
    """Its last words are in the error, and in its own log."""
    with pytest.raises(StartError, match="no such table"):
        await run_to_end(_python(home, "raise SystemExit('no such table')"), output)
    assert "no such table\n" == (home.logs / "child.log").read_text()


async def test_a_line_may_be_longer_than_a_buffer(home: Home, output: Output) -> None:
    """A huge line neither stops the copying nor is lost."""
    await run_to_end(_python(home, "print('x' * 300_000); print('end')"), output)

    assert [300_000, 3] == [len(line) for line in output.last_lines("child")]


def test_children_die_with_a_launcher_that_is_killed(tmp_path: Path) -> None:
    """kill -9 of the parent reaches the child through the kernel."""
    code = f"""
import asyncio, sys
from pathlib import Path
from deploy.embedded.output import Output
from deploy.embedded.pids import PidFile
from deploy.embedded.process import Program, Supervised

async def main():
    place = Path({str(tmp_path)!r})
    program = Program(name="child", command=[sys.executable, "-c",
        "import time; time.sleep(60)"], environment={{}}, directory=place)
    child = Supervised(program, Output(place), PidFile(place / "child.pid"))
    await child.start()
    while child.pid_file.read() is None:
        await asyncio.sleep(0.01)
    print(child.pid, flush=True)
    await asyncio.sleep(60)

asyncio.run(main())
"""
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as it:  # noqa: S603 - Ours.
        assert it.stdout is not None
        pid = int(it.stdout.readline())
        assert ProcessId.of(pid) is not None
        it.kill()
        it.wait()
    end = time.monotonic() + 60
    while ProcessId.of(pid) is not None:
        assert time.monotonic() < end
        time.sleep(0.01)
