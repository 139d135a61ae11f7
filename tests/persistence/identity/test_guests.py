"""What guests have, and who gets it: by signing up, by signing in, by no token."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import grpc
import pytest
from django.db.models.functions import Now
from lamla.chat.v1.conversation_service_pb2_grpc import ConversationServiceStub
from lamla.identity.v1 import identity_service_pb2 as pb
from lamla.identity.v1.identity_service_pb2_grpc import IdentityServiceStub
from lamla.store.v1 import guest_service_pb2 as guests_pb
from lamla.store.v1.guest_service_pb2_grpc import GuestServiceStub
from lamla.store.v1.turn_service_pb2_grpc import TurnServiceStub

from mesh.channels import PeerChannel
from mesh.credentials import Certificates
from mesh.ids import uuid7
from mesh.policy import Role
from mesh.testing import Served, bearer, serving
from mesh.tokens import TokenVerifier
from persistence import orm
from persistence.chat.models import (
    Conversation,
    ConversationRequest,
    Generation,
    GenerationDelta,
    Message,
    SearchEntry,
)
from persistence.chat.servicer import SERVICE as CONVERSATIONS
from persistence.chat.servicer import ConversationServicer
from persistence.chat.turns.servicer import SERVICE as TURNS
from persistence.chat.turns.servicer import TurnServicer
from persistence.config import PersistenceSettings
from persistence.documents.models import Document
from persistence.identity import sweep
from persistence.identity.guests.servicer import SERVICE as GUESTS
from persistence.identity.guests.servicer import GuestServicer
from persistence.identity.keys import SigningKeys
from persistence.identity.models import Session, User
from persistence.identity.passwords import Passwords
from persistence.identity.servicer import SERVICE as IDENTITY
from persistence.identity.servicer import IdentityServicer
from persistence.policy import POLICY
from persistence.pool import Pool
from tests.mesh.failures import failure, reason
from tests.persistence.chat.conversations import Conversations
from tests.persistence.chat.people import Person
from tests.persistence.chat.turns import Turns, piece
from tests.persistence.identity.conftest import PASSWORD

OWNED = (Conversation, Message, Generation, GenerationDelta, SearchEntry)
LOGIN = pb.LoginRequest(email="ann@example.org", password=PASSWORD)


@pytest.fixture
async def served(  # noqa: PLR0913, PLR0917 - Fixtures.
    certs: Path,
    keys: SigningKeys,
    verifier: TokenVerifier,
    passwords: Passwords,
    config: PersistenceSettings,
    database: Any,  # noqa: ARG001 - For its effect.
) -> AsyncIterator[Served]:
    """All services of persistence."""
    pool = Pool(config.service_database, size=2)
    await pool.open()

    def register(server: grpc.aio.Server) -> None:
        IdentityServicer(keys=keys, passwords=passwords, is_https=False).register(
            server
        )
        GuestServicer(keys).register(server)
        ConversationServicer().register(server)
        TurnServicer(pool).register(server)

    async with serving(
        register,
        IDENTITY,
        GUESTS,
        CONVERSATIONS,
        TURNS,
        certs=certs,
        policy=POLICY,
        peer="persistence",
        verifier=verifier,
    ) as served:
        yield served
    await pool.close()


@pytest.fixture
async def gateway(served: Served, certs: Path) -> AsyncIterator[PeerChannel]:
    """A channel of gateway's."""
    channel = PeerChannel(
        served.address, peer="persistence", certs=Certificates(certs / "gateway")
    )
    yield channel
    await channel.close()


@pytest.fixture
def guests(gateway: PeerChannel) -> GuestServiceStub:
    """GuestService, as gateway reaches it."""
    return gateway.stub(GuestServiceStub)


class Visitor:
    """Somebody with a token, and what they say."""

    def __init__(self, served: Served, gateway: PeerChannel, token: str) -> None:
        self.metadata = bearer(token)
        person = Person(uuid7(), uuid7(), self.metadata)
        stub = served.channel.stub(ConversationServiceStub)
        self.conversations = Conversations(stub, person)
        self.turns = Turns(gateway.stub(TurnServiceStub), person)


@pytest.fixture
def visitor(served: Served, gateway: PeerChannel) -> Any:
    """Makes visitors of tokens."""
    return lambda token: Visitor(served, gateway, token)


