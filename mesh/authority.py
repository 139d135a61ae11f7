"""A certificate authority for peers: SPIFFE identities on short-lived leaves.

A peer's directory looks like a Kubernetes secret volume: `tls.crt`, `tls.key` and
`ca.crt` are links through `..data`, and one rename swaps all three at once.
https://github.com/spiffe/spiffe/blob/main/standards/X509-SVID.md
"""

from __future__ import annotations

import contextlib
import ipaddress
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from mesh.identity import SPIFFE_PREFIX, TRUST_DOMAIN, dns_name

CA_LIFETIME = timedelta(days=3650)
LEAF_LIFETIME = timedelta(hours=24)
# Clocks of two machines differ; a new certificate must be good at once.
BACKDATED = timedelta(minutes=5)

CERTIFICATE, KEY, TRUST = "tls.crt", "tls.key", "ca.crt"


@dataclass(frozen=True)
class Issuer:
    """A key and the certificate that says it may sign others."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate


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
            current or _new_issuer(),
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
        return b"".join(_pem(certificate) for certificate in trusted)

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
        leaf = _leaf(self._current, key, peer, lifetime, dns)
        swap(
            directory,
            {CERTIFICATE: _pem(leaf), KEY: _key_pem(key), TRUST: self.bundle},
        )

    def prepare_ca(self) -> None:
        """Puts the next authority into the bundle, without signing with it yet."""
        if self._following is None:
            self._following = _new_issuer()
            self._save()

    def rotate_ca(self) -> None:
        """Signs with the next authority from now on; the former stays trusted."""
        self._old.insert(0, self._current.certificate)
        self._current = self._following or _new_issuer()
        self._following = None
        self._save()

    def forget_old_cas(self) -> None:
        """Takes former authorities out of the bundle."""
        self._old = []
        self._save()

    def _save(self) -> None:
        # First: whoever dies in between trusts one too many, and never one too few.
        old = b"".join(_pem(certificate) for certificate in self._old)
        _write(self._directory / "old.crt", old)
        issuers = {"ca": self._current, "next": self._following}
        for name, issuer in issuers.items():
            certificate_path, key_path = _paths(self._directory, name)
            if issuer is None:
                certificate_path.unlink(missing_ok=True)
                key_path.unlink(missing_ok=True)
            else:
                _write(key_path, _key_pem(issuer.key))
                _write(certificate_path, _pem(issuer.certificate))


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


def _new_issuer() -> Issuer:
    key = ec.generate_private_key(ec.SECP256R1())
    serial = x509.random_serial_number()
    # A name of its own: with two of one name, verifiers may pick the wrong key.
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Lamla"),
            x509.NameAttribute(NameOID.COMMON_NAME, f"Lamla CA {serial:x}"[:30]),
        ]
    )
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(serial)
        .not_valid_before(now - BACKDATED)
        .not_valid_after(now + CA_LIFETIME)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(signs_certificates=True), critical=True)
        .add_extension(
            x509.SubjectAlternativeName(
                [x509.UniformResourceIdentifier(f"spiffe://{TRUST_DOMAIN}")]
            ),
            critical=False,
        )
        .add_extension(
            x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    return Issuer(key, certificate)


def _leaf(
    issuer: Issuer,
    key: ec.EllipticCurvePrivateKey,
    peer: str,
    lifetime: timedelta,
    dns: Sequence[str],
) -> x509.Certificate:
    now = datetime.now(UTC)
    names: list[x509.GeneralName] = [
        x509.UniformResourceIdentifier(f"{SPIFFE_PREFIX}{peer}"),
        *(x509.DNSName(name) for name in (dns_name(peer), "localhost", *dns)),
        *(x509.IPAddress(ipaddress.ip_address(ip)) for ip in ("127.0.0.1", "::1")),
    ]
    usages = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, peer)]))
        .issuer_name(issuer.certificate.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(min(now, now + lifetime) - BACKDATED)
        .not_valid_after(now + lifetime)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage(usages), critical=False)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(
            x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False
        )
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key()),
            critical=False,
        )
        .sign(issuer.key, hashes.SHA256())
    )


def _key_usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


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


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
