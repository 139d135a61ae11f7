"""Which web addresses are taken at all; the ingest worker checks what they lead to."""

from __future__ import annotations

from urllib.parse import urlsplit

from persistence.documents import errors
from persistence.documents.ingestion.web.addresses import (
    is_public,
    is_public_or_private,
    literal,
)

STANDARD_PORTS = {"http": 80, "https": 443}
# https://www.iana.org/assignments/special-use-domain-names
_THIS_MACHINE = ("localhost", ".localhost", ".lamla")
_PRIVATE = (".local", ".internal", ".home.arpa")


def url_checked(url: str, *, with_private: bool = False) -> str:
    """Returns a web address as it is.

    Args:
        with_private: Whether addresses of the organisation's own network are taken.

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
        or not _may_be_fetched(host, with_private=with_private)
    ):
        raise errors.url_refused(url)
    return url


def _may_be_fetched(host: str, *, with_private: bool) -> bool:
    address = literal(host)
    if address is not None:
        return is_public_or_private(address) if with_private else is_public(address)
    if not host or host.endswith(_THIS_MACHINE):
        return False
    return with_private or ("." in host and not host.endswith(_PRIVATE))
