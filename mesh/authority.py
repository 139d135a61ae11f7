"""A certificate authority for peers: SPIFFE identities on short-lived leaves.

A peer's directory looks like a Kubernetes secret volume: `tls.crt`, `tls.key` and
`ca.crt` are links through `..data`, and one rename swaps all three at once.
https://github.com/spiffe/spiffe/blob/main/standards/X509-SVID.md
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from mesh.issuing import Issuer, key_pem, leaf_sign, new_issuer, pem

LEAF_LIFETIME = timedelta(hours=24)

CERTIFICATE, KEY, TRUST = "tls.crt", "tls.key", "ca.crt"


class Authority:
    """Issues the certificates of peers and rotates its own without a gap.

    A rotation has three steps, and the peers' certificates are issued anew after
    each: `prepare_ca` makes everybody trust the next one, `rotate_ca` signs with it,
    `forget_old_cas` ends the trust in the former. `rotate_ca` alone is enough where
    peers may refuse each other for a moment.
    """

    def __init__(
        self,
        directory: Path,
        current: Issuer,
        following: Issuer | None,
        old: Sequence[x509.Certificate],
    ) -> None:
        """See `load_or_create`."""
        self._directory = directory
        self._current = current
        self._following = following
        self._old = list(old)

    @classmethod
    def load_or_create(cls, directory: Path) -> Authority:
        """Opens the authority kept in `directory`, or founds it there."""
        directory.mkdir(parents=True, exist_ok=True)
        directory.chmod(0o700)
        current = _load(directory, "ca")
        old_path = directory / "old.crt"
        old = old_path.read_bytes() if old_path.exists() else b""
        authority = cls(
            directory,
            current or new_issuer(),
            _load(directory, "next"),
            x509.load_pem_x509_certificates(old) if old.strip() else [],
        )
        if current is None:
            authority._save()
        return authority

    @property
    def bundle(self) -> bytes:
        """The certificates that peers must trust, in PEM: now's, next, and former."""
        following = [self._following.certificate] if self._following else []
        trusted = [self._current.certificate, *following, *self._old]
        return b"".join(pem(certificate) for certificate in trusted)

    @property
    def not_after(self) -> datetime:
        """When the certificate that signs now expires."""
        return self._current.certificate.not_valid_after_utc

    @property
    def is_prepared(self) -> bool:
        """Whether the next authority is trusted already, and does not sign yet."""
        return self._following is not None

    @property
    def trusts_former(self) -> bool:
        """Whether a former authority is trusted still."""
        return bool(self._old)

    def issue(
        self,
        peer: str,
        directory: Path,
        lifetime: timedelta = LEAF_LIFETIME,
        *,
        dns: Sequence[str] = (),
    ) -> None:
        """Writes a new key and certificate for `peer` into `directory`, atomically.

        Args:
            dns: Further names that the peer is reached by.
        """
        key = ec.generate_private_key(ec.SECP256R1())
        leaf = leaf_sign(self._current, key, peer, lifetime, dns)
        swap(
            directory,
            {CERTIFICATE: pem(leaf), KEY: key_pem(key), TRUST: self.bundle},
        )

    def prepare_ca(self) -> None:
        """Puts the next authority into the bundle, without signing with it yet."""
        if self._following is None:
            self._following = new_issuer()
            self._save()

    def rotate_ca(self) -> None:
        """Signs with the next authority from now on; the former stays trusted."""
        self._old.insert(0, self._current.certificate)
        self._current = self._following or new_issuer()
        self._following = None
        self._save()

    def forget_old_cas(self) -> None:
        """Takes former authorities out of the bundle."""
        self._old = []
        self._save()

    def _save(self) -> None:
        # First: whoever dies in between trusts one too many, and never one too few.
        old = b"".join(pem(certificate) for certificate in self._old)
        _write(self._directory / "old.crt", old)
        issuers = {"ca": self._current, "next": self._following}
        for name, issuer in issuers.items():
            certificate_path, key_path = _paths(self._directory, name)
            if issuer is None:
                certificate_path.unlink(missing_ok=True)
                key_path.unlink(missing_ok=True)
            else:
                _write(key_path, key_pem(issuer.key))
                _write(certificate_path, pem(issuer.certificate))


def swap(directory: Path, files: Mapping[str, bytes]) -> None:
    """Writes `files` into `directory` so that readers see all of them change at once.

    Envoy and our `Certificates` watch the rename of `..data`.
    """
    directory.mkdir(parents=True, exist_ok=True)
    version = directory / f"..{datetime.now(UTC):%Y_%m_%d_%H_%M_%S.%f}.{os.getpid()}"
    version.mkdir(mode=0o700)
    for name, content in files.items():
        _write(version / name, content)
    data, new = directory / "..data", directory / "..data_new"
    new.unlink(missing_ok=True)
    new.symlink_to(version.name)
    new.rename(data)
    for name in files:
        link = directory / name
        if not link.is_symlink():
            link.unlink(missing_ok=True)
            link.symlink_to(Path("..data") / name)
    for entry in directory.glob("..*"):
        if entry.is_dir() and not entry.is_symlink() and entry != version:
            shutil.rmtree(entry, ignore_errors=True)


def _paths(directory: Path, name: str) -> tuple[Path, Path]:
    return directory / f"{name}.crt", directory / f"{name}.key"


def _load(directory: Path, name: str) -> Issuer | None:
    certificate_path, key_path = _paths(directory, name)
    with contextlib.suppress(FileNotFoundError):
        key = serialization.load_pem_private_key(key_path.read_bytes(), password=None)
        certificate = x509.load_pem_x509_certificate(certificate_path.read_bytes())
        if isinstance(key, ec.EllipticCurvePrivateKey):
            return Issuer(key, certificate)
    return None


def _write(path: Path, content: bytes) -> None:
    """Replaces the file at `path` at once; only its owner may read it."""
    new = path.with_name(f"{path.name}.new")
    new.unlink(missing_ok=True)
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    new.rename(path)
