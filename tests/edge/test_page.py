"""The built page, and what Django answers."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest

from gateway.envoy.settings import EdgeSettings, Place
from tests.edge.conftest import ASSET, ICON, INDEX
from tests.edge.envoy import Edge, raw, running, until, whole

FOR_EVER = "public, max-age=31536000, immutable"


class TestPage:
    @pytest.mark.parametrize(
        "path", ["/", "/c/0198c0de-0000-7000-8000-000000000001", "/login?next=/x"]
    )
    async def test_every_address_of_the_page_is_the_page(
        self, edge: Edge, http: aiohttp.ClientSession, path: str
    ):
        """
        A link into the page works after a reload; it is asked for again each time.
        """
        answer = await whole(http.get(edge.url + path))

        assert 200 == answer.status
        assert INDEX == await answer.text()
        assert "text/html" == answer.content_type
        assert "no-cache" == answer.headers["cache-control"]

    @pytest.mark.parametrize(
        ("path", "expected"),
        [
            ("/assets/app-1a2b.js", (ASSET, "text/javascript", FOR_EVER)),
            ("/favicon.svg", (ICON, "image/svg+xml", "no-cache")),
            ("/index.html", (INDEX, "text/html", "no-cache")),
        ],
    )
    async def test_files_have_a_type_and_an_age(
        self,
        edge: Edge,
        http: aiohttp.ClientSession,
        path: str,
        expected: tuple[str, str, str],
    ):
        """
        What has a hash in its name is kept for ever, the rest asked for again.
        """
        plain = {"accept-encoding": "identity"}
        answer = await whole(http.get(edge.url + path, headers=plain))
        cache = answer.headers["cache-control"]

        assert 200 == answer.status
        assert expected == (await answer.text(), answer.content_type, cache)

    async def test_files_are_compressed_for_who_accepts_it(
        self, edge: Edge, http: aiohttp.ClientSession
    ):
        """
        Scripts shrink to a fraction.
        """
        answer = await whole(
            http.get(
                f"{edge.url}/assets/app-1a2b.js", headers={"accept-encoding": "gzip"}
            )
        )
        body = await answer.read()

        assert "gzip" == answer.headers["content-encoding"]
        assert ASSET == gzip.decompress(body).decode()

    @pytest.mark.parametrize("path", ["/", "/assets/app-1a2b.js", "/favicon.svg"])
    async def test_the_page_is_told_what_it_may_do(
        self, edge: Edge, http: aiohttp.ClientSession, path: str
    ):
        """
        Only what comes from here runs, talks, or frames.
        """
        headers = (await whole(http.get(edge.url + path))).headers
        policy = headers["content-security-policy"]

        assert "default-src 'self'" in policy
        assert "connect-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe-eval" not in policy
        assert "nosniff" == headers["x-content-type-options"]
        assert "same-origin" == headers["referrer-policy"]

    @pytest.mark.parametrize(
        "path",
        [
            "/assets/../../../../../../etc/passwd",
            "/assets/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
            "/assets/..%2f..%2f..%2f..%2fetc/passwd",
            "//etc/passwd",
            "/assets/",
        ],
    )
    async def test_nothing_outside_of_the_page_is_served(self, edge: Edge, path: str):
        """
        Neither files above it nor a list of those in it.
        """
        body = await raw(edge, f"GET {path} HTTP/1.1")

        assert b"root:" not in body
        assert b"app-1a2b" not in body


class TestNewPage:
    async def test_a_page_that_is_renamed_into_its_place_is_served(
        self,
        place: Callable[[], Place],
        http: aiohttp.ClientSession,
        tmp_path: Path,
    ):
        """
        A build under a running Envoy needs no restart.
        """
        index = tmp_path / "index.html"
        index.write_text(INDEX)
        stage = replace(place(), index_dir=tmp_path)
        async with running(stage, EdgeSettings()) as envoy:
            for text in ("<p>second", "<p>third"):
                new = tmp_path / "index.html.new"
                new.write_text(text)
                new.rename(index)

                async def is_served(text: str = text) -> bool:
                    return text == await (await whole(http.get(envoy.url))).text()

                await until(is_served)


class TestDjango:
    @pytest.mark.parametrize(
        "path",
        [
            "/admin/login/",
            "/admin/static/admin/css/base.css",
            "/health",
            "/api/v1/chat/health",
            "/api/health/db",
            "/admin",
        ],
    )
    async def test_what_must_be_http_reaches_persistence(
        self, edge: Edge, http: aiohttp.ClientSession, path: str
    ):
        """
        With the host that the browser asked for.
        """
        answer = await whole(http.get(edge.url + path))

        assert {
            "path": path,
            "host": edge.address,
            "size_bytes": 0,
        } == await answer.json()

    async def test_the_keys_are_public(self, edge: Edge, http: aiohttp.ClientSession):
        """
        At the usual place.
        """
        answer = await whole(http.get(f"{edge.url}/.well-known/jwks.json"))

        assert "keys" in await answer.json()
