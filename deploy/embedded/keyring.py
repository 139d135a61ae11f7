"""The secrets of one home: made once, readable by their owner only, never logged."""

import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

_PASSWORD_BYTES = 32


@dataclass(frozen=True)
class Keyring:
    """Reads secrets from files, and makes those that do not exist yet."""

    directory: Path

    def password(self, name: str) -> str:
        """A random password, the same at each call and after each restart."""
        return self._kept(name, lambda: secrets.token_urlsafe(_PASSWORD_BYTES))

    def password_file(self, name: str) -> Path:
        """The file of a password, for a process that reads `<NAME>_FILE`."""
        self.password(name)
        return self.directory / name

    def signing_key_file(self) -> Path:
        """The Ed25519 key, PEM, that signs users' tokens."""
        self._kept("token-signing-key.pem", _new_signing_key)
        return self.directory / "token-signing-key.pem"

    def _kept(self, name: str, make: Callable[[], str]) -> str:
        path = self.directory / name
        try:
            return path.read_text()
        except FileNotFoundError:
            pass
        # A file of its own first: a crash leaves no half-written secret behind.
        temporary = path.with_name(f"{name}.new")
        temporary.unlink(missing_ok=True)
        with os.fdopen(
            os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w"
        ) as file:
            file.write(make())
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        return path.read_text()


def _new_signing_key() -> str:
    return (
        Ed25519PrivateKey.generate()
        .private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        .decode()
    )
