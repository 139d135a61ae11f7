"""Files that older clients send as multipart forms."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import aiohttp
import grpc
import pytest
from google.protobuf import json_format
from google.rpc.status_pb2 import Status
from lamla.chat.v1 import chat_service_pb2, conversation_pb2
from lamla.chat.v1.chat_service_pb2_grpc import (
    ChatServiceServicer,
    add_ChatServiceServicer_to_server,
)
from lamla.documents.v1 import retrieval_scope_pb2

from mesh.errors import ServiceError, from_status, status_of
from mesh.identity import current_user
from mesh.policy import USERS, rule
from mesh.testing import serving
from mesh.tokens import StaticKeys, TokenVerifier
from persistence import orm
from persistence.documents.errors import url_refused
from persistence.documents.models import Document, State
from persistence.documents.storage import original_open
from persistence.identity.guests.services import tokenless_guest_create
from persistence.identity.keys import SigningKeys
from persistence.identity.models import User
from persistence.serve import Process

CHAT = "lamla.chat.v1.ChatService"
MEBIBYTE = 1024 * 1024
TEXT = b"Sapere aude!"


@dataclass
class ScriptedChat(ChatServiceServicer):
    """Stands for gateway: answers every message with the same text."""

    requests: list[Any] = field(default_factory=list)
    askers: list[UUID] = field(default_factory=list)

    async def Reply(self, request: Any, context: Any) -> Any:
        self.requests.append(request.message)
        self.askers.append(current_user().id)
        answer = conversation_pb2.Message(text="Have courage.")
        return chat_service_pb2.ReplyResponse(answer=answer)

    def register(self, server: grpc.aio.Server) -> None:
        """Adds the service to `server`."""
        add_ChatServiceServicer_to_server(self, server)


@pytest.fixture
def chat() -> ScriptedChat:
    """Who answers."""
    return ScriptedChat()


@pytest.fixture
def keys(process_config) -> SigningKeys:
    """What the process signs tokens with."""
    return SigningKeys.load(process_config.signing_key_file, None)


@pytest.fixture
async def process(
    process_config,
    keys,
    certs,
    chat,
    database,  # noqa: ARG001 - For its effect.
) -> AsyncIterator[Process]:
    """A process that knows where gateway is, and takes files of 1 MiB."""
    async with serving(
        chat.register,
        CHAT,
        certs=certs,
        policy={f"/{CHAT}/Reply": rule(peers={"persistence"}, roles=USERS)},
        verifier=TokenVerifier(StaticKeys(keys.by_id)),
    ) as gateway:
        changes = {"gateway": gateway.address, "max_file_bytes": MEBIBYTE}
        process = Process(process_config.model_copy(update=changes))
        await process.start()
        await process.server.start()
        yield process
        await process.server.stop()
        await process.stop()
        for path in process.documents.intake.spool.directory.iterdir():
            path.unlink()


@pytest.fixture
async def token(keys, process) -> str:  # noqa: ARG001 - Has the database.
    """A person's token."""
    user_id = UUID(int=7)
    holder = await orm.run(tokenless_guest_create, user_id=user_id, owner=user_id)
    signed = keys.sign(user_id=user_id, session_id=holder.session_id, role="guest")
    return signed.token


def form(data: bytes = TEXT, *, file_field: str = "file", **fields: str) -> Any:
    """A form with a file."""
    form = aiohttp.FormData(fields)
    form.add_field(
        file_field, io.BytesIO(data), filename="kant.txt", content_type="text/plain"
    )
    return form


def bearer(token: str) -> dict[str, str]:
    """The header that sends a token."""
    return {"authorization": f"Bearer {token}"}


async def refusal(response: aiohttp.ClientResponse) -> ServiceError:
    """Reads the failure of a response, which is typed as everywhere."""
    status = json_format.Parse(await response.text(), Status())
    error = from_status(status)
    assert error is not None
    return error


async def rows() -> list[Document]:
    """All documents, whoever's."""
    return await orm.run(lambda: list(Document.objects.all()), using="service")


async def end(state: State, failure: ServiceError | None = None) -> None:
    """Does what the ingest worker would, as soon as there is something to do."""
    values: dict[str, Any] = {"state": state}
    if failure is not None:
        values["failure"] = status_of(failure).SerializeToString()
    while not await orm.run(  # noqa: ASYNC110 - The condition is in the database.
        lambda: Document.objects.filter(state=State.QUEUED).update(**values),
        using="service",
    ):
        await asyncio.sleep(0.01)


