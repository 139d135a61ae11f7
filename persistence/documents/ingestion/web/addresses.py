"""Which addresses may be fetched: SSRF is asking a server for what only it can reach.

Special-purpose addresses: https://www.iana.org/assignments/iana-ipv4-special-registry
and https://www.iana.org/assignments/iana-ipv6-special-registry
"""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Allowed = Callable[[Address], bool]

_V4_NEVER = (
    "0.0.0.0/8",
    "127.0.0.0/8",
    # Link-local: where clouds keep the credentials of a machine.
    "169.254.0.0/16",
    "192.0.0.0/24",
    "192.0.2.0/24",
    # Relays of 6to4.
    "192.88.99.0/24",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/4",
    "240.0.0.0/4",
)
# Organisations' own; the second is shared between a carrier's customers.
_V4_PRIVATE = ("10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16")
_V6_PUBLIC = "2000::/3"
_V6_NEVER = (
    # Of the public ones: Teredo, benchmarks, ORCHID, documentation, 6to4.
    "2001::/23",
    "2001:db8::/32",
    "2002::/16",
    "3fff::/20",
)
_V6_PRIVATE = ("fc00::/7",)


def _networks(*names: str) -> tuple[Network, ...]:
    return tuple(map(ip_network, names))


NEVER = _networks(*_V4_NEVER, *_V6_NEVER)
PRIVATE = _networks(*_V4_PRIVATE, *_V6_PRIVATE)
PUBLIC = _networks("0.0.0.0/0", _V6_PUBLIC)


def is_public(address: Address) -> bool:
    """Whether an address is one of the public internet.

    Addresses that hold another one (IPv4-mapped, NAT64, 6to4, Teredo) are not.
    """
    return _is_in(address, PUBLIC) and not _is_in(address, (*NEVER, *PRIVATE))


def is_public_or_private(address: Address) -> bool:
    """Whether it is public, or of a network of the organisation's own."""
    return is_public(address) or _is_in(address, PRIVATE)


def literal(host: str) -> Address | None:
    """Returns the address that a host is written as; None for a name."""
    try:
        return ip_address(host.strip("[]"))
    except ValueError:
        return None


def _is_in(address: Address, networks: tuple[Network, ...]) -> bool:
    return any(address in network for network in networks)
