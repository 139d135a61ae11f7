"""Fixtures shared by all tests."""

from __future__ import annotations

import os
import signal

# A developer's own settings must not decide a test, so they go before any import of
# ours can read them.
READ_WITHOUT_PREFIX = {
    "ALLOWED_HOSTS",
    "DATABASE_URL",
    "DEBUG",
    "ENVIRONMENT",
    "LOG_LEVEL",
    "SECRET_KEY",
    "SECRET_KEY_FILE",
}
for name in list(os.environ):
    if name.startswith(("LAMLA_", "DB_")) or name in READ_WITHOUT_PREFIX:
        del os.environ[name]

# A shell's background jobs ignore Ctrl-C, and so does what they start; some tests press
# it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

from collections.abc import Iterator  # noqa: E402
from pathlib import Path  # noqa: E402

import pytest  # noqa: E402
from hypothesis import HealthCheck, settings  # noqa: E402

from deploy.embedded.testing import Stack  # noqa: E402
from mesh.testing import issue_certificates  # noqa: E402

LOG_LINES = 25

# The same examples in every run, however long a busy machine takes over each.
settings.register_profile(
    "lamla",
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("lamla")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Function, call: pytest.CallInfo[None]
) -> Iterator[None]:
    """Shows with a failure what its mesh said meanwhile; both are gone afterwards."""
    report = yield
    if report.failed:
        for path in logs_of(item):
            if path.stat().st_mtime >= call.start:
                lines = path.read_text(errors="replace").splitlines()[-LOG_LINES:]
                report.sections.append((f"the end of {path.name}", "\n".join(lines)))
    return report


def logs_of(item: pytest.Function) -> Iterator[Path]:
    """The logs of the meshes that a test was given, or started itself."""
    for stack in item.funcargs.values():
        if isinstance(stack, Stack) and stack.log.exists():
            yield stack.log
            yield from sorted((stack.home / "logs").glob("*.log"))
    own = item.funcargs.get("tmp_path")
    if isinstance(own, Path):
        yield from sorted([*own.glob("*.stdout"), *own.glob("*/logs/*.log")])


@pytest.fixture(scope="session")
def certs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with a certificate for each peer: `<directory>/<peer>/tls.crt`."""
    directory = tmp_path_factory.mktemp("certs")
    issue_certificates(directory)
    return directory
