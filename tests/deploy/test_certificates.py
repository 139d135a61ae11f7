"""Certificates: every peer has one, and gets another before it runs out."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509

from deploy.embedded import certificates as module
from deploy.embedded.certificates import PEERS, Certificates
from deploy.embedded.output import Output
from deploy.embedded.paths import Home
from mesh import issuing


class NobodyRuns:
    """There are no peers to wait for."""

    async def stale(self) -> list[str] | None:
        return None


def _certificates(
    home: Home, output: Output, *, lifetime: timedelta = timedelta(hours=1)
) -> Certificates:
    return Certificates(home, output, lifetime=lifetime, presented=NobodyRuns())


def _certificate(home: Home, peer: str) -> x509.Certificate:
    text = (home.certificates / peer / "tls.crt").read_bytes()
    return x509.load_pem_x509_certificate(text)


async def _until(condition: Callable[[], bool]) -> None:
    while not condition():  # noqa: ASYNC110 - Nobody announces a file.
        await asyncio.sleep(0.02)


def _mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


async def test_every_peer_has_a_short_lived_certificate(
    home: Home, output: Output
) -> None:
    """A day by default, a name of its own, and a key nobody else can read."""
    certificates = _certificates(home, output, lifetime=timedelta(hours=24))
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
    certificates = _certificates(home, output, lifetime=timedelta(seconds=1))
    await certificates.start()
    first = _certificate(home, "gateway").serial_number
    await _until(lambda: _certificate(home, "gateway").serial_number != first)
    await certificates.stop(1)


async def test_a_restart_keeps_the_authority(home: Home, output: Output) -> None:
    """What a running process trusts goes on being trusted."""
    issuers = set()
    for _ in range(2):
        certificates = _certificates(home, output, lifetime=timedelta(hours=1))
        await certificates.start()
        await certificates.stop(1)
        issuers.add(_certificate(home, "gateway").issuer.rfc4514_string())

    assert 1 == len(issuers)


async def _issuer_after_a_start(home: Home, output: Output) -> str:
    certificates = _certificates(home, output)
    await certificates.start()
    await certificates.stop(1)
    return _certificate(home, "gateway").issuer.rfc4514_string()


async def test_an_authority_that_runs_out_is_replaced_at_the_start(
    home: Home, output: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody who comes back after years finds a mesh that starts."""
    monkeypatch.setattr(issuing, "CA_LIFETIME", timedelta(days=59))
    first = await _issuer_after_a_start(home, output)
    monkeypatch.undo()
    second = await _issuer_after_a_start(home, output)
    third = await _issuer_after_a_start(home, output)
    trusted = x509.load_pem_x509_certificates(
        (home.certificates / "envoy" / "ca.crt").read_bytes()
    )

    assert first != second
    assert second == third
    assert [second] == [each.subject.rfc4514_string() for each in trusted]


async def test_an_authority_that_runs_out_is_replaced_under_way(
    home: Home, output: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mesh that runs for years needs nobody to remember."""
    certificates = _certificates(home, output, lifetime=timedelta(seconds=0.5))
    await certificates.start()
    first = _certificate(home, "gateway").issuer
    monkeypatch.setattr(module, "AUTHORITY_MARGIN", timedelta(days=20 * 365))
    await _until(lambda: _certificate(home, "gateway").issuer != first)
    await certificates.stop(1)


@pytest.mark.parametrize("steps", [1, 2])
async def test_a_rotation_that_was_cut_off_is_ended_at_the_start(
    home: Home, output: Output, steps: int
) -> None:
    """By the next start, which has nobody to wait for."""
    certificates = _certificates(home, output)
    certificates.issue()
    with certificates.authority() as kept:
        for step in (kept.prepare_ca, kept.rotate_ca)[:steps]:
            step()
    await _issuer_after_a_start(home, output)

    with certificates.authority() as kept:
        assert not kept.is_prepared
        assert not kept.trusts_former
