"""Two people, one mesh: whatever the one names of the other's does not exist for them.

The calls are made from the descriptors: a new public method that takes the id of
anything is called with another's by itself, and every method without one.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

import grpc
import pytest
import pytest_asyncio
from google.protobuf.descriptor import Descriptor, MethodDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from lamla.chat.v1 import conversation_service_pb2 as conversations
from lamla.documents.v1 import collection_service_pb2 as collections
from lamla.documents.v1 import document_service_pb2, retrieval_scope_pb2
from lamla.documents.v1 import upload_service_pb2 as uploads

from deploy.embedded.testing import Stack
from mesh.ids import uuid7
from tests.clients import Refused
from tests.contract.test_contracts import of_today
from tests.system.library import (
    CONVERSATIONS,
    DOCUMENTS,
    UPLOADS,
    Person,
    manual,
    person,
    question_about,
    told,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")

COLLECTIONS = "lamla.documents.v1.CollectionService"
# What they are about belongs to nobody, or to whoever holds the token itself.
NOBODYS = {"lamla.identity.v1", "lamla.telemetry.v1"}
PART = b"A begin, and more is to come."
FILE = manual("Orion", "Lyra")
OTHER_FILE = b"A file that two people have, each for themselves."
# A stream that says nothing for so long has nothing to say.
PATIENCE = 2.0
QUESTION = question_about("Lyra")
SELECTED = retrieval_scope_pb2.SCOPE_KIND_SELECTED
# What a request needs besides ids to be a good one.
VALUES: dict[str, Any] = {
    "data": PART,
    "data_sha256": hashlib.sha256(PART).digest(),
    "document": "[]",
    "file_name": "a.txt",
    "format": conversations.EXPORT_FORMAT_JSON,
    "name": "Mine",
    "query": "pump",
    "size_bytes": len(PART),
    "text": QUESTION,
    "title": "Mine",
    "url": "https://kant.invalid/kant.pdf",
}
# They succeed by contract, and do nothing: what is not there is gone already.
SUCCEEDS = {
    (f"{UPLOADS}/CancelUpload", "upload_id"),
    (f"{COLLECTIONS}/ChangeDocuments", "removed_document_ids"),
}


def name_of(method: MethodDescriptor) -> str:
    """Returns `package.Service/Method`."""
    return f"{method.containing_service.full_name}/{method.name}"


def is_id(name: str) -> bool:
    """Whether a field names something that belongs to somebody."""
    return name != "request_id" and re.fullmatch(r"\w+_ids?", name) is not None


def id_paths(message: Descriptor) -> Iterator[tuple[str, ...]]:
    """Yields where a message holds ids, at any depth."""
    for field in message.fields:
        inner = field.message_type
        if inner is None and is_id(field.name):
            yield (field.name,)
        elif inner is not None and inner.file.package.startswith("lamla."):
            yield from ((field.name, *path) for path in id_paths(inner))


METHODS = [
    method
    for method in of_today()
    if method.containing_service.file.package not in NOBODYS
]
PROBES = [
    pytest.param(method, path, id=f"{method.name}-{'.'.join(path)}")
    for method in METHODS
    for path in id_paths(method.input_type)
]


@dataclass
class Settled:
    """A person who has one of each thing.

    Attributes:
        ids: By what they name.
        evidence: Ids of citations and chunks.
    """

    person: Person
    ids: dict[str, str]
    evidence: set[str]

    def id_for(self, field: str) -> str:
        """Returns the id of what a field names, like `parent_message_id`."""
        noun = re.sub(r"_ids?$", "", field).rpartition("_")[2]
        return self.ids[noun]

    async def things(self) -> list[Message]:
        """Returns what can be changed, as it stands."""
        ids = self.ids
        requests = {
            f"{DOCUMENTS}/GetDocument": document_service_pb2.GetDocumentRequest(
                document_id=ids["document"]
            ),
            f"{COLLECTIONS}/GetCollection": collections.GetCollectionRequest(
                collection_id=ids["collection"]
            ),
            f"{UPLOADS}/GetUpload": uploads.GetUploadRequest(upload_id=ids["upload"]),
            f"{CONVERSATIONS}/ListMessages": conversations.ListMessagesRequest(
                conversation_id=ids["conversation"]
            ),
        }
        return [await self.person.one(name, r) for name, r in requests.items()]


@asynccontextmanager
async def settle(stack: Stack) -> AsyncIterator[Settled]:
    """Gives a new person a document, evidence from it, and whatever else there is."""
    async with person(stack) as someone:
        named = collections.CreateCollectionRequest(
            request_id=str(uuid7()), name="Pumps"
        )
        collection = await someone.one(f"{COLLECTIONS}/CreateCollection", named)
        collection_id = collection.collection.collection_id
        document = await someone.upload(
            "pumps.pdf", FILE, collection_ids=[collection_id]
        )
        begun = await someone.begin("later.txt", PART)
        events = await someone.ask(QUESTION)
        (started,) = told(events, "started")
        yield Settled(
            someone,
            {
                "document": document.document_id,
                "collection": collection_id,
                "upload": begun.upload.upload_id,
                "conversation": started.conversation_id,
                "message": started.answer_message_id,
                "generation": events[0].generation_id,
            },
            {
                id_
                for citation in told(events, "citation")
                for id_ in (citation.citation_id, citation.chunk_id)
            },
        )


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def ada(mesh: Stack) -> AsyncIterator[Settled]:
    """Somebody."""
    async with settle(mesh) as settled:
        yield settled


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bob(mesh: Stack, ada: Settled) -> AsyncIterator[Settled]:  # noqa: ARG001 - The first.
    """Somebody else, later, with the same file and the same question."""
    async with settle(mesh) as settled:
        yield settled


def fill(message: Message, own: Settled | None) -> None:
    """Makes a good request of a message; without `own` it names nothing."""
    for field in message.DESCRIPTOR.fields:
        value = VALUES.get(field.name)
        if field.containing_oneof and message.WhichOneof(field.containing_oneof.name):
            continue
        if field.name == "request_id":
            value = str(uuid7())
        elif field.message_type is None and is_id(field.name):
            value = own and own.id_for(field.name)
        if isinstance(message, retrieval_scope_pb2.RetrievalScope):
            value = SELECTED if field.name == "kind" else value
        if field.message_type is not None:
            _fill_inner(message, field.name, own)
        elif value is not None and field.is_repeated:
            getattr(message, field.name).append(value)
        elif value is not None:
            setattr(message, field.name, value)


def _fill_inner(message: Message, name: str, own: Settled | None) -> None:
    inner = getattr(message, name)
    is_scope = isinstance(inner, retrieval_scope_pb2.RetrievalScope)
    if name in {"file", "header", "message"} or (is_scope and own):
        inner.SetInParent()
        fill(inner, own)


def place(message: Message, path: tuple[str, ...], id_: str) -> None:
    """Sets the field at a path."""
    *outer, name = path
    for each in outer:
        message = getattr(message, each)
    if message.DESCRIPTOR.fields_by_name[name].is_repeated:
        getattr(message, name)[:] = [id_]
    else:
        setattr(message, name, id_)


async def refusal(bob: Settled, method: MethodDescriptor, path: Any, id_: str) -> Any:
    """Calls a method with an id at a path; returns what it said, but for the id."""
    request = GetMessageClass(method.input_type)()
    fill(request, bob)
    place(request, path, id_)
    try:
        await bob.person.call(name_of(method), request)
    except Refused as refused:
        return refused.code, str(refused.status).replace(id_, "…")
    return None, ""


@pytest.mark.parametrize(("method", "path"), PROBES)
async def test_what_is_anothers_is_as_what_does_not_exist(ada, bob, method, path):
    """
    With another's id each method says, word for word, what it says of an id that was
    never given: not found.
    """
    theirs = await refusal(bob, method, path, ada.id_for(path[-1]))
    nobodys = await refusal(bob, method, path, str(uuid7()))

    assert nobodys == theirs
    if (name_of(method), path[-1]) in SUCCEEDS:
        assert (None, "") == theirs
    else:
        assert grpc.StatusCode.NOT_FOUND is theirs[0], theirs[1]


async def unnamed(bob: Settled, method: MethodDescriptor) -> grpc.StatusCode | None:
    """Calls a method without naming anything; reads a stream while there is something.

    What it says is kept in `bob.person.seen`.
    """
    request = GetMessageClass(method.input_type)()
    fill(request, None)
    try:
        if method.server_streaming:
            with suppress(TimeoutError):
                async with asyncio.timeout(PATIENCE):
                    async for response in bob.person.stream(name_of(method), request):
                        bob.person.seen.append(response)
        else:
            await bob.person.call(name_of(method), request)
    except Refused as refused:
        return refused.code
    return None


async def test_nothing_of_anothers_is_in_any_answer(ada, bob):
    """
    Lists, searches, answers and watches that name nothing hold the caller's own, also
    where both have the same file and ask the same: no id of the other's is in them.
    Methods that want an id say so.
    """
    watched = asyncio.create_task(
        ada.person.upload("more.txt", b"Ada has more to say.")
    )
    codes = {name_of(method): await unnamed(bob, method) for method in METHODS}
    more = await watched
    theirs = {*ada.ids.values(), *ada.evidence, more.document_id}
    seen = "\n".join(map(str, bob.person.seen))

    assert {None, grpc.StatusCode.INVALID_ARGUMENT} == set(codes.values()), codes
    assert set() == {id_ for id_ in theirs if id_ in seen}
    # The same was looked for in what holds the own.
    assert bob.evidence <= {id_ for id_ in bob.evidence if id_ in seen}
    assert bob.ids["document"] in seen


async def test_the_same_file_is_another_document(ada, bob):
    """
    Whoever announces the hash of another's file learns nothing of it: the file is asked
    for, and is a document of its own.
    """
    digest = hashlib.sha256(OTHER_FILE).hexdigest()
    first = await ada.person.upload("a.txt", OTHER_FILE, content_sha256=digest)
    begun = await bob.person.begin("a.txt", OTHER_FILE, content_sha256=digest)
    await bob.person.send(begun.upload.upload_id, OTHER_FILE)
    second = await bob.person.complete(begun.upload.upload_id)
    again = await ada.person.begin("a.txt", OTHER_FILE, content_sha256=digest)

    assert not begun.HasField("existing_document")
    assert not second.already_existed
    assert first.document_id != second.document.document_id
    assert first.document_id == again.existing_document.document_id


async def test_evidence_that_is_brought_in_points_nowhere(ada, bob):
    """
    An export that somebody else reads in keeps its text; no citation leads from there
    to documents that are not theirs.
    """
    export = conversations.ExportConversationRequest(
        conversation_id=ada.ids["conversation"],
        format=conversations.EXPORT_FORMAT_JSON,
    )
    saved = await ada.person.one(f"{CONVERSATIONS}/ExportConversation", export)
    read = conversations.ImportConversationsRequest(
        request_id=str(uuid7()), document=saved.content
    )
    response = await bob.person.one(f"{CONVERSATIONS}/ImportConversations", read)
    listing = conversations.ListMessagesRequest(
        conversation_id=response.conversations[0].conversation_id
    )
    messages = await bob.person.one(f"{CONVERSATIONS}/ListMessages", listing)
    answer = messages.messages[-1]

    assert ada.ids["document"] in saved.content
    assert answer.text
    assert [] == list(answer.citations)


async def test_nothing_of_it_has_changed_anything(mesh):
    """
    After all calls with another's ids, what they name is as it was.
    """
    async with settle(mesh) as ada, settle(mesh) as bob:
        before = await ada.things()
        for method, path in (probe.values for probe in PROBES):
            await refusal(bob, method, path, ada.id_for(path[-1]))

        assert before == await ada.things()
