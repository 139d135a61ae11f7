"""Certificates carry the peer's name, and change all at once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from structlog.testing import capture_logs

from mesh.authority import Authority, swap
from mesh.credentials import Certificates, CertificatesError


def leaf(directory):
    """Returns the certificate in `directory`."""
    return x509.load_pem_x509_certificate((directory / "tls.crt").read_bytes())


def trusted(directory):
    """Returns the authorities in `directory`."""
    return x509.load_pem_x509_certificates((directory / "ca.crt").read_bytes())


@pytest.fixture
def authority(tmp_path):
    """An authority kept in `tmp_path / "authority"`."""
    return Authority.load_or_create(tmp_path / "authority")


@pytest.fixture
def peer(tmp_path):
    """The directory of the peer `llm_worker`."""
    return tmp_path / "llm_worker"


class TestIssue:
    def test_names_the_peer(self, authority, peer):
        """
        The SPIFFE id is what servers read; the DNS names are what clients verify.
        """
        authority.issue("llm_worker", peer, timedelta(hours=1), dns=["worker.local"])

        names = (
            leaf(peer)
            .extensions.get_extension_for_class(x509.SubjectAlternativeName)
            .value
        )
        assert ["spiffe://lamla/llm_worker"] == names.get_values_for_type(
            x509.UniformResourceIdentifier
        )
        assert ["llm-worker.lamla", "localhost", "worker.local"] == (
            names.get_values_for_type(x509.DNSName)
        )
        assert ["127.0.0.1", "::1"] == [
            str(ip) for ip in names.get_values_for_type(x509.IPAddress)
        ]

    def test_lives_as_long_as_asked(self, authority, peer):
        """
        Short-lived leaves need no revocation.
        """
        authority.issue("llm_worker", peer, timedelta(hours=1))

        left = leaf(peer).not_valid_after_utc - datetime.now(UTC)
        assert timedelta(minutes=59) < left <= timedelta(hours=1)

    def test_keys_are_for_their_owner_only(self, authority, peer, tmp_path):
        """
        No other account can read a private key.
        """
        authority.issue("llm_worker", peer)

        for path in (peer / "tls.key", tmp_path / "authority" / "ca.key"):
            assert 0o600 == path.stat().st_mode & 0o777

    def test_each_key_is_new(self, authority, peer):
        """
        Renewing a certificate renews its key.
        """
        authority.issue("llm_worker", peer)
        first = (peer / "tls.key").read_bytes()
        authority.issue("llm_worker", peer)

        assert first != (peer / "tls.key").read_bytes()

    def test_leaves_nothing_behind(self, authority, peer):
        """
        A peer's directory does not grow with each renewal.
        """
        for _ in range(3):
            authority.issue("llm_worker", peer)

        assert 5 == len(list(peer.iterdir()))  # Three links, `..data`, its target.

    def test_replaces_plain_files(self, authority, peer):
        """
        A directory that was filled by hand becomes one that is swapped.
        """
        peer.mkdir()
        (peer / "tls.crt").write_text("old")

        authority.issue("llm_worker", peer)

        assert (peer / "tls.crt").is_symlink()


class TestRotation:
    def test_the_authority_is_kept(self, authority, peer, tmp_path):
        """
        A restart issues certificates that running peers accept.
        """
        again = Authority.load_or_create(tmp_path / "authority")

        assert authority.bundle == again.bundle

    def test_next_authority_is_trusted_before_it_signs(self, authority, peer):
        """
        Everybody knows the next one by the time that a leaf of it appears.
        """
        authority.issue("llm_worker", peer)
        before = leaf(peer).issuer
        authority.prepare_ca()
        authority.issue("llm_worker", peer)

        assert before == leaf(peer).issuer
        assert 2 == len(trusted(peer))

    def test_rotation_survives_restarts_between_its_steps(
        self, authority, peer, tmp_path
    ):
        """
        Each step is kept: prepared, then in use beside the former, then alone.
        """
        directory = tmp_path / "authority"
        former = trusted_names(authority)
        authority.prepare_ca()
        Authority.load_or_create(directory).rotate_ca()
        rotated = Authority.load_or_create(directory)
        rotated.issue("llm_worker", peer)
        both = trusted_names(rotated)
        rotated.forget_old_cas()
        alone = trusted_names(Authority.load_or_create(directory))

        assert former == both[1:]
        assert [leaf(peer).issuer] == both[:1] == alone


def trusted_names(authority):
    """Returns the names of the authorities in the bundle."""
    return [c.subject for c in x509.load_pem_x509_certificates(authority.bundle)]


class TestCertificates:
    def test_missing_files_are_named(self, tmp_path):
        """
        An operator reads which directory is empty, not a traceback.
        """
        with pytest.raises(CertificatesError, match=f"{tmp_path}: No such file"):
            Certificates(tmp_path)

    def test_key_of_another_certificate_is_refused(self, authority, tmp_path):
        """
        Files that do not belong together are noticed before a handshake fails.
        """
        authority.issue("a", tmp_path / "a")
        authority.issue("b", tmp_path / "b")
        files = {
            "tls.crt": (tmp_path / "a" / "tls.crt").read_bytes(),
            "tls.key": (tmp_path / "b" / "tls.key").read_bytes(),
            "ca.crt": authority.bundle,
        }
        swap(tmp_path / "mixed", files)

        with pytest.raises(CertificatesError, match="does not belong"):
            Certificates(tmp_path / "mixed")

    def test_a_swap_is_seen(self, authority, peer):
        """
        New files are in use as soon as somebody looks.
        """
        authority.issue("llm_worker", peer)
        certificates = Certificates(peer, poll_seconds=0)
        before = certificates.version
        authority.issue("llm_worker", peer)

        assert before != certificates.version
        assert (peer / "tls.crt").read_bytes() == certificates.material.certificate

    def test_looking_is_rare(self, authority, peer):
        """
        However many calls there are, the files are looked at once per period.
        """
        authority.issue("llm_worker", peer)
        certificates = Certificates(peer, poll_seconds=60)
        before = certificates.version
        authority.issue("llm_worker", peer)

        assert before == certificates.version

    def test_broken_files_are_left_alone(self, authority, peer):
        """
        A bad rotation is logged, once, and what was good goes on being used.
        """
        authority.issue("llm_worker", peer)
        certificates = Certificates(peer, poll_seconds=0)
        good = certificates.material
        swap(peer, {"tls.crt": b"x", "tls.key": b"y", "ca.crt": b"z"})
        with capture_logs() as logs:
            assert good is certificates.material
            assert good is certificates.material

        assert ["certificates_not_reloaded"] == [line["event"] for line in logs]

        authority.issue("llm_worker", peer)

        assert good is not certificates.material

    def test_plain_files_work_too(self, authority, peer, tmp_path):
        """
        Docker's secrets are plain files; overwriting them is seen.
        """
        authority.issue("llm_worker", peer)
        plain = tmp_path / "plain"
        plain.mkdir()
        for name in ("tls.crt", "tls.key", "ca.crt"):
            (plain / name).write_bytes((peer / name).read_bytes())
        certificates = Certificates(plain, poll_seconds=0)
        before = certificates.version
        (plain / "tls.crt").write_bytes((plain / "tls.crt").read_bytes())

        assert before != certificates.version