async def owners() -> set[UUID]:
    """Whose rows there are."""

    def find() -> set[UUID]:
        return {
            owner
            for model in (*OWNED, ConversationRequest)
            for owner in model.objects.values_list("owner_id", flat=True)
        }

    return await orm.run(find, using="service")


class TestRegister:
    async def test_a_guest_that_signs_up_keeps_everything(
        self, identity: IdentityServiceStub, guest: pb.TokenResponse, visitor: Any
    ):
        """
        Conversations, messages, titles, pins: it is the same user.
        """
        before = visitor(guest.access_token)
        begun = await before.turns.say("Glucose")
        await before.turns.finish(begun, "Sugar")
        conversation_id = begun.generation.conversation_id
        kept = await before.conversations.update(conversation_id, pinned=True)

        account = await identity.Register(
            pb.RegisterRequest(email="bob@example.org", password=PASSWORD),
            metadata=before.metadata,
        )
        after = visitor(account.access_token)

        assert guest.user.user_id == account.user.user_id
        assert kept == await after.conversations.get(conversation_id)
        assert ["Glucose", "Sugar"] == await after.conversations.texts(conversation_id)
        assert ["Glucose"] == await after.conversations.found("sugar")


class TestLogin:
    async def test_a_guest_that_signs_in_takes_everything_along(
        self,
        identity: IdentityServiceStub,
        account: pb.TokenResponse,
        guest: pb.TokenResponse,
        visitor: Any,
    ):
        """
        Into the account, beside what it has; also what was deleted and can come back.
        """
        of_account = visitor(account.access_token)
        await of_account.conversations.create("Account's")
        before = visitor(guest.access_token)
        begun = await before.turns.say("Glucose")
        await before.turns.finish(begun, "Sugar")
        rest = await before.turns.regenerate(begun.generation.answer_message_id)
        await before.turns.append(piece(rest, "Swe"))
        gone = await before.conversations.create("Deleted")
        await before.conversations.delete(gone.conversation_id)

        tokens = await identity.Login(LOGIN, metadata=before.metadata)
        after = visitor(tokens.access_token)

        assert account.user.user_id == tokens.user.user_id
        assert ["Glucose", "Account's"] == await after.conversations.listed()
        conversation_id = begun.generation.conversation_id
        assert ["Glucose", "Sugar", "Swe"] == await after.conversations.texts(
            conversation_id
        )
        assert ["Glucose"] == await after.conversations.found("sugar")
        await after.conversations.undelete(gone.conversation_id)
        assert {UUID(account.user.user_id)} == await owners()
        # The answer that was being generated goes on: its writer needs no token.
        assert [] == await before.turns.append(piece(rest, "et", 3, 3))
        finished = await before.turns.finish(rest, "Sweet")
        assert "Sweet" == finished.message.text

    async def test_the_guest_is_no_more(
        self,
        identity: IdentityServiceStub,
        account: pb.TokenResponse,
        guest: pb.TokenResponse,
        visitor: Any,
    ):
        """
        Its tokens open nothing: whoever planted them on somebody reads nothing.
        """
        before = visitor(guest.access_token)
        created = await before.conversations.create("One")
        await identity.Login(LOGIN, metadata=before.metadata)

        refresh = await failure(
            identity.Refresh(pb.RefreshRequest(refresh_token=guest.refresh_token))
        )
        me = await failure(identity.GetMe(pb.GetMeRequest(), metadata=before.metadata))
        read = await failure(before.conversations.get(created.conversation_id))
        write = await failure(before.conversations.create("Two"))
        turn = await failure(before.turns.say("Two"))
        users = await orm.run(
            lambda: list(User.objects.values_list("email", flat=True)), using="service"
        )

        assert "REFRESH_TOKEN_INVALID" == reason(refresh)
        assert ["SESSION_ENDED"] * 3 == [reason(me), reason(write), reason(turn)]
        assert "CONVERSATION_NOT_FOUND" == reason(read)
        assert ["ann@example.org"] == users
        assert account.user.user_id

    async def test_the_same_call_again_signs_in_again(
        self,
        identity: IdentityServiceStub,
        account: pb.TokenResponse,
        guest: pb.TokenResponse,
        visitor: Any,
    ):
        """
        The answer may have been lost; also many at once.
        """
        before = visitor(guest.access_token)
        await before.conversations.create("One")

        many = await asyncio.gather(
            *(identity.Login(LOGIN, metadata=before.metadata) for _ in range(5))
        )

        assert {account.user.user_id} == {tokens.user.user_id for tokens in many}
        after = visitor(many[0].access_token)
        assert ["One"] == await after.conversations.listed()

    async def test_a_wrong_password_moves_nothing(
        self,
        identity: IdentityServiceStub,
        account: pb.TokenResponse,
        guest: pb.TokenResponse,
        visitor: Any,
    ):
        """
        The guest stays a guest with what it has.
        """
        before = visitor(guest.access_token)
        await before.conversations.create("One")
        wrong = pb.LoginRequest(email=account.user.email, password="wrong password")

        error = await failure(identity.Login(wrong, metadata=before.metadata))

        assert "CREDENTIALS_INVALID" == reason(error)
        assert ["One"] == await before.conversations.listed()

    async def test_a_guest_that_was_signed_out_gives_nothing(
        self,
        identity: IdentityServiceStub,
        account: pb.TokenResponse,
        guest: pb.TokenResponse,
        visitor: Any,
    ):
        """
        Its access token proves nothing any more; signing in works all the same.
        """
        before = visitor(guest.access_token)
        await before.conversations.create("One")
        await identity.Logout(pb.LogoutRequest(refresh_token=guest.refresh_token))

        tokens = await identity.Login(LOGIN, metadata=before.metadata)

        assert account.user.user_id == tokens.user.user_id
        assert [] == await visitor(tokens.access_token).conversations.listed()

    async def test_an_account_gives_another_nothing(
        self, identity: IdentityServiceStub, account: pb.TokenResponse, visitor: Any
    ):
        """
        Only guests are merged.
        """
        other = await identity.Register(
            pb.RegisterRequest(email="bob@example.org", password=PASSWORD)
        )
        of_other = visitor(other.access_token)
        await of_other.conversations.create("Bob's")

        tokens = await identity.Login(LOGIN, metadata=of_other.metadata)

        assert account.user.user_id == tokens.user.user_id
        assert [] == await visitor(tokens.access_token).conversations.listed()
        assert ["Bob's"] == await of_other.conversations.listed()

    async def test_a_forged_token_is_refused(
        self, identity: IdentityServiceStub, account: pb.TokenResponse
    ):
        """
        One that is sent must be good.
        """
        assert account.access_token
        error = await failure(identity.Login(LOGIN, metadata=bearer("forged")))

        assert "TOKEN_INVALID" == reason(error)

    async def test_request_ids_of_both_may_meet(
        self,
        identity: IdentityServiceStub,
        account: pb.TokenResponse,
        guest: pb.TokenResponse,
        visitor: Any,
    ):
        """
        Two clients may have chosen the same; nothing is lost for it.
        """
        same, created = str(uuid7()), str(uuid7())
        of_account, before = visitor(account.access_token), visitor(guest.access_token)
        for who in (of_account, before):
            await who.turns.say("One", request_id=same)
            await who.conversations.create("Two", created)

        tokens = await identity.Login(LOGIN, metadata=before.metadata)

        after = visitor(tokens.access_token)
        assert ["One", "One", "Two", "Two"] == sorted(
            await after.conversations.listed()
        )


