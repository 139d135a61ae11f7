"""The adapters to guests and conversations over real stubs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import grpc
import pytest
from lamla.chat.v1 import conversation_pb2
from lamla.chat.v1 import conversation_service_pb2 as chat_pb
from lamla.chat.v1 import conversation_service_pb2_grpc as chat_grpc
from lamla.documents.v1 import document_pb2
from lamla.documents.v1 import document_service_pb2 as documents_pb
from lamla.documents.v1 import document_service_pb2_grpc as documents_grpc
from lamla.errors.v1.error_reason_pb2 import ErrorReason
from lamla.store.v1 import guest_service_pb2 as store_pb
from lamla.store.v1 import guest_service_pb2_grpc as store_grpc

from gateway.clients.conversation_store import ConversationStore
from gateway.clients.conversations import Conversation
from gateway.clients.document_store import DocumentStore
from gateway.clients.documents import Document
from gateway.clients.guest_store import GuestStore
from mesh.errors import ServiceError
from mesh.identity import User, set_user
from mesh.ids import uuid7
from mesh.policy import USERS, Role, rule
from mesh.testing import Served, TokenIssuer, serving

GUESTS = "lamla.store.v1.GuestService"
CONVERSATIONS = "lamla.chat.v1.ConversationService"
DOCUMENTS = "lamla.documents.v1.DocumentService"
ID = str(uuid7())
MOMENT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@dataclass
class RecordingVisitors(
    store_grpc.GuestServiceServicer,
    chat_grpc.ConversationServiceServicer,
    documents_grpc.DocumentServiceServicer,
):
    """Keeps requests and metadata, and answers with one of each."""

    token: str
    requests: list[Any] = field(default_factory=list)
    metadata: dict[str, Any] = field(default_factory=dict)
    failure: ServiceError | None = None

    async def OpenGuest(self, request: Any, context: Any) -> Any:
        self._note(request, context)
        return store_pb.OpenGuestResponse(access_token=self.token)

    async def CreateConversation(self, request: Any, context: Any) -> Any:
        self._note(request, context)
        return chat_pb.CreateConversationResponse(conversation=conversation())

    async def ListConversations(self, request: Any, context: Any) -> Any:
        self._note(request, context)
        return chat_pb.ListConversationsResponse(conversations=[conversation()])

    async def ListDocuments(self, request: Any, context: Any) -> Any:
        self._note(request, context)
        return documents_pb.ListDocumentsResponse(documents=[document()])

    async def GetDocument(self, request: Any, context: Any) -> Any:
        self._note(request, context)
        return documents_pb.GetDocumentResponse(document=document())

    def register(self, server: grpc.aio.Server) -> None:
        """Adds the services to `server`."""
        documents_grpc.add_DocumentServiceServicer_to_server(self, server)
        store_grpc.add_GuestServiceServicer_to_server(self, server)
        chat_grpc.add_ConversationServiceServicer_to_server(self, server)

    def _note(self, request: Any, context: Any) -> None:
        self.requests.append(request)
        self.metadata = dict(context.invocation_metadata())
        if self.failure is not None:
            raise self.failure


def conversation() -> conversation_pb2.Conversation:
    """Makes a conversation as persistence writes it."""
    message = conversation_pb2.Conversation(conversation_id=ID, title="Cells")
    message.create_time.FromDatetime(MOMENT)
    message.update_time.FromDatetime(MOMENT)
    return message


def document() -> document_pb2.Document:
    """Makes a document that failed, as persistence writes it."""
    message = document_pb2.Document(
        document_id=ID,
        title="Kant",
        file_name="kant.pdf",
        state=document_pb2.DOCUMENT_STATE_FAILED,
        size_bytes=1_000,
    )
    message.failure.message = "It needs a password."
    message.create_time.FromDatetime(MOMENT)
    message.update_time.FromDatetime(MOMENT)
    return message


@pytest.fixture
def guest_id() -> UUID:
    """The guest that is opened."""
    return uuid7()


@pytest.fixture
def visitors(issuer: TokenIssuer, guest_id: UUID) -> RecordingVisitors:
    """The servicer behind both adapters."""
    return RecordingVisitors(issuer.token(user_id=guest_id))


@pytest.fixture
async def served(certs, issuer, visitors) -> AsyncIterator[Served]:
    """A persistence that knows guests and conversations."""
    methods = (
        f"{CONVERSATIONS}/CreateConversation",
        f"{CONVERSATIONS}/ListConversations",
        f"{DOCUMENTS}/ListDocuments",
        f"{DOCUMENTS}/GetDocument",
    )
    for_a_user = rule(peers={"gateway"}, roles=USERS)
    async with serving(
        visitors.register,
        GUESTS,
        CONVERSATIONS,
        DOCUMENTS,
        certs=certs,
        policy={f"/{name}": for_a_user for name in methods}
        | {f"/{GUESTS}/OpenGuest": rule(peers={"gateway"})},
        peer="persistence",
        client="gateway",
        verifier=issuer.verifier,
    ) as served:
        yield served


@pytest.fixture
def _user(issuer: TokenIssuer) -> Iterator[None]:
    set_user(User(uuid7(), uuid7(), Role.GUEST, issuer.token()))
    yield
    set_user(None)


class TestGuests:
    async def test_reads_the_guest_from_the_token(
        self, served, visitors, issuer, guest_id
    ):
        """
        The token that persistence signed is verified, and names the guest.
        """
        user = await GuestStore(served.channel, issuer.verifier).open(ID)

        assert guest_id == user.id
        assert Role.GUEST is user.role
        assert visitors.token == user.token
        assert ID == visitors.requests[0].conversation_id
        assert "" == visitors.requests[0].document_id
        assert "authorization" not in visitors.metadata

    async def test_believes_no_other_token(self, served, visitors, issuer):
        """
        A token of nobody's is refused, whoever hands it over.
        """
        visitors.token = TokenIssuer().token()

        with pytest.raises(ServiceError) as caught:
            await GuestStore(served.channel, issuer.verifier).open("")

        assert ErrorReason.ERROR_REASON_TOKEN_INVALID == caught.value.reason

    async def test_passes_typed_errors_on(self, served, visitors, issuer):
        """
        Whose conversation it is not, is told so.
        """
        reason = ErrorReason.ERROR_REASON_CONVERSATION_NOT_FOUND
        visitors.failure = ServiceError(reason, "None.")

        with pytest.raises(ServiceError) as caught:
            await GuestStore(served.channel, issuer.verifier).open(ID)

        assert reason == caught.value.reason


@pytest.mark.usefixtures("_user")
class TestConversations:
    async def test_creates_and_lists_for_the_user(self, served, visitors):
        """
        The user's own token goes along; every creation is a request of its own.
        """
        store = ConversationStore(served.channel)
        expected = Conversation(
            id=ID, title="Cells", create_time=MOMENT, update_time=MOMENT
        )

        created = await store.create("Cells")
        listed = await store.list(100)

        assert expected == created
        assert [expected] == listed
        create, list_ = visitors.requests
        assert "Cells" == create.title
        assert UUID(create.request_id)
        assert 100 == list_.page_size
        assert visitors.metadata["authorization"].startswith("Bearer ")

    async def test_passes_typed_errors_on(self, served, visitors):
        """
        What persistence reports on purpose reaches the user as it is.
        """
        reason = ErrorReason.ERROR_REASON_SESSION_ENDED
        visitors.failure = ServiceError(reason, "Signed out.")

        with pytest.raises(ServiceError) as caught:
            await ConversationStore(served.channel).list(100)

        assert reason == caught.value.reason


@pytest.mark.usefixtures("_user")
class TestDocuments:
    async def test_lists_and_gets_for_the_user(self, served, visitors):
        """
        With the user's own token, in older clients' words.
        """
        store = DocumentStore(served.channel)

        listed = await store.list(100)
        found = await store.get(ID)

        assert [found] == listed
        assert (
            Document(
                id=ID,
                title="Kant",
                file_name="kant.pdf",
                state="failed",
                error="It needs a password.",
                page_count=0,
                chunk_count=0,
                size_bytes=1_000,
                create_time=MOMENT,
                update_time=MOMENT,
            )
            == found
        )
        assert 100 == visitors.requests[0].page_size
        assert ID == visitors.requests[1].document_id
        assert visitors.metadata["authorization"].startswith("Bearer ")
