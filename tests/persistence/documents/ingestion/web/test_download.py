"""Downloads from a server on the loopback, which only these tests may fetch."""

from __future__ import annotations

import errno
import gzip
import hashlib
import io
import zlib
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from mesh.errors import ServiceError
from persistence.documents.ingestion.web.addresses import is_public
from persistence.documents.ingestion.web.download import Web, download

CONTENT = b"<p>What is Enlightenment?</p>"
ANY = Web(lambda _: True, max_bytes=100_000, ports=None)


@pytest.fixture
async def site():
    """Starts servers: `async with site(handler) as url`."""

    @asynccontextmanager
    async def serve(handler):
        application = web.Application()
        application.router.add_route("*", "/{tail:.*}", handler)
        runner = web.AppRunner(application, access_log=None)
        await runner.setup()
        server = web.TCPSite(runner, "127.0.0.1", 0)
        await server.start()
        try:
            yield f"http://127.0.0.1:{runner.addresses[0][1]}"
        finally:
            await runner.cleanup()

    return serve


async def fetch(url, rules=ANY):
    """Downloads into memory."""
    into = io.BytesIO()
    got = await download(url, into, rules)
    return got, into.getvalue()


async def refusal(url, rules=ANY):
    """Why it is not downloaded."""
    with pytest.raises(ServiceError) as caught:
        await fetch(url, rules)
    return caught.value


def answering(body=CONTENT, **options):
    """A handler that answers the same to everything."""

    async def handler(request):  # noqa: ARG001
        return web.Response(body=body, **options)

    return handler


class TestDownload:
    async def test_a_file_is_fetched_with_its_name(self, site):
        """
        From the header, or from the path, with the ending that its type has.
        """
        html = {"Content-Type": "text/html; charset=utf-8"}
        named = {"Content-Disposition": 'attachment; filename="../a/Kant\'s.html"'}
        async with site(answering(headers=html)) as url:
            got, body = await fetch(f"{url}/wiki/Immanuel_Kant?x=1#top")
        async with site(answering(headers=html | named)) as url:
            other, _ = await fetch(url)

        assert CONTENT == body
        assert "Immanuel_Kant.html" == got.file_name
        assert "Kant's.html" == other.file_name
        assert (len(CONTENT), hashlib.sha256(CONTENT).digest()) == (
            got.size_bytes,
            got.sha256,
        )

    async def test_a_full_disk_is_not_the_addresss_fault(self, site):
        """
        It is waited for, as any storage is that fails.
        """

        class Full(io.BytesIO):
            def write(self, _data: object) -> int:
                raise OSError(errno.ENOSPC, "No space left on device")

        async with site(answering()) as url:
            with pytest.raises(ServiceError) as caught:
                await download(url, Full(), ANY)

        assert {"dependency": "storage"} == caught.value.metadata

    async def test_redirects_are_followed_five_times(self, site):
        """
        And not a sixth time.
        """

        async def handler(request):
            left = int(request.path.rsplit("/", 1)[1])
            if left:
                raise web.HTTPFound(f"/{left - 1}")
            return web.Response(body=CONTENT)

        async with site(handler) as url:
            _, body = await fetch(f"{url}/5")
            error = await refusal(f"{url}/6")

        assert CONTENT == body
        assert "ERROR_REASON_URL_UNREACHABLE" == error.reason_name

    async def test_nothing_is_told(self, site, monkeypatch):
        """
        Neither cookies nor credentials, and no proxy is asked.
        """
        monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
        seen = []

        async def handler(request):
            seen.append(dict(request.headers))
            if request.path == "/":
                response = web.HTTPFound("/next")
                response.set_cookie("session", "1")
                raise response
            return web.Response(body=CONTENT)

        async with site(handler) as url:
            await fetch(url)

        assert 2 == len(seen)
        assert {"Host", "User-Agent", "Accept", "Accept-Encoding"} >= {
            *seen[0],
            *seen[1],
        } - {"Connection"}

    @pytest.mark.parametrize("status", [404, 500, 204])
    async def test_an_error_is_told_with_its_status(self, site, status):
        """
        The document fails; it is no page.
        """
        async with site(answering(status=status)) as url:
            error = await refusal(url)

        assert "ERROR_REASON_URL_UNREACHABLE" == error.reason_name
        assert str(status) == error.metadata["http_status"]

    async def test_nobody_there(self):
        """
        Typed as well.
        """
        error = await refusal("http://127.0.0.1:1/")

        assert "ERROR_REASON_URL_UNREACHABLE" == error.reason_name


