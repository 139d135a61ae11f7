"""A child process that is started again when it ends by itself."""

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from deploy.embedded.account import Account
from deploy.embedded.errors import StartError
from deploy.embedded.output import Output
from deploy.embedded.pids import PidFile, ProcessId

_PROBE_SECONDS = 0.05
_CHUNK_BYTES = 64 * 1024
_LONGEST_LINE_BYTES = 1024 * 1024


# For `Program.noise`: every line. If the program fails, its last ones are shown.
ALL_LINES = ("",)


@dataclass(frozen=True)
class Program:
    """What to run, and with what; nothing is inherited but what is named here."""

    name: str
    command: Sequence[str | Path]
    environment: Mapping[str, str]
    directory: Path
    stop_signal: int = signal.SIGTERM
    account: Account | None = None
    # Lines that contain one go to the log file, and to the terminal at DEBUG only.
    noise: tuple[str, ...] = ()


@dataclass(frozen=True)
class Backoff:
    """How long to wait before a process is started again. Seconds."""

    first: float = 0.2
    last: float = 10.0
    # A process that lived this long was well: the next wait is the first again.
    well_after: float = 30.0


@dataclass
class Supervised:
    """Keeps one program running until it is stopped."""

    program: Program
    output: Output
    pid_file: PidFile
    backoff: Backoff = field(default_factory=Backoff)
    ends: int = 0
    _process: asyncio.subprocess.Process | None = None
    _task: asyncio.Task[None] | None = None
    _stopping: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def pid(self) -> int | None:
        """The process that runs now; `None` between two starts."""
        if self._process is None or self._process.returncode is not None:
            return None
        return self._process.pid

    async def start(self) -> None:
        """Begins to run the program. `until_ready` says when it is of use."""
        self._task = asyncio.create_task(self._supervise(), name=self.program.name)

    async def until_ready(
        self, probe: Callable[[], Awaitable[bool]], *, seconds: float, tries: int = 2
    ) -> None:
        """Waits until the probe succeeds.

        Raises:
            StartError: the program ended `tries` times, or time is up.
        """
        end = time.monotonic() + seconds
        while not await probe():
            if self.ends >= tries:
                raise self._failure("does not start")
            if time.monotonic() > end:
                raise self._failure(f"is not ready after {seconds:.0f} s")
            await asyncio.sleep(_PROBE_SECONDS)

    async def stop(self, grace: float) -> None:
        """Asks the program to end, and kills it after `grace` seconds."""
        self._stopping.set()
        if self._task is None:
            return
        self._signal(self.program.stop_signal)
        done, _ = await asyncio.wait({self._task}, timeout=max(grace, 0.0))
        if not done:
            self.output.say(f"{self.program.name} did not end in time: killed")
            self.kill()
        await self._task
        self._task = None

    def kill(self) -> None:
        """Ends the program and its process group at once."""
        self._stopping.set()
        if self.pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)

    async def _supervise(self) -> None:
        delay = self.backoff.first
        while not self._stopping.is_set():
            started = time.monotonic()
            end = await self._run_once()
            if self._stopping.is_set():
                return
            self.ends += 1
            if time.monotonic() - started >= self.backoff.well_after:
                delay = self.backoff.first
            self.output.say(
                f"{self.program.name} {end}; starting it again in {delay:.1f} s"
            )
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), delay)
            delay = min(delay * 2, self.backoff.last)

    async def _run_once(self) -> str:
        """Runs the program to its end and says how it ended."""
        try:
            process = await spawn(self.program)
        except OSError as error:
            return f"cannot be run: {error}"
        self._process = process
        identity = ProcessId.of(process.pid, self.program.stop_signal)
        if identity is not None:
            self.pid_file.write(identity)
        if self._stopping.is_set():
            self._signal(self.program.stop_signal)
        await _finish(process, self.program, self.output)
        self.pid_file.remove()
        return describe_end(process.returncode)

    def _signal(self, number: int) -> None:
        if self.pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def _failure(self, what: str) -> StartError:
        return failure(self.program.name, what, self.output)


async def run_to_end(program: Program, output: Output) -> None:
    """Runs a program that is a step of the start, not a part of the mesh.

    Raises:
        StartError: it failed; its last lines say why.
    """
    try:
        process = await spawn(program)
    except OSError as error:
        raise StartError(f"{program.command[0]} cannot be run: {error}") from error
    try:
        await _finish(process, program, output)
    finally:
        if process.returncode is None:
            process.kill()
    if process.returncode != 0:
        end = describe_end(process.returncode)
        raise failure(program.name, end, output)


def failure(name: str, what: str, output: Output) -> StartError:
    """An error that shows what a program said last."""
    lines = "".join(f"\n    {line}" for line in output.last_lines(name))
    said = f" It said last:{lines}" if lines else ""
    return StartError(f"{name} {what}.{said}")


async def spawn(program: Program) -> asyncio.subprocess.Process:
    """Starts a child that dies with this process, however this process dies."""
    account = program.account or Account.own()
    # A session of its own, so that Ctrl-C in the terminal reaches the launcher only,
    # which then stops its children in order.
    return await asyncio.create_subprocess_exec(
        *account.becoming(*program.command, stop_signal=program.stop_signal),
        env=dict(program.environment),
        cwd=program.directory,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,
    )


def describe_end(code: int | None) -> str:
    """Says in words how a process ended."""
    if code is not None and code < 0:
        return f"was ended by {signal.Signals(-code).name}"
    return f"ended with exit code {code}"


async def _finish(
    process: asyncio.subprocess.Process, program: Program, output: Output
) -> None:
    copying = asyncio.create_task(_copy_lines(process, program, output))
    await process.wait()
    # A grandchild may hold the pipe open for as long as it likes.
    await asyncio.wait({copying}, timeout=1.0)
    copying.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await copying


async def _copy_lines(
    process: asyncio.subprocess.Process, program: Program, output: Output
) -> None:
    stream = process.stdout
    if stream is None:
        return
    rest = b""
    while chunk := await stream.read(_CHUNK_BYTES):
        *lines, rest = (rest + chunk).split(b"\n")
        if len(rest) > _LONGEST_LINE_BYTES:
            lines, rest = [*lines, rest], b""
        for line in lines:
            output.line(program.name, line.decode(errors="replace"), program.noise)
    if rest:
        output.line(program.name, rest.decode(errors="replace"), program.noise)
