"""The older paths of documents against the whole mesh, with and without a token."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest
from lamla.chat.v1 import conversation_service_pb2 as conversations
from lamla.documents.v1 import grounding_pb2

from deploy.embedded.testing import Stack
from tests.clients import GrpcClient
from tests.system.conftest import channel, guest
from tests.system.library import (
    CONVERSATIONS,
    Person,
    manual,
    question_about,
)

KEYS = {
    *("id", "title", "file_name", "state", "error", "page_count", "chunk_count"),
    *("size_bytes", "created_at", "updated_at"),
}
RUNNING = {"queued", "processing"}
NOT_FOUND = "I could not find anything about this in your documents."
OFF_TOPIC = "Who painted the ceiling of the Sistine Chapel?"


@dataclass
class Older:
    """An older client."""

    http: aiohttp.ClientSession
    url: str
    token: str

    async def get(self, path: str, *, token: str | None = None) -> tuple[int, Any]:
        """Returns status and JSON of a path."""
        headers = self._headers(self.token if token is None else token)
        async with self.http.get(self.url + path, headers=headers) as answer:
            return answer.status, await answer.json()

    async def send(self, path: str, field: str, **fields: str) -> tuple[int, Any]:
        """Sends a form with a manual of pumps in `field`."""
        form = aiohttp.FormData(fields)
        form.add_field(
            field,
            io.BytesIO(manual("Orion", "Lyra")),
            filename="pumps.pdf",
            content_type="application/pdf",
        )
        headers = self._headers(self.token)
        async with self.http.post(self.url + path, data=form, headers=headers) as got:
            return got.status, await got.json()

    def _headers(self, token: str) -> dict[str, str]:
        return {"authorization": f"Bearer {token}"} if token else {}


@pytest.fixture(params=["nobody", "a user"])
async def older(request: pytest.FixtureRequest, mesh: Stack) -> AsyncIterator[Older]:
    """One without a token, and one with it."""
    token = guest(mesh) if request.param == "a user" else ""
    async with aiohttp.ClientSession() as http:
        yield Older(http, mesh.url, token)


async def test_a_file_is_sent_listed_and_looked_at(mesh, older):
    """
    `POST /api/documents/upload/`, then `GET …/{id}/` until it is ready; the list holds
    it for its user, and nobody else finds it.
    """
    status, sent = await older.send("/api/documents/upload/", "file", title="Pumps")
    path = f"/api/documents/{sent['id']}/"
    async with asyncio.timeout(60):
        while (seen := await older.get(path))[1]["state"] in RUNNING:  # noqa: ASYNC110 - Older clients poll.
            await asyncio.sleep(0.1)
    code, listed = await older.get("/api/documents/")
    other, refused = await older.get(path, token=guest(mesh))

    assert 200 == status == seen[0] == code
    assert sent.keys() == KEYS == seen[1].keys()
    assert ("Pumps", "ready", 2) == tuple(
        seen[1][key] for key in ("title", "state", "page_count")
    )
    assert ([seen[1]] if older.token else []) == listed
    assert (404, 5) == (other, refused["code"])


async def test_a_message_is_answered_from_the_file_it_comes_with(older):
    """
    `POST /api/chat/file/`: what the file says is answered, and of what it does not say
    that is said.
    """
    path, field = "/api/chat/file/", "file_upload"
    good = await older.send(path, field, message=question_about("Lyra"))
    bad = await older.send(path, field, message=OFF_TOPIC)

    assert (200, ["response"]) == (good[0], list(good[1]))
    assert good[1]["response"] not in {"", NOT_FOUND}
    assert (200, {"response": NOT_FOUND}) == bad


async def test_the_answer_rests_on_the_file(mesh):
    """
    It is stored with its evidence, as all answers are.
    """
    async with (
        aiohttp.ClientSession() as http,
        channel(mesh) as edge,
    ):
        ann = Person(GrpcClient(edge), guest(mesh))
        await ann.upload("other.txt", question_about("Lyra").encode())
        older = Older(http, mesh.url, ann.token)
        await older.send(
            "/api/chat/file/", "file_upload", message=question_about("Lyra")
        )
        listing = conversations.ListConversationsRequest()
        (conversation,) = (
            await ann.one(f"{CONVERSATIONS}/ListConversations", listing)
        ).conversations
        reading = conversations.ListMessagesRequest(
            conversation_id=conversation.conversation_id
        )
        messages = await ann.one(f"{CONVERSATIONS}/ListMessages", reading)
        grounding = messages.messages[-1].grounding

    assert grounding_pb2.GROUNDING_STATE_GROUNDED == grounding.state
    assert {"pumps.pdf"} == {passage.document_title for passage in grounding.passages}