class TestTokenless:
    async def open(self, guests: GuestServiceStub, conversation_id: str = "") -> str:
        """A token, as gateway gets it."""
        request = guests_pb.OpenGuestRequest(conversation_id=conversation_id)
        return (await guests.OpenGuest(request)).access_token

    async def test_a_caller_without_a_token_is_a_guest(
        self, guests: GuestServiceStub, visitor: Any, verifier: TokenVerifier
    ):
        """
        Each call without a conversation is a new one, and can chat at once.
        """
        one, two = await self.open(guests), await self.open(guests)
        user = await verifier.verify(one)
        begun = await visitor(one).turns.say("One")

        assert Role.GUEST == user.role
        assert user.id != (await verifier.verify(two)).id
        assert begun.created

    async def test_its_conversation_leads_back_to_it(
        self, guests: GuestServiceStub, visitor: Any, verifier: TokenVerifier
    ):
        """
        The same guest and session, which lives on.
        """
        token = await self.open(guests)
        begun = await visitor(token).turns.say("One")
        conversation_id = begun.generation.conversation_id

        again = await self.open(guests, conversation_id)

        first, second = await verifier.verify(token), await verifier.verify(again)
        assert (first.id, first.session_id) == (second.id, second.session_id)
        assert ["One"] == [
            m.text
            for m in (
                await visitor(again).turns.say("Two", conversation_id=conversation_id)
            ).history
        ][:1]

    async def test_a_session_that_has_ended_is_followed_by_another(
        self, guests: GuestServiceStub, visitor: Any, verifier: TokenVerifier
    ):
        """
        The conversation's id stays good for as long as the guest is there.
        """
        token = await self.open(guests)
        begun = await visitor(token).turns.say("One")
        await orm.run(
            lambda: Session.objects.update(expire_time=Now() - timedelta(hours=1)),
            using="service",
        )

        again = await self.open(guests, begun.generation.conversation_id)

        first, second = await verifier.verify(token), await verifier.verify(again)
        assert first.id == second.id
        assert first.session_id != second.session_id
        await visitor(again).turns.say("Two")

    async def test_its_document_leads_back_to_it(
        self, guests: GuestServiceStub, verifier: TokenVerifier
    ):
        """
        As its conversations do; a document of anybody else does not.
        """
        token = await self.open(guests)
        user = await verifier.verify(token)
        document = await orm.run(
            lambda: Document.objects.create(owner_id=user.id, title="Kant"),
            owner=user.id,
        )
        request = guests_pb.OpenGuestRequest(document_id=str(document.id))

        again = (await guests.OpenGuest(request)).access_token

        assert user.id == (await verifier.verify(again)).id
        await orm.run(
            lambda: User.objects.filter(id=user.id).update(tokenless=False),
            using="service",
        )
        error = await failure(guests.OpenGuest(request))
        assert "DOCUMENT_NOT_FOUND" == reason(error)

    async def test_nobody_elses_conversation_is_reached_by_its_id(
        self,
        guests: GuestServiceStub,
        guest: pb.TokenResponse,
        account: pb.TokenResponse,
        visitor: Any,
    ):
        """
        Not a guest's with a token, not an account's, not a deleted one.
        """
        of_guest = await visitor(guest.access_token).conversations.create()
        of_account = await visitor(account.access_token).conversations.create()
        own = visitor(await self.open(guests))
        deleted = await own.conversations.create()
        await own.conversations.delete(deleted.conversation_id)

        for conversation_id in (
            of_guest.conversation_id,
            of_account.conversation_id,
            deleted.conversation_id,
            str(uuid7()),
        ):
            error = await failure(self.open(guests, conversation_id))
            assert "CONVERSATION_NOT_FOUND" == reason(error)

    async def test_one_that_signed_up_is_reached_by_its_token_only(
        self,
        guests: GuestServiceStub,
        identity: IdentityServiceStub,
        visitor: Any,
    ):
        """
        Or whoever knows an id would be signed in to the account.
        """
        own = visitor(await self.open(guests))
        created = await own.conversations.create()
        await identity.Register(
            pb.RegisterRequest(email="bob@example.org", password=PASSWORD),
            metadata=own.metadata,
        )

        error = await failure(self.open(guests, created.conversation_id))

        assert "CONVERSATION_NOT_FOUND" == reason(error)

    async def test_one_whose_session_is_over_is_swept(
        self, guests: GuestServiceStub, visitor: Any
    ):
        """
        As every guest, with all that it has.
        """
        await visitor(await self.open(guests)).turns.say("One")
        await orm.run(
            lambda: Session.objects.update(expire_time=Now() - timedelta(days=2)),
            using="service",
        )

        while await orm.run(sweep.expired_delete, using="service"):
            pass

        assert set() == await owners()
        assert 0 == await orm.run(User.objects.count, using="service")

    async def test_only_gateway_may_ask(self, served: Served):
        """
        Envoy's callers bring their own tokens.
        """
        stub = served.channel.stub(GuestServiceStub)

        error = await failure(stub.OpenGuest(guests_pb.OpenGuestRequest()))

        assert "PEER_NOT_ALLOWED" == reason(error)
