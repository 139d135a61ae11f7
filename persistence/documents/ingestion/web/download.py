"""Downloads one file: each address checked, nothing told, all of it bounded."""

from __future__ import annotations

import asyncio
import hashlib
import mimetypes
import socket
import zlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO
from urllib.parse import unquote

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from lamla.errors.v1.error_reason_pb2 import ErrorReason
from yarl import URL

from mesh.errors import ServiceError
from persistence.documents import files
from persistence.documents.ingestion.web.addresses import Allowed, literal
from persistence.documents.models import TITLE_MAX_LENGTH

REDIRECTS = 5
PORTS = frozenset({80, 443})
PIECE_BYTES = 64 * 1024
TIMEOUT = aiohttp.ClientTimeout(total=600, sock_connect=10, sock_read=30)
HEADERS = {
    "User-Agent": "Lamla",
    "Accept": "*/*",
    # Packed content is unpacked within bounds all the same: below.
    "Accept-Encoding": "identity",
}
FOUND = 200
MOVED = frozenset({301, 302, 303, 307, 308})
INFLATE = {"gzip": 16 + zlib.MAX_WBITS, "x-gzip": 16 + zlib.MAX_WBITS}
INFLATE |= {"deflate": zlib.MAX_WBITS}


@dataclass(frozen=True, slots=True)
class Web:
    """What may be asked for.

    Attributes:
        allowed: Which addresses may be connected to.
        ports: Which ports; None: any.
    """

    allowed: Allowed
    max_bytes: int
    ports: frozenset[int] | None = PORTS


@dataclass(frozen=True, slots=True)
class Download:
    """A file that was fetched."""

    file_name: str
    size_bytes: int
    sha256: bytes


async def download(address: str, into: IO[bytes], web: Web) -> Download:
    """Fetches what is at an address, following redirects.

    Raises:
        ServiceError: `URL_REFUSED`, `URL_UNREACHABLE`, `FILE_TOO_LARGE`;
            `DEPENDENCY_UNAVAILABLE` when the disk fails.
    """
    url = _checked(address, web)
    connector = aiohttp.TCPConnector(
        resolver=CheckedResolver(web.allowed),
        socket_factory=partial(_socket, web.allowed),
        use_dns_cache=False,
        force_close=True,
    )
    try:
        async with aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=TIMEOUT,
            headers=HEADERS,
            trust_env=False,
            auto_decompress=False,
        ) as session:
            for _ in range(REDIRECTS + 1):
                async with session.get(url, allow_redirects=False) as response:
                    if response.status not in MOVED:
                        return await _saved(response, into, web)
                    url = _next(url, response, web)
    except AddressRefusedError as error:
        raise refused(address) from error
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        if isinstance(error.__cause__, AddressRefusedError):
            raise refused(address) from error
        raise unreachable(address) from error
    raise unreachable(address)


class AddressRefusedError(OSError):
    """A name leads to no address that may be connected to."""


