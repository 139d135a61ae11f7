"""What a child can still do behind its walls."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import seccompy

PROBE = """
import ctypes, json, os, socket, subprocess, sys, threading
from pathlib import Path
from persistence.documents.parsing.sandbox import walls

out = os.dup(1)
walls.limit_resources(memory_bytes=1 << 30, cpu_seconds=60, nice=5)
held = walls.cut_off(file=Path(sys.argv[1]), programs=[])
libc = ctypes.CDLL(None, use_errno=True)

def attempt(action):
    try:
        action()
    except BaseException as error:
        return type(error).__name__
    return "done"

def native_socket():
    if libc.socket(socket.AF_INET, socket.SOCK_STREAM, 0) < 0:
        raise PermissionError

def thread():
    started = threading.Thread(target=int)
    started.start()
    started.join()

run = lambda: subprocess.run(["/bin/true"], check=True)
surroundings = f"/proc/{os.getppid()}/environ"
told = {
    "walls": sorted(held),
    "own file": attempt(lambda: open(sys.argv[1]).read()),
    "other file": attempt(lambda: open(sys.argv[2]).read()),
    "write": attempt(lambda: open(sys.argv[1] + "x", "w").write("x")),
    "socket": attempt(socket.socket),
    "native socket": attempt(native_socket),
    "parent's environment": attempt(lambda: open(surroundings).read()),
    "memory": attempt(lambda: bytearray(4 << 30)),
    "import": attempt(lambda: __import__("xml.dom.minidom")),
}
walls.forbid_processes()
told["program"] = attempt(run)
told["fork"] = attempt(os.fork)
told["signal"] = attempt(lambda: os.kill(os.getppid(), 0))
told["thread"] = attempt(thread)
os.write(out, json.dumps(told).encode())
"""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """What a child found when it tried everything."""
    folder = tmp_path_factory.mktemp("files")
    own, other = folder / "own", folder / "other"
    own.write_text("mine")
    other.write_text("another user's")
    probe = subprocess.run(  # noqa: S603 - Our own interpreter.
        [sys.executable, "-c", PROBE, str(own), str(other)],
        stdout=subprocess.PIPE,
        check=True,
        timeout=60,
    )
    found: dict[str, object] = json.loads(probe.stdout)
    return found


def test_it_reads_its_file_and_its_libraries(told: dict[str, object]) -> None:
    """
    The walls leave what reading needs.
    """
    assert "done" == told["own file"] == told["import"] == told["thread"]


def test_it_reaches_no_network(told: dict[str, object]) -> None:
    """
    Neither Python nor native code gets a socket.
    """
    walls = told["walls"]

    assert isinstance(walls, list)
    assert "done" != told["socket"]
    if {"seccomp", "namespace"} & set(walls):
        assert "seccomp" not in walls or "PermissionError" == told["native socket"]


def test_it_writes_nothing_and_takes_no_more_memory(told: dict[str, object]) -> None:
    """
    Resource limits hold on every system.
    """
    assert "done" != told["write"]
    assert "MemoryError" == told["memory"]


def test_it_sees_no_other_file(told: dict[str, object]) -> None:
    """
    Where the kernel has Landlock, other documents and secrets cannot be opened.
    """
    walls = told["walls"]

    assert isinstance(walls, list)
    if "landlock" in walls:
        assert "PermissionError" == told["other file"]
        assert "PermissionError" == told["parent's environment"]


@pytest.mark.skipif(not seccompy.supported(), reason="needs seccomp in the kernel")
def test_it_starts_and_signals_nothing(told: dict[str, object]) -> None:
    """
    Once OCR is out of the question, a program can be neither started nor killed.
    """
    assert ["PermissionError"] * 3 == [told["program"], told["fork"], told["signal"]]


def test_a_child_does_not_outlive_its_parent() -> None:
    """
    A killed ingest worker leaves no parser behind.
    """
    code = (
        "import os, sys, time\n"
        "from persistence.documents.parsing.sandbox import walls\n"
        "parent = os.getpid()\n"
        "if child := os.fork():\n"
        "    print(child, flush=True)\n"
        "    time.sleep(0.5)\n"
        "    os._exit(0)\n"
        "walls.die_with_parent(parent)\n"
        "time.sleep(600)\n"
    )
    parent = subprocess.run(  # noqa: S603 - Our own interpreter.
        [sys.executable, "-c", code], stdout=subprocess.PIPE, check=True, timeout=60
    )

    # Its end of the pipe is closed, or `run` would still wait for output.
    assert not Path(f"/proc/{int(parent.stdout)}/exe").exists()
