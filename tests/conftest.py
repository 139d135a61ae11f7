"""Fixtures shared by all tests."""

from __future__ import annotations

import os

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

from pathlib import Path  # noqa: E402

import pytest  # noqa: E402

from mesh.testing import issue_certificates  # noqa: E402


@pytest.fixture(scope="session")
def certs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with a certificate for each peer: `<directory>/<peer>/tls.crt`."""
    directory = tmp_path_factory.mktemp("certs")
    issue_certificates(directory)
    return directory
