"""The authority is replaced in steps, none of which leaves a peer untrusted."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest
from cryptography import x509

from deploy.embedded import rotation as module
from deploy.embedded.certificates import Certificates
from deploy.embedded.errors import StartError
from deploy.embedded.output import Output
from deploy.embedded.paths import Home


class RunningPeers:
    """Peers that take their new certificates when they are looked at a second time.

    Each look writes down who signed and who is trusted at that moment.
    """

    def __init__(self, home: Home, *, stubborn: Sequence[str] = ()) -> None:
        self.home = home
        self.stubborn = stubborn
        self.seen: list[tuple[str, tuple[str, ...]]] = []
        self._looks = 0

    async def stale(self) -> list[str] | None:
        self._looks += 1
        seen = (signer(self.home), trusted(self.home))
        if seen not in self.seen:
            self.seen.append(seen)
        return list(self.stubborn) or (["gateway"] if self._looks % 3 else [])


def signer(home: Home) -> str:
    """Who signed the gateway's certificate."""
    pem = (home.certificates / "gateway" / "tls.crt").read_bytes()
    return x509.load_pem_x509_certificate(pem).issuer.rfc4514_string()


def trusted(home: Home) -> tuple[str, ...]:
    """Whom the gateway trusts."""
    pem = (home.certificates / "gateway" / "ca.crt").read_bytes()
    certificates = x509.load_pem_x509_certificates(pem)
    return tuple(sorted(each.subject.rfc4514_string() for each in certificates))


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SETTLE_SECONDS", 0.0)
    monkeypatch.setattr(module, "_LOOK_SECONDS", 0.0)


def issued(home: Home, output: Output, peers: RunningPeers) -> Certificates:
    """Certificates that were issued once."""
    hour = timedelta(hours=1)
    certificates = Certificates(home, output, lifetime=hour, presented=peers)
    certificates.issue()
    return certificates


async def test_whoever_signs_is_trusted_before_and_after(
    home: Home, output: Output
) -> None:
    """First the next one is trusted, then it signs, then the former is forgotten."""
    peers = RunningPeers(home)
    certificates = issued(home, output, peers)
    former = signer(home)
    await certificates.rotate_authority()
    new = signer(home)
    both = tuple(sorted((former, new)))

    assert former != new
    assert [(former, both), (new, both), (new, (new,))] == peers.seen


async def test_nobody_is_waited_for_when_nothing_runs(
    home: Home, output: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A person may rotate a mesh that is stopped."""

    class NobodyRuns(RunningPeers):
        async def stale(self) -> list[str] | None:
            return None

    monkeypatch.setattr(module, "SETTLE_SECONDS", 60.0)
    certificates = issued(home, output, NobodyRuns(home))
    former = signer(home)
    async with asyncio.timeout(30):
        await certificates.rotate_authority()

    assert (signer(home),) == trusted(home)
    assert former != signer(home)


async def test_a_peer_that_does_not_follow_stops_the_rotation(
    home: Home, output: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The former authority is trusted on, and a later rotation carries on."""
    monkeypatch.setattr(module, "_PATIENCE_SECONDS", 0.05)
    peers = RunningPeers(home)
    certificates = issued(home, output, peers)
    former = signer(home)
    peers.stubborn = ["llm_worker"]
    with pytest.raises(StartError, match="llm_worker"):
        await certificates.rotate_authority()
    halfway = trusted(home)
    peers.stubborn = []
    await certificates.rotate_authority()

    assert former in halfway
    assert 2 == len(halfway)
    assert (signer(home),) == trusted(home)
    assert former != signer(home)


async def test_a_rotation_that_was_killed_is_carried_on(
    home: Home, output: Output
) -> None:
    """After the change of who signs, what is left is to forget the former."""
    certificates = issued(home, output, RunningPeers(home))
    with certificates.authority() as authority:
        authority.prepare_ca()
        authority.rotate_ca()
    certificates.issue()
    new = signer(home)
    await certificates.rotate_authority()

    assert (new,) == trusted(home)


async def test_one_rotation_at_a_time(home: Home, output: Output) -> None:
    """Two would forget each other's authorities."""
    certificates = issued(home, output, RunningPeers(home))
    outcomes = await asyncio.gather(
        *(certificates.rotate_authority() for _ in range(2)), return_exceptions=True
    )
    refused = [each for each in outcomes if isinstance(each, StartError)]

    assert 1 == len(refused)
    assert "rotated already" in str(refused[0])
