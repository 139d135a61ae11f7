"""Secrets: made once, private, and different from each other."""

import stat

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from deploy.embedded.keyring import Keyring
from deploy.embedded.paths import Home


def test_a_secret_survives_a_restart(home: Home) -> None:
    """The next launcher reads what the first one made."""
    first = Keyring(home.secrets).password("db-app")

    assert first == Keyring(home.secrets).password("db-app")
    assert first != Keyring(home.secrets).password("db-owner")
    assert 43 <= len(first)


def test_only_the_owner_can_read_a_secret(home: Home) -> None:
    """The files are 0600 in a directory that is 0700."""
    keyring = Keyring(home.secrets)
    keyring.password("db-app")
    keyring.signing_key_file()
    modes = {stat.S_IMODE(path.stat().st_mode) for path in home.secrets.iterdir()}

    assert {0o600} == modes
    assert 0o700 == stat.S_IMODE(home.secrets.stat().st_mode)


def test_a_half_written_secret_is_not_used(home: Home) -> None:
    """A crash in the middle of writing leaves a file that nobody reads."""
    (home.secrets / "db-app.new").write_text("half")

    assert "half" != Keyring(home.secrets).password("db-app")


def test_the_signing_key_is_ed25519(home: Home) -> None:
    """Tokens are signed with EdDSA."""
    path = Keyring(home.secrets).signing_key_file()
    key = load_pem_private_key(path.read_bytes(), password=None)

    assert isinstance(key, Ed25519PrivateKey)
