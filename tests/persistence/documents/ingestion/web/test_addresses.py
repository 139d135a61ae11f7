"""Which addresses are fetched."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from persistence.documents.ingestion.web.addresses import (
    is_public,
    is_public_or_private,
    literal,
)

PUBLIC = ["8.8.8.8", "93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"]
PRIVATE = ["10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1"]
PRIVATE_V6 = ["fc00::1", "fd12:3456::1"]
NEVER = [
    "0.0.0.0",  # noqa: S104 - Nothing listens.
    "127.0.0.1",
    "127.255.255.254",
    "169.254.169.254",
    "192.0.0.8",
    "192.0.2.1",
    "198.18.0.1",
    "203.0.113.9",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "64:ff9b::7f00:1",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::1",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
]


class TestAddresses:
    @pytest.mark.parametrize("text", PUBLIC)
    def test_public_ones_are_fetched(self, text):
        """
        Of both families.
        """
        assert is_public(ip_address(text))

    @pytest.mark.parametrize("text", PRIVATE + PRIVATE_V6)
    def test_private_ones_are_fetched_where_an_intranet_is_wanted(self, text):
        """
        And nowhere else.
        """
        assert not is_public(ip_address(text))
        assert is_public_or_private(ip_address(text))

    @pytest.mark.parametrize("text", NEVER)
    def test_all_others_never_are(self, text):
        """
        Nor what holds another address.
        """
        assert not is_public(ip_address(text))
        assert not is_public_or_private(ip_address(text))

    @pytest.mark.parametrize("text", ["[::1]", "127.0.0.1", "example.org", "1.2"])
    def test_literals_are_told_from_names(self, text):
        """
        A name is the resolver's.
        """
        assert (literal(text) is None) == (text in {"example.org", "1.2"})
