"""Nobody but Envoy is answered over HTTP."""

from __future__ import annotations

import asyncio
import shutil

import aiohttp
import pytest

from mesh.credentials import POLL_SECONDS
from mesh.testing import issue_certificates
from persistence.serve import Process
from tests.persistence.http.conftest import client_context


class TestPeers:
    @pytest.mark.parity("A39")
    @pytest.mark.parametrize("peer", ["gateway", "developer", "persistence"])
    async def test_another_peer_is_refused(self, connect, peer):
        """
        A certificate of ours is not enough: it has to be Envoy's.
        """
        with pytest.raises(aiohttp.ClientError):
            async with connect(peer).get("/health"):
                pass

    @pytest.mark.parity("A39")
    async def test_no_certificate_is_refused(self, connect):
        """
        The handshake fails.
        """
        with pytest.raises(aiohttp.ClientError):
            async with connect(None).get("/health"):
                pass

    @pytest.mark.parity("A39")
    async def test_another_authority_is_refused(self, process, certs, tmp_path):
        """
        A certificate with Envoy's name that somebody else signed.
        """
        issue_certificates(tmp_path, "envoy")
        context = client_context(certs, None)
        context.load_cert_chain(
            tmp_path / "envoy" / "tls.crt", tmp_path / "envoy" / "tls.key"
        )
        connector = aiohttp.TCPConnector(ssl=context)
        url = f"https://127.0.0.1:{process.http.port}/health"

        async with aiohttp.ClientSession(connector=connector) as session:
            with pytest.raises(aiohttp.ClientError):
                async with session.get(url):
                    pass

    async def test_plain_http_is_refused(self, process):
        """
        No call between processes is in plaintext.
        """
        async with aiohttp.ClientSession() as session:
            with pytest.raises(aiohttp.ClientError):
                async with session.get(f"http://127.0.0.1:{process.http.port}/health"):
                    pass


class TestRotation:
    async def test_new_certificates_are_used_without_a_restart(
        self, process_config, tmp_path, database
    ):
        """
        The next handshake shows the certificate that is in the files now, and trusts
        the authority that is in them.
        """
        directory = tmp_path / "rotating"
        issue_certificates(directory, "envoy", "persistence")
        process = Process(
            process_config.model_copy(update={"certs_dir": directory / "persistence"})
        )
        await process.start()

        async def serial() -> str:
            _, writer = await asyncio.open_connection(
                "127.0.0.1", process.http.port, ssl=client_context(directory, "envoy")
            )
            ssl_object = writer.get_extra_info("ssl_object")
            writer.close()
            return ssl_object.getpeercert()["serialNumber"]

        before = await serial()
        for name in ("authority", "envoy", "persistence"):
            shutil.rmtree(directory / name)
        issue_certificates(directory, "envoy", "persistence")
        await asyncio.sleep(POLL_SECONDS + 0.1)
        after = await serial()
        await process.stop()

        assert before != after