class TestUpload:
    @pytest.mark.parametrize(
        "path", ["/api/documents/upload/", "/api/documents/upload"]
    )
    async def test_a_file_becomes_a_document(self, envoy, token, path):
        """
        Of the token's user, under the title that was sent, with an older client's keys.
        """
        async with envoy.post(
            path, data=form(title="Kant"), headers=bearer(token)
        ) as response:
            answer = await response.json()

        (row,) = await rows()
        assert 200 == response.status
        assert {
            "id": str(row.id),
            "title": "Kant",
            "file_name": "kant.txt",
            "state": "queued",
            "error": "",
            "page_count": 0,
            "chunk_count": 0,
            "size_bytes": str(len(TEXT)),
        } == {key: answer[key] for key in answer if not key.endswith("_at")}
        assert answer["created_at"].endswith("Z")
        assert UUID(int=7) == row.owner_id
        with original_open(row.storage_name) as file:
            assert TEXT == file.read()

    async def test_without_a_token_it_is_a_new_guests(self, envoy):
        """
        One guest for each file, who can be found again by the document.
        """
        for data in (TEXT, TEXT):
            async with envoy.post("/api/documents/upload/", data=form(data)) as answer:
                assert 200 == answer.status

        owners = {row.owner_id for row in await rows()}
        users = await orm.run(
            lambda: list(User.objects.filter(id__in=owners, tokenless=True)),
            using="service",
        )
        assert 2 == len(owners) == len(users)

    async def test_a_bad_token_is_refused(self, envoy):
        """
        Who sends a token must send a good one; nothing is stored.
        """
        async with envoy.post(
            "/api/documents/upload/", data=form(), headers=bearer("x.y.z")
        ) as response:
            error = await refusal(response)

        assert (401, "ERROR_REASON_TOKEN_INVALID") == (
            response.status,
            error.reason_name,
        )
        assert [] == await rows()

    async def test_a_file_beyond_the_cap_is_refused(self, envoy, process):
        """
        With the cap, as soon as it is passed; nothing is left on the disk.
        """
        async with envoy.post(
            "/api/documents/upload/", data=form(bytes(MEBIBYTE + 1))
        ) as response:
            error = await refusal(response)

        assert 413 == response.status
        assert "ERROR_REASON_FILE_TOO_LARGE" == error.reason_name
        assert {"max_bytes": str(MEBIBYTE)} == error.metadata
        assert [] == list(process.documents.intake.spool.directory.iterdir())

    @pytest.mark.parametrize(
        ("data", "name"),
        [
            (b'{"file": 1}', ""),
            (form(file_field="other"), "file"),
            (form(b""), "data"),
            (form(title="x" * 256), "title"),
        ],
        ids=["no form", "no file", "empty file", "long title"],
    )
    async def test_what_is_no_form_with_a_file_is_refused(self, envoy, data, name):
        """
        INVALID_ARGUMENT with the field.
        """
        async with envoy.post("/api/documents/upload/", data=data) as response:
            error = await refusal(response)

        assert (400, "ERROR_REASON_INVALID_FIELD") == (
            response.status,
            error.reason_name,
        )
        assert [name] == [each.field for each in error.field_violations]
        assert [] == await rows()

    async def test_a_form_that_was_cut_off_is_refused(self, envoy, process):
        """
        What has no last boundary is not the whole file.
        """
        headers = {"content-type": 'multipart/form-data; boundary="x"'}
        head = (
            b'--x\r\ncontent-disposition: form-data; name="file"; filename="a"\r\n\r\n'
        )

        async def post(body: bytes) -> aiohttp.ClientResponse:
            path = "/api/documents/upload/"
            async with envoy.post(path, data=body, headers=headers) as response:
                await response.read()
                return response

        cut = await post(head + TEXT)
        other = await post(head + TEXT + b"\r\n--y--\r\n")
        assert [] == await rows()
        whole = await post(head + TEXT + b"\r\n--x--\r\nand an epilogue")

        assert [400, 400, 200] == [each.status for each in (cut, other, whole)]
        assert 1 == len(await rows())
        assert [] == list(process.documents.intake.spool.directory.iterdir())

    async def test_a_sender_who_goes_leaves_nothing(self, envoy, process):
        """
        Half a file is no file.
        """
        began = asyncio.Event()

        async def half() -> AsyncIterator[bytes]:
            yield b"--x\r\ncontent-disposition: form-data; "
            yield b'name="file"; filename="a"\r\n\r\n' + bytes(300_000)
            began.set()
            await asyncio.sleep(60)

        headers = {"content-type": "multipart/form-data; boundary=x"}
        sending = asyncio.create_task(
            envoy.post("/api/documents/upload/", data=half(), headers=headers)
        )
        await began.wait()
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)

        directory = process.documents.intake.spool.directory
        async with asyncio.timeout(60):
            while list(directory.iterdir()):  # noqa: ASYNC110 - The condition is on the disk.
                await asyncio.sleep(0.02)
        assert [] == await rows()

    async def test_a_sender_who_stalls_is_not_waited_for(
        self, envoy, process, monkeypatch
    ):
        """
        DEADLINE_EXCEEDED; a few of them would leave no thread for anybody else.
        """
        monkeypatch.setattr("persistence.http.documents.body.PATIENCE_SECONDS", 0.2)

        async def stalling() -> AsyncIterator[bytes]:
            yield b"--x\r\ncontent-disposition: form-data; "
            yield b'name="file"; filename="a"\r\n\r\n' + bytes(300_000)
            await asyncio.Event().wait()

        headers = {"content-type": "multipart/form-data; boundary=x"}
        async with (
            asyncio.timeout(60),
            envoy.post(
                "/api/documents/upload/", data=stalling(), headers=headers
            ) as response,
        ):
            error = await refusal(response)

        assert (504, "ERROR_REASON_DEADLINE_EXCEEDED") == (
            response.status,
            error.reason_name,
        )
        assert [] == list(process.documents.intake.spool.directory.iterdir())

    async def test_a_full_disk_is_not_a_fault_of_ours(
        self, envoy, process, monkeypatch
    ):
        """
        DEPENDENCY_UNAVAILABLE, as for parts and streams.
        """
        spool = process.documents.intake.spool
        monkeypatch.setattr(spool, "_keep_free_bytes", 1 << 62)

        async with envoy.post("/api/documents/upload/", data=form()) as response:
            error = await refusal(response)

        assert (503, "ERROR_REASON_DEPENDENCY_UNAVAILABLE") == (
            response.status,
            error.reason_name,
        )
        assert {"dependency": "storage"} == error.metadata

    async def test_only_post_is_for_forms(self, envoy):
        """
        What lists and gets documents is gateway's.
        """
        async with envoy.put("/api/documents/upload/") as response:
            assert (405, "POST") == (response.status, response.headers["allow"])


