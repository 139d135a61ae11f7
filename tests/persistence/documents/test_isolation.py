"""Nobody reaches anything of somebody else's, by no method: read from the contracts."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import grpc
import pytest
from google.protobuf import descriptor_pool
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from mesh.ids import uuid7
from tests.mesh.failures import reason
from tests.persistence.documents.services import Library, document_row
from tests.persistence.documents.test_documents import page_store

SERVICES = ("CollectionService", "DocumentService", "UploadService")
METHODS = [
    method
    for name in SERVICES
    for method in descriptor_pool.Default()
    .FindServiceByName(f"lamla.documents.v1.{name}")
    .methods
]
SECRET = "Sapere-aude-7"
DATA = f"{SECRET} is what Ada wrote.".encode()
STREAM_SECONDS = 0.5


@dataclass(frozen=True)
class Holdings:
    """What Ada has, by the names that fields of requests have."""

    document_id: str
    collection_id: str
    upload_id: str

    @property
    def marks(self) -> set[bytes]:
        """What must not be in any answer to somebody else."""
        return {
            SECRET.encode(),
            *(each.encode() for each in vars(self).values()),
        }

    def value(self, name: str) -> Any:
        """What a request of Bob's says in a field: Ada's, wherever it can."""
        digest = hashlib.sha256(DATA)
        return {
            "added_document_ids": [self.document_id],
            "collection_id": self.collection_id,
            "collection_ids": [self.collection_id],
            "content_sha256": digest.hexdigest(),
            "data": DATA,
            "data_sha256": digest.digest(),
            "document_id": self.document_id,
            "document_ids": [self.document_id],
            "file_name": "mine.txt",
            "first_page": 1,
            "name": "mine",
            "offset": 0,
            "page_size": 0,
            "page_token": "",
            "removed_document_ids": [self.document_id],
            "request_id": str(uuid7()),
            "size_bytes": len(DATA),
            "states": [],
            "title": "mine",
            "title_contains": "",
            "upload_id": self.upload_id,
            "url": "https://example.org/",
        }[name]


@pytest.fixture
async def holdings(adas) -> Holdings:
    """Ada's document, collection and upload."""
    document = await adas.upload(DATA, title=SECRET)
    await page_store(document, 1, SECRET)
    collection = await adas.collect(SECRET)
    await adas.change(collection.collection_id, add=[document.document_id])
    begun = await adas.begin(DATA + b"!", file_name=SECRET)
    return Holdings(
        document.document_id, collection.collection_id, begun.upload.upload_id
    )


def fill(message: Message, holdings: Holdings) -> Message:
    """Fills every field in: a new one in a contract is to be thought of here."""
    for field in message.DESCRIPTOR.fields:
        if field.message_type:
            fill(getattr(message, field.name), holdings)
            getattr(message, field.name).SetInParent()
            continue
        value = holdings.value(field.name)
        if field.is_repeated:
            getattr(message, field.name).extend(value)
        else:
            setattr(message, field.name, value)
    return message


async def answers(
    library: Library, method: MethodDescriptor, holdings: Holdings
) -> list[bytes]:
    """All that a call of Bob's brings, as bytes; nothing for one that is refused."""
    stubs = {
        "CollectionService": library.collections,
        "DocumentService": library.documents,
        "UploadService": library.uploads,
    }
    call = getattr(stubs[method.containing_service.name], method.name)
    request_class = GetMessageClass(method.input_type)
    try:
        if method.client_streaming:
            response = await call(_pieces(request_class, holdings), **library.options)
            return [response.SerializeToString()]
        request = fill(request_class(), holdings)
        if not method.server_streaming:
            response = await call(request, **library.options)
            return [response.SerializeToString()]
        return await _some(call(request, **library.options))
    except grpc.aio.AioRpcError as error:
        assert reason(error).endswith("_NOT_FOUND"), error  # noqa: PT017 - Or it answers.
        return [(error.details() or "").replace(method.name, "").encode()]


async def _pieces(request_class: Any, holdings: Holdings) -> AsyncIterator[Message]:
    first = request_class()
    fill(first.header, holdings)
    yield first
    yield request_class(data=DATA)


async def _some(call: Any) -> list[bytes]:
    """What a stream brings for a while."""
    found = []
    try:
        async with asyncio.timeout(STREAM_SECONDS):
            async for response in call:
                found.append(response.SerializeToString())
    except TimeoutError:
        call.cancel()
    return found


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.name)
async def test_nothing_of_adas_is_in_an_answer_to_bob(adas, bobs, holdings, method):
    """
    He names her ids, her file's hash and her bytes, and learns nothing by it; what she
    has stays as it was.
    """
    before = await adas.get(holdings.document_id)
    theirs = set(holdings.marks)
    own_words = {holdings.document_id, holdings.collection_id, holdings.upload_id}

    found = await answers(bobs, method, holdings)

    # A refusal may repeat the id that he himself has sent.
    refused = {word.encode() for word in own_words} if _is_refusal(found) else set()
    for answer in found:
        assert set() == {mark for mark in theirs - refused if mark in answer}
    assert before == await adas.get(holdings.document_id)
    assert [SECRET] == await adas.titles(collection_id=holdings.collection_id)
    row = await document_row(holdings.document_id)
    assert adas.person.id == row.owner_id
    await adas.part(holdings.upload_id, 0, DATA)


def _is_refusal(found: list[bytes]) -> bool:
    return len(found) == 1 and found[0].startswith(b"No ")
