"""`make run` as a whole: it starts, heals, stops, and cleans up after a kill."""

import json
import os
import signal
import socket
import subprocess
import time
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from deploy.embedded.pids import ProcessId
from deploy.embedded.testing import Stack

pytestmark = [pytest.mark.system, pytest.mark.timeout(300)]

PARTS = (
    *("envoy", "gateway", "gateway-2", "llm_worker", "ingest", "persistence"),
    "postgres",
)
SECRETS = ("DB_", "SECRET_KEY", "SIGNING_KEY")
SCRIPTED = {
    "LAMLA_LLM_PROVIDERS": "scripted",
    "LAMLA_LLM_SCRIPTED_MODEL": "scripted-n20-d100",
    "LAMLA_GATEWAY_REPLICAS": "2",
}
PAGE = '<!doctype html><div id="root"></div>'


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """One mesh for all tests here; each leaves it running."""
    directory = tmp_path_factory.mktemp("mesh")
    page = directory / "page"
    (page / "assets").mkdir(parents=True)
    (page / "index.html").write_text(PAGE)
    given = SCRIPTED | {"LAMLA_PAGE_DIR": str(page)}
    stack = Stack(directory / "home", environment=given)
    stack.start()
    yield stack
    stack.stop()


def _until(condition: Callable[[], bool], seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def _page(stack: Stack) -> str:
    with urllib.request.urlopen(stack.url + "/", timeout=20) as response:  # noqa: S310
        text: str = response.read().decode()
        return text


def _environment(stack: Stack, name: str) -> list[str]:
    raw = Path(f"/proc/{stack.pid(name)}/environ").read_bytes()
    return [entry.decode().partition("=")[0] for entry in raw.split(b"\0")]


def test_the_page_is_served(stack: Stack) -> None:
    """The line is printed when a person can use what it names."""
    line = f"Lamla is ready: http://localhost:{stack.port}"

    assert line in stack.output.splitlines()
    assert "<div id=" in _page(stack)


def test_the_terminal_is_calm(stack: Stack) -> None:
    """A start that goes well shows what the launcher does, and nothing else."""
    begun, _, _ = stack.output.partition("Lamla is ready: ")
    others = [
        line for line in begun.splitlines() if not line.startswith("launcher   | ")
    ]

    assert [] == others
    assert 5 > len(begun.splitlines())
    assert "LAMLA_VERBOSE=1" in begun
    assert '"event": "serving"' in (stack.home / "logs" / "gateway-2.log").read_text()


def test_a_page_that_is_built_anew_is_served(stack: Stack) -> None:
    """Under a running mesh, as a build writes it: in place."""
    index = stack.home.parent / "page" / "index.html"
    index.write_text(PAGE.replace("root", "new"))
    _until(lambda: 'id="new"' in _page(stack))
    index.write_text(PAGE)
    _until(lambda: 'id="root"' in _page(stack))


@pytest.mark.parity("A12")
def test_only_persistence_is_given_secrets(stack: Stack) -> None:
    """gateway, llm_worker and Envoy have no password and no key that signs."""
    for name in ("gateway", "gateway-2", "llm_worker", "envoy"):
        secret = [key for key in _environment(stack, name) if key.startswith(SECRETS)]
        assert [] == secret
    assert "DB_PASSWORD_FILE" in _environment(stack, "persistence")
    assert not [key for key in _environment(stack, "persistence") if "OWNER" in key]


@pytest.mark.parity("A61")
def test_the_admin_port_is_on_the_loopback_only(stack: Stack) -> None:
    """Whatever the public port is bound to."""
    with urllib.request.urlopen(stack.admin_url + "/ready", timeout=20) as response:  # noqa: S310
        assert 200 == response.status
    listening = Path("/proc/net/tcp").read_text()
    assert f"0100007F:{stack.admin_port:04X}" in listening
    assert f"00000000:{stack.admin_port:04X}" not in listening


def test_secrets_are_in_no_log(stack: Stack) -> None:
    """Neither on the terminal nor in the files."""
    logs = [stack.output] + [
        path.read_text() for path in (stack.home / "logs").iterdir()
    ]
    secrets = [path.read_text() for path in (stack.home / "secrets").iterdir()]

    assert not [each for each in secrets if any(each in log for log in logs)]


@pytest.mark.parametrize("name", PARTS)
def test_a_part_that_is_killed_comes_back(stack: Stack, name: str) -> None:
    """Each process is started again, and the page is served again."""
    killed = stack.pid(name)
    os.kill(killed, signal.SIGKILL)
    pid_file = stack.home / "run" / f"{name}.pid"

    def came_back() -> bool:
        return pid_file.exists() and stack.pid(name) != killed

    def serves() -> bool:
        try:
            return "<div id=" in _page(stack)
        except OSError:
            return False

    _until(came_back)
    _until(serves)


def test_a_second_launcher_in_the_same_home_is_refused(stack: Stack) -> None:
    """It says who runs, and exits with 1."""
    second = Stack(stack.home, environment=SCRIPTED)
    second.log = stack.home.parent / "second.stdout"
    second.launch()

    assert 1 == second.process.wait(120)
    assert f"(pid {stack.process.pid})" in second.output


def test_a_taken_port_is_explained(stack: Stack, tmp_path: Path) -> None:
    """It says which, by whom, and what to set."""
    other = Stack(tmp_path / "home", port=stack.port, environment=SCRIPTED)
    other.launch()

    assert 1 == other.process.wait(120)
    assert f"Port {stack.port} (the page and the API) is taken by" in other.output
    assert "set LAMLA_PORT" in other.output


def test_a_slip_in_a_variable_is_refused(tmp_path: Path) -> None:
    """The nearest name is offered, and every problem named at once."""
    slips = {"LAMLA_GATEWAY_MAX_GENERATION": "5", "LAMLA_PROT": "1", "LOG_LEVEL": "X"}
    other = Stack(tmp_path / "home", environment=SCRIPTED | slips)
    other.launch()

    assert 1 == other.process.wait(120)
    assert "LAMLA_GATEWAY_MAX_GENERATIONS" in other.output
    assert "LAMLA_PROT: unknown; the nearest is LAMLA_PORT" in other.output
    assert "LOG_LEVEL" in other.output


def test_a_killed_launcher_leaves_nothing_running(stack: Stack) -> None:
    """kill -9 takes the children along; the next start is quick and finds the data."""
    children = [ProcessId.of(stack.pid(name)) for name in PARTS]
    stack.kill()
    stack.start()

    assert [] == [each for each in children if each and each.alive]
    assert "<div id=" in _page(stack)


def test_a_stop_is_orderly(stack: Stack) -> None:
    """Exit code 0, every port free again, and nobody had to be killed."""
    code = stack.stop()
    with socket.create_server(("127.0.0.1", stack.ports.postgres)):
        pass

    assert 0 == code
    assert "killed" not in stack.output
    assert not list((stack.home / "run").glob("*.pid"))
    stack.start()


def test_a_persons_psql_reaches_the_database(stack: Stack) -> None:
    """`python -m deploy.embedded psql`, as the owner."""
    variables = {
        "PATH": os.environ["PATH"],
        "LAMLA_HOME": str(stack.home),
        "LAMLA_INTERNAL_PORT_BASE": str(stack.ports.gateway - 1),
    }
    command = ["python", "-m", "deploy.embedded", "psql", "--env-file", os.devnull]
    answer = subprocess.run(  # noqa: S603 - Ours.
        command,
        input="SELECT current_user;",
        env=variables,
        capture_output=True,
        check=True,
        text=True,
    )

    assert "lamla_owner" in answer.stdout


def _post(stack: Stack, path: str, body: dict[str, str], token: str = "") -> Any:
    headers = {"content-type": "application/json", "accept": "text/event-stream"}
    if token:
        headers["authorization"] = f"Bearer {token}"
    request = urllib.request.Request(  # noqa: S310 - Our own address.
        stack.url + path, data=json.dumps(body).encode(), headers=headers
    )
    return urllib.request.urlopen(request, timeout=60)  # noqa: S310


@pytest.mark.parity("A71")
def test_a_stream_that_runs_ends_before_the_mesh_does(stack: Stack) -> None:
    """Ctrl-C cuts no answer that is shorter than the drain time."""
    with _post(stack, "/v1/auth:guest", {}) as response:
        token = json.load(response)["accessToken"]
    question = {"requestId": str(uuid.uuid4()), "text": "slowly"}
    with _post(stack, "/v1/chat:send", question, token) as answer:
        first = answer.readline()
        stack.process.send_signal(signal.SIGINT)
        rest = answer.read().decode()

    assert first.startswith(b"data:")
    assert '"completed"' in rest
    assert 0 == stack.process.wait(120)
    stack.start()
