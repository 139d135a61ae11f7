"""The older paths with files against the whole mesh, as older clients call them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest

from tests.system.conftest import guest

TEXT = b"The pump of type Theta must be oiled after every 40 hours of work.\n"
KEYS = {
    "id",
    "title",
    "file_name",
    "state",
    "error",
    "page_count",
    "chunk_count",
    "size_bytes",
    "created_at",
    "updated_at",
}
SECONDS = 60


@pytest.fixture
async def http(mesh) -> AsyncIterator[aiohttp.ClientSession]:
    """An older client."""
    async with aiohttp.ClientSession(mesh.url) as session:
        yield session


def form(field: str, data: bytes = TEXT, **fields: str) -> aiohttp.FormData:
    """A form with a file."""
    filled = aiohttp.FormData(fields)
    filled.add_field(field, data, filename="pumps.txt", content_type="text/plain")
    return filled


@pytest.mark.parametrize("has_token", [True, False])
async def test_a_file_is_stored_and_becomes_ready(mesh, http, has_token):
    """
    With a token or without: the path that lists or gets it shows how it goes on.
    """
    headers = {"authorization": f"Bearer {guest(mesh)}"} if has_token else {}
    async with http.post(
        "/api/documents/upload/", data=form("file", title="Pumps"), headers=headers
    ) as response:
        stored = await response.json()
    assert (200, KEYS) == (response.status, set(stored))

    async with asyncio.timeout(SECONDS):
        found = stored
        while found["state"] in {"queued", "processing"}:
            path = f"/api/documents/{stored['id']}/"
            async with http.get(path, headers=headers) as response:
                found = await response.json()
            await asyncio.sleep(0.1)

    assert KEYS == set(found)
    assert ("ready", "Pumps", str(len(TEXT))) == (
        found["state"],
        found["title"],
        found["size_bytes"],
    )
    async with http.get("/api/documents/", headers=headers) as response:
        listed = await response.json()
    assert ([found] if has_token else []) == listed


async def test_a_message_is_answered_from_its_file(http):
    """
    `{response}`, once the file has been read; no token is needed.
    """
    data = form("file_upload", message="When must the pump of type Theta be oiled?")
    async with http.post("/api/chat/file/", data=data) as response:
        answer = await response.json()

    assert (200, {"response"}) == (response.status, set(answer))
    assert answer["response"]


async def test_a_file_that_cannot_be_read_says_why(http):
    """
    In the form of all errors.
    """
    data = form("file_upload", bytes(range(256)) * 20, message="What is it?")
    async with http.post("/api/chat/file", data=data) as response:
        failure = await response.json()

    assert 400 == response.status
    assert failure["details"][0]["reason"].startswith("ERROR_REASON_DOCUMENT_")
