"""The commands of README.md and docs/documents.md, run as they stand."""

from __future__ import annotations

import re
import subprocess
import sys

from deploy.embedded.paths import CHECKOUT
from tests.system.conftest import guest, tool

TESTED = re.compile(r"<!-- tested.*?-->(.*?)<!-- /tested -->", re.DOTALL)
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.DOTALL | re.MULTILINE)
PYTHON = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def test_the_commands_of_the_readme_work(mesh):
    """
    Each command ends well and prints what its text promises; only addresses of this
    mesh are put in place of the default ones.
    """
    for name in ("grpcurl", "curl", "bash"):
        tool(name)
    section = TESTED.search((CHECKOUT / "README.md").read_text())
    assert section is not None
    script = "\n".join(BLOCK.findall(section[1]))
    for default, ours in (
        ("localhost:8080", f"localhost:{mesh.port}"),
        ("localhost:9901", f"localhost:{mesh.admin_port}"),
        ("localhost:20801", f"localhost:{mesh.ports.gateway}"),
        (".lamla/certs", str(mesh.home / "certs")),
    ):
        assert default in script
        script = script.replace(default, ours)

    done = subprocess.run(  # noqa: S603 - Our own README.
        [tool("bash"), "-euo", "pipefail", "-c", script],
        check=False,
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        timeout=90,
    )

    assert 0 == done.returncode, done.stderr
    assert '"answer":' in done.stdout
    assert 'data: {"generationId"' in done.stdout
    assert '"state":"DOCUMENT_STATE_READY"' in done.stdout
    assert '"chunkId":' in done.stdout
    assert 3 <= done.stdout.count('"completed"')
    assert "rpc SendMessage" in done.stdout
    assert '"status": "SERVING"' in done.stdout
    assert "::health_flags::healthy" in done.stdout


def test_the_script_of_documents_md_uploads(mesh, tmp_path):
    """
    In parts; called again, it finds what is there.
    """
    section = TESTED.search((CHECKOUT / "docs" / "documents.md").read_text())
    assert section is not None
    (script,) = PYTHON.findall(section[1])
    assert "http://localhost:8080" in script
    script = script.replace("http://localhost:8080", mesh.url)
    file = tmp_path / "long.txt"
    file.write_text("Each line says that it is one of many.\n" * 40_000)

    def uploaded(token: str) -> list[str]:
        command = [sys.executable, "-c", script, token, str(file)]
        done = subprocess.run(  # noqa: S603 - Our own page.
            command, check=True, capture_output=True, text=True, timeout=60
        )
        return done.stdout.split()

    token = guest(mesh)
    document_id, state = uploaded(token)
    again, _ = uploaded(token)

    assert "DOCUMENT_STATE_QUEUED" == state
    assert document_id == again


def test_the_readme_is_short():
    """
    Five minutes to read.
    """
    assert len((CHECKOUT / "README.md").read_text().splitlines()) <= 150
