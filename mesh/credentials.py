"""A process's own certificate, read again whenever its files change."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import grpc
import structlog
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from mesh.authority import CERTIFICATE, KEY, TRUST

log = structlog.get_logger()

# How often the files are looked at, at most. A look is three `stat`s.
POLL_SECONDS = 1.0
READ_ATTEMPTS = 5

FILES = (CERTIFICATE, KEY, TRUST)
Version = tuple[tuple[int, int], ...]


class CertificatesError(Exception):
    """The certificate files cannot be used; the text names file and fault."""


@dataclass(frozen=True)
class Material:
    """One consistent set of certificate, key and trusted authorities, in PEM."""

    version: Version
    certificate: bytes
    key: bytes
    trust: bytes

    @property
    def not_after(self) -> datetime:
        """When the certificate expires."""
        return x509.load_pem_x509_certificate(self.certificate).not_valid_after_utc

    @property
    def lifetime(self) -> timedelta:
        """How long the certificate is good for, from now on."""
        return self.not_after - datetime.now(UTC)


class Certificates:
    """The files `tls.crt`, `tls.key` and `ca.crt` of one directory.

    Safe to use from several threads: gRPC asks from its own during handshakes. Files
    that are broken or half written are left alone, and what was read last goes on
    being used.
    """

    def __init__(self, directory: Path, *, poll_seconds: float = POLL_SECONDS) -> None:
        """Reads the files.

        Raises:
            CertificatesError: they are missing or do not belong together.
        """
        self._directory = directory
        self._poll_seconds = poll_seconds
        self._lock = threading.Lock()
        self._material = _read(directory)
        self._refused: Version | None = None
        self._looked = time.monotonic()

    @property
    def material(self) -> Material:
        """What to use now: the files, if they have changed and are good."""
        if time.monotonic() - self._looked >= self._poll_seconds:
            with self._lock:
                if time.monotonic() - self._looked >= self._poll_seconds:
                    self._look()
        return self._material

    @property
    def version(self) -> Version:
        """Differs from every earlier value once the files have changed."""
        return self.material.version

    @property
    def lifetime(self) -> timedelta:
        """How long the certificate is good for, from now on."""
        return self.material.lifetime

    def server_credentials(self) -> grpc.ServerCredentials:
        """Makes credentials that demand a client certificate and follow the files."""
        served = self.material

        def configuration() -> Any:  # The stubs forbid None: "keep what you have".
            nonlocal served
            material = self.material
            if material is served:
                return None
            served = material
            return _configuration(material)

        return grpc.dynamic_ssl_server_credentials(
            _configuration(served), configuration, require_client_authentication=True
        )

    def channel_credentials(self) -> grpc.ChannelCredentials:
        """Makes credentials of this moment; `PeerChannel` follows the files."""
        material = self.material
        return grpc.ssl_channel_credentials(
            material.trust, material.key, material.certificate
        )

    def _look(self) -> None:
        self._looked = time.monotonic()
        version = None
        try:
            version = _version(self._directory)
            if version in (self._material.version, self._refused):
                return
            self._material = _read(self._directory)
        except (OSError, CertificatesError) as error:
            self._refused = version  # Said once; looked at again when it changes.
            log.warning("certificates_not_reloaded", error=str(error))
        else:
            log.info("certificates_reloaded", not_after=str(self._material.not_after))


def _configuration(material: Material) -> grpc.ServerCertificateConfiguration:
    return grpc.ssl_server_certificate_configuration(
        [(material.key, material.certificate)], root_certificates=material.trust
    )


def _version(directory: Path) -> Version:
    # Through the links, so that a swap of `..data` and a plain overwrite both show.
    statuses = [(directory / name).stat() for name in FILES]
    return tuple((status.st_ino, status.st_mtime_ns) for status in statuses)


def _read(directory: Path) -> Material:
    try:
        for _ in range(READ_ATTEMPTS):
            version = _version(directory)
            try:
                material = Material(
                    version,
                    *((directory / name).read_bytes() for name in FILES),
                )
            except FileNotFoundError:
                continue  # Swapped while being read; gone for good fails above.
            if version == _version(directory):
                _check(material)
                return material
    except OSError as error:
        raise CertificatesError(f"{directory}: {error.strerror}") from error
    except ValueError as error:
        raise CertificatesError(f"{directory}: {error}") from error
    raise CertificatesError(f"{directory}: incomplete, or changes all the time")


def _check(material: Material) -> None:
    certificate = x509.load_pem_x509_certificate(material.certificate)
    key = serialization.load_pem_private_key(material.key, password=None)
    x509.load_pem_x509_certificates(material.trust)
    if key.public_key() != certificate.public_key():
        raise ValueError(f"{KEY} does not belong to {CERTIFICATE}")