class CheckedResolver(AbstractResolver):
    """Resolves a name once, to addresses that may be connected to.

    The connection is made to just these: a second answer, for somebody who plays with
    short lives of names, is never asked for.
    """

    def __init__(self, allowed: Allowed) -> None:
        self._allowed = allowed

    async def resolve(
        self, host: str, port: int = 0, family: int = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Returns the addresses of a host.

        Raises:
            AddressRefusedError: it has none that may be connected to.
            OSError: it has none at all.
        """
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(
            host, port, family=family, type=socket.SOCK_STREAM
        )
        results = [
            ResolveResult(
                hostname=host,
                host=str(address[0]),
                port=port,
                family=kind,
                proto=protocol,
                flags=socket.AI_NUMERICHOST,
            )
            for kind, _, protocol, _, address in found
            if self._is_allowed(str(address[0]))
        ]
        if not results:
            raise AddressRefusedError(host)
        return results

    async def close(self) -> None:
        """Holds nothing."""

    def _is_allowed(self, text: str) -> bool:
        address = literal(text)
        return address is not None and self._allowed(address)


def _socket(allowed: Allowed, info: aiohttp.AddrInfoType) -> socket.socket:
    """Makes the socket of a connection: whatever led to its address ends here.

    Raises:
        AddressRefusedError: the address must not be connected to.
    """
    family, kind, protocol, _, (host, *_) = info
    address = literal(str(host))
    if address is None or not allowed(address):
        raise AddressRefusedError(host)
    return socket.socket(family, kind, protocol)


def refused(address: str) -> ServiceError:
    """Makes the error for an address that is not fetched."""
    return ServiceError(
        ErrorReason.ERROR_REASON_URL_REFUSED,
        "This address, or one that it leads to, is not fetched: only http and https on"
        " public addresses and standard ports are.",
        url=address,
    )


def unreachable(address: str, http_status: int | None = None) -> ServiceError:
    """Makes the error for an address that does not answer as it should."""
    answer = "does not answer" if http_status is None else "answers with an error"
    error = ServiceError(
        ErrorReason.ERROR_REASON_URL_UNREACHABLE, f"The address {answer}.", url=address
    )
    if http_status is not None:
        error.metadata["http_status"] = str(http_status)
    return error


def _checked(address: str | URL, web: Web) -> URL:
    """Returns the address, if it may be asked for.

    Raises:
        ServiceError: `URL_REFUSED`.
    """
    try:
        url = URL(address)
        host, port = url.host, url.port
    except ValueError as error:
        raise refused(str(address)) from error
    is_good = (
        url.scheme in {"http", "https"}
        and bool(host)
        and url.user is None
        and url.password is None
        and (web.ports is None or port in web.ports)
    )
    # The connector asks no resolver for what is an address already.
    number = literal(host) if host else None
    if number is None:
        # `127.1` and `2130706433` are names to no standard, and addresses to some.
        is_good = is_good and not (host or "").replace(".", "").isdigit()
    else:
        is_good = is_good and web.allowed(number)
    if not is_good:
        raise refused(str(address))
    return url.with_fragment(None)


def _next(url: URL, response: aiohttp.ClientResponse, web: Web) -> URL:
    try:
        return _checked(url.join(URL(response.headers["Location"])), web)
    except (KeyError, ValueError) as error:
        raise unreachable(str(url), response.status) from error


async def _saved(
    response: aiohttp.ClientResponse, into: IO[bytes], web: Web
) -> Download:
    url = str(response.url)
    if response.status != FOUND:
        raise unreachable(url, response.status)
    digest, size = hashlib.sha256(), 0
    async for piece in _unpacked(response):
        size += len(piece)
        if size > web.max_bytes:
            raise ServiceError(
                ErrorReason.ERROR_REASON_FILE_TOO_LARGE,
                "The file at this address is larger than the server takes.",
                max_bytes=str(web.max_bytes),
            )
        digest.update(piece)
        with files.storage_failures():
            into.write(piece)
    with files.storage_failures():
        into.flush()
    return Download(_file_name(response), size, digest.digest())


async def _unpacked(response: aiohttp.ClientResponse) -> AsyncIterator[bytes]:
    encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
    pieces = response.content.iter_chunked(PIECE_BYTES)
    if encoding in {"", "identity"}:
        async for piece in pieces:
            yield piece
        return
    if encoding not in INFLATE:
        raise unreachable(str(response.url), response.status)
    inflater = zlib.decompressobj(INFLATE[encoding])
    try:
        async for piece in pieces:
            if inflater.eof:
                return  # What follows is no part of it, and may have no end.
            packed = piece
            while packed:
                # Never more than this at a time, whatever it unpacks to.
                yield inflater.decompress(packed, PIECE_BYTES)
                packed = inflater.unconsumed_tail
        yield inflater.flush()
    except zlib.error as error:
        raise unreachable(str(response.url), response.status) from error


def _file_name(response: aiohttp.ClientResponse) -> str:
    told = response.content_disposition
    name = told.filename if told and told.filename else response.url.name
    name = Path(unquote(name).replace("\\", "/").replace("\0", "")).name
    if not name:
        name = response.url.host or "file"
    kind = mimetypes.guess_extension(response.content_type) or ""
    if kind and not mimetypes.guess_type(name)[0]:
        name = name[: TITLE_MAX_LENGTH - len(kind)] + kind
    return "".join(c for c in name if c.isprintable())[-TITLE_MAX_LENGTH:] or "file"
