"""Certificates: every peer has one, and gets another before it runs out."""

import asyncio
from datetime import timedelta
from pathlib import Path

from cryptography import x509

from deploy.embedded.certificates import PEERS, Certificates
from deploy.embedded.output import Output
from deploy.embedded.paths import Home


def _certificate(home: Home, peer: str) -> x509.Certificate:
    text = (home.certificates / peer / "tls.crt").read_bytes()
    return x509.load_pem_x509_certificate(text)


def _mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


async def test_every_peer_has_a_short_lived_certificate(
    home: Home, output: Output
) -> None:
    """A day by default, a name of its own, and a key nobody else can read."""
    certificates = Certificates(home, output, lifetime=timedelta(hours=24))
    await certificates.start()
    await certificates.stop(1)

    for peer in PEERS:
        certificate = _certificate(home, peer)
        names = certificate.extensions.get_extension_for_class(
            x509.SubjectAlternativeName
        ).value
        uris = names.get_values_for_type(x509.UniformResourceIdentifier)
        assert [f"spiffe://lamla/{peer}"] == uris
        life = certificate.not_valid_after_utc - certificate.not_valid_before_utc
        assert life < timedelta(hours=25)
        assert 0o600 == _mode(home.certificates / peer / "tls.key")


async def test_certificates_are_renewed_at_half_of_their_life(
    home: Home, output: Output
) -> None:
    """A mesh that runs for weeks never meets an expired one."""
    certificates = Certificates(
        home, output, lifetime=timedelta(seconds=1), peers=("gateway",)
    )
    await certificates.start()
    first = _certificate(home, "gateway").serial_number
    await asyncio.sleep(0.75)
    second = _certificate(home, "gateway").serial_number
    await certificates.stop(1)

    assert first != second


async def test_a_restart_keeps_the_authority(home: Home, output: Output) -> None:
    """What a running process trusts goes on being trusted."""
    issuers = set()
    for _ in range(2):
        certificates = Certificates(home, output, lifetime=timedelta(hours=1))
        await certificates.start()
        await certificates.stop(1)
        issuers.add(_certificate(home, "gateway").issuer.rfc4514_string())

    assert 1 == len(issuers)
