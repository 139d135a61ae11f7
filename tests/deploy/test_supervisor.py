"""The order of starting and stopping, and what a second Ctrl-C does."""

import asyncio
import os
import signal

import pytest

from deploy.embedded.errors import StartError
from deploy.embedded.output import Output
from deploy.embedded.paths import Home
from deploy.embedded.supervisor import Mesh, supervise

NAMES = (
    "certificates",
    "postgres",
    "schema",
    "persistence",
    "ingest",
    "llm_worker",
    "gateway",
    "gateway-2",
    "frontend",
    "envoy",
)
# The last thing that is done before the mesh is said to be ready.
STARTED = "start ingest"


class RecordedPart:
    """Writes down what it is asked; fails or hangs where it is told to."""

    def __init__(self, name: str, journal: list[str]) -> None:
        self.name = name
        self.journal = journal
        self.fails = False
        self.killed = asyncio.Event()
        self.hangs_at = ""

    async def start(self) -> None:
        self.journal.append(f"start {self.name}")
        if self.fails:
            raise StartError(f"{self.name} is broken")
        if self.hangs_at == "start":
            await asyncio.sleep(60)

    async def ready(self) -> None:
        await asyncio.sleep(0)
        self.journal.append(f"ready {self.name}")

    async def drain(self) -> None:
        self.journal.append(f"drain {self.name}")

    async def stop(self, grace: float) -> None:
        self.journal.append(f"stop {self.name}")
        if self.hangs_at == "stop":
            await self.killed.wait()

    def kill(self) -> None:
        self.journal.append(f"kill {self.name}")
        self.killed.set()


class Parts:
    """A mesh of recorded parts and their common journal."""

    def __init__(self, output: Output) -> None:
        self.journal: list[str] = []
        self.by_name = {name: RecordedPart(name, self.journal) for name in NAMES}
        parts = dict(self.by_name)
        gateways = [parts.pop("gateway"), parts.pop("gateway-2")]
        self.mesh = Mesh(**parts, gateways=gateways, output=output, drain_seconds=1)

    def at(self, entry: str) -> int:
        return self.journal.index(entry)


@pytest.fixture
async def parts(output: Output) -> Parts:
    """Parts that start and stop at once."""
    return Parts(output)


async def _signalled(
    parts: Parts, *entries: str, number: signal.Signals = signal.SIGINT
) -> int:
    """Runs the mesh and signals this process after each of these entries."""
    running = asyncio.create_task(supervise(parts.mesh, announcement="ready"))
    for entry in entries:
        while entry not in parts.journal:  # noqa: ASYNC110 - It is a list.
            await asyncio.sleep(0.01)
        os.kill(os.getpid(), number)
    return await running


async def test_each_part_starts_after_what_it_needs(parts: Parts) -> None:
    """Certificates first, the store after its database, the edge last."""
    await _signalled(parts, STARTED)

    assert "start certificates" == parts.journal[0]
    assert parts.at("ready postgres") < parts.at("start schema")
    assert parts.at("ready schema") < parts.at("start persistence")
    assert parts.at("ready envoy") < parts.at("start ingest")
    assert parts.at("ready persistence") < parts.at("start gateway")
    assert parts.at("ready llm_worker") < parts.at("start gateway")
    others = ("persistence", "llm_worker", "gateway", "gateway-2", "frontend")
    assert all(parts.at(f"ready {o}") < parts.at("start envoy") for o in others)
    assert parts.at("start llm_worker") < parts.at("ready postgres")


async def test_each_part_stops_before_what_it_needs(parts: Parts) -> None:
    """The edge takes no more work first; the database goes after its user."""
    code = await _signalled(parts, STARTED)
    order = ("drain envoy", "stop gateway", "stop gateway-2", "stop envoy",
             "stop ingest", "stop persistence", "stop postgres",
             "stop certificates")  # fmt: skip
    places = [parts.at(entry) for entry in order]

    assert 0 == code
    assert sorted(places) == places


async def test_the_line_is_printed_when_all_is_ready(parts: Parts, home: Home) -> None:
    """Exactly as it is, for those who wait for it."""
    await _signalled(parts, STARTED)

    assert "ready" in (home.logs / "launcher.log").read_text().splitlines()


async def test_a_second_request_to_end_changes_nothing(parts: Parts) -> None:
    """make passes on the SIGTERM that went to its whole group: that is one request."""
    code = await _signalled(parts, STARTED, "drain envoy", number=signal.SIGTERM)

    assert 0 == code
    assert "stop certificates" in parts.journal
    assert "kill postgres" not in parts.journal


async def test_a_second_signal_kills(parts: Parts) -> None:
    """A person who presses Ctrl-C twice does not want to wait."""
    parts.by_name["gateway"].hangs_at = "stop"
    code = await _signalled(parts, STARTED, "stop gateway")

    assert 130 == code
    assert "kill postgres" in parts.journal


async def test_a_signal_during_the_start_stops_what_was_started(parts: Parts) -> None:
    """Nobody has to wait for a start that is not wanted any more."""
    parts.by_name["schema"].hangs_at = "start"
    code = await _signalled(parts, "start schema")

    assert 0 == code
    assert "stop postgres" in parts.journal
    assert "stop persistence" not in parts.journal


async def test_a_part_that_fails_stops_the_rest(parts: Parts) -> None:
    """The reason is what the person gets to read, and nothing runs on."""
    parts.by_name["schema"].fails = True

    with pytest.raises(StartError, match="schema is broken"):
        await supervise(parts.mesh, announcement="ready")
    assert "stop postgres" in parts.journal
    assert "stop llm_worker" in parts.journal
    assert "start envoy" not in parts.journal