class TestSize:
    async def test_what_is_too_large_ends_at_the_bound(self, site):
        """
        However much more would come.
        """
        sent = 0

        async def handler(request):
            nonlocal sent
            response = web.StreamResponse()
            await response.prepare(request)
            for _ in range(1000):
                await response.write(bytes(65_536))
                sent += 65_536
            return response

        async with site(handler) as url:
            error = await refusal(url)

        assert "ERROR_REASON_FILE_TOO_LARGE" == error.reason_name
        assert "100000" == error.metadata["max_bytes"]
        assert sent < 65_536_000

    @pytest.mark.parametrize(
        ("encoding", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress)]
    )
    async def test_packed_content_is_unpacked_within_the_bound(
        self, site, encoding, pack
    ):
        """
        It was not asked for, but servers send it.
        """
        headers = {"Content-Encoding": encoding}
        async with site(answering(pack(CONTENT), headers=headers)) as url:
            _, body = await fetch(url)
        bomb = pack(bytes(50_000_000))
        async with site(answering(bomb, headers=headers)) as url:
            error = await refusal(url)

        assert CONTENT == body
        assert "ERROR_REASON_FILE_TOO_LARGE" == error.reason_name

    async def test_what_follows_packed_content_is_not_waited_for(self, site):
        """
        It is no part of it, so that no bound of the content would end it.
        """
        sent = 0

        async def handler(request):
            nonlocal sent
            response = web.StreamResponse(headers={"Content-Encoding": "gzip"})
            await response.prepare(request)
            await response.write(gzip.compress(CONTENT))
            for _ in range(1000):
                await response.write(bytes(65_536))
                sent += 65_536
            return response

        async with site(handler) as url:
            _, body = await fetch(url)

        assert CONTENT == body
        assert sent < 65_536_000

    async def test_unknown_packing_is_refused(self, site):
        """
        Rather than kept packed.
        """
        async with site(answering(headers={"Content-Encoding": "br"})) as url:
            error = await refusal(url)

        assert "ERROR_REASON_URL_UNREACHABLE" == error.reason_name


class TestRefused:
    PUBLIC = Web(is_public, max_bytes=100_000)

    @pytest.mark.parametrize(
        "url",
        [
            "file:///etc/passwd",
            "ftp://example.org/",
            "gopher://example.org/",
            "http://user@example.org/",
            "http://user:password@example.org/",
            "http://example.org:22/",
            "http:///path",
            "http://[::1",
            "http://127.0.0.1/",
            "http://[::1]/",
            "http://[::ffff:7f00:1]/",
            "http://169.254.169.254/latest/meta-data/",
            "http://localhost/",
            "http://2130706433/",
            "http://0x7f.1/",
            "http://127.1/",
            "http://0/",
            "not an address",
        ],
    )
    async def test_addresses_that_are_not_public(self, url):
        """
        However they are spelled; nothing is connected to.
        """
        error = await refusal(url, self.PUBLIC)

        assert "ERROR_REASON_URL_REFUSED" == error.reason_name
        assert url == error.metadata["url"]

    async def test_redirects_to_where_it_must_not_go(self, site):
        """
        Each is looked at again: the address, the scheme, the port.
        """
        allowed = Web(lambda address: str(address) == "127.0.0.1", 100_000, None)
        for target in ("http://127.0.0.2/", "file:///etc/passwd", "http://[::1]/"):

            async def handler(request, target=target):  # noqa: ARG001
                raise web.HTTPFound(target)

            async with site(handler) as url:
                error = await refusal(url, allowed)

            assert "ERROR_REASON_URL_REFUSED" == error.reason_name
