"""Which web addresses are taken at all; the ingest worker checks what they lead to."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from persistence.documents import errors

STANDARD_PORTS = {"http": 80, "https": 443}
_LOCAL = (".localhost", ".local", ".internal", ".lamla")


def url_checked(url: str) -> str:
    """Returns a web address as it is.

    Raises:
        ServiceError: `URL_REFUSED` for another scheme or port, for one with a
            password, and where it is plain to see that it is not public.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise errors.url_refused(url) from error
    host = (parts.hostname or "").rstrip(".")
    if (
        parts.scheme not in STANDARD_PORTS
        or port not in {None, STANDARD_PORTS[parts.scheme]}
        or "@" in parts.netloc
        or not _is_public(host)
    ):
        raise errors.url_refused(url)
    return url


def _is_public(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_global
    except ValueError:
        return "." in host and not host.endswith(_LOCAL)