class TestChat:
    async def test_an_answer_is_grounded_in_the_file(self, envoy, chat, token):
        """
        The file is read first; then gateway is asked with it alone in scope, as the
        same user.
        """
        reading = asyncio.create_task(end(State.READY))
        async with envoy.post(
            "/api/chat/file/",
            data=form(file_field="file_upload", message="What does he ask for?"),
            headers=bearer(token),
        ) as response:
            answer = await response.json()
        await reading

        (row,) = await rows()
        (asked,) = chat.requests
        assert (200, {"response": "Have courage."}) == (response.status, answer)
        assert "What does he ask for?" == asked.text
        assert retrieval_scope_pb2.SCOPE_KIND_SELECTED == asked.scope.kind
        assert [str(row.id)] == asked.scope.document_ids
        assert [UUID(int=7)] == chat.askers

    async def test_without_a_token_a_guest_asks(self, envoy, chat):
        """
        The same one that the file belongs to.
        """
        reading = asyncio.create_task(end(State.READY))
        async with envoy.post(
            "/api/chat/file", data=form(file_field="file_upload", message="Why?")
        ) as response:
            assert 200 == response.status
        await reading

        assert [row.owner_id for row in await rows()] == chat.askers

    async def test_a_file_that_cannot_be_read_says_why(self, envoy, chat):
        """
        With the document's own failure; nobody is asked.
        """
        reading = asyncio.create_task(end(State.FAILED, url_refused("x")))
        async with envoy.post(
            "/api/chat/file/", data=form(file_field="file_upload", message="Why?")
        ) as response:
            error = await refusal(response)
        await reading

        assert (400, "ERROR_REASON_URL_REFUSED") == (response.status, error.reason_name)
        assert [] == chat.requests

    async def test_a_message_is_needed(self, envoy):
        """
        Before anything is stored.
        """
        async with envoy.post(
            "/api/chat/file/", data=form(file_field="file_upload")
        ) as response:
            error = await refusal(response)

        assert 400 == response.status
        assert ["message"] == [each.field for each in error.field_violations]
        assert [] == await rows()
