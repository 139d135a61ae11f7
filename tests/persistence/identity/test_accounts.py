"""Guests, registration, sign-in: who gets tokens, and for whom."""

from __future__ import annotations

import statistics
import time

import grpc
import pytest
from lamla.identity.v1 import identity_service_pb2 as pb
from lamla.identity.v1.identity_service_pb2_grpc import IdentityServiceStub

from mesh.channels import PeerChannel
from mesh.credentials import Certificates
from mesh.policy import Role
from mesh.testing import bearer
from persistence import orm
from persistence.identity.models import User
from tests.mesh.failures import failure, reason, typed
from tests.persistence.identity.conftest import PASSWORD


def login(email: str = "ann@example.org", password: str = PASSWORD) -> pb.LoginRequest:
    return pb.LoginRequest(email=email, password=password)


class TestCreateGuest:
    @pytest.mark.parity("A40")
    async def test_gives_a_token_that_every_service_accepts(self, guest, verifier):
        """
        A first-time visitor can chat at once: the token names a guest with a session.
        """
        user = await verifier.verify(guest.access_token)

        assert guest.user.user_id == str(user.id)
        assert Role.GUEST == user.role
        assert pb.ROLE_GUEST == guest.user.role
        assert 7 == user.id.version
        assert 7 == user.session_id.version

    async def test_tokens_expire_when_the_contract_says(self, guest):
        """
        Access tokens live 15 minutes, refresh tokens 30 days.
        """
        now = time.time()

        assert 900 == pytest.approx(
            guest.access_token_expire_time.seconds - now, abs=60
        )
        assert 30 * 86_400 == pytest.approx(
            guest.refresh_token_expire_time.seconds - now, abs=60
        )


class TestRegister:
    async def test_creates_a_student(self, account, verifier):
        """
        An account has a role of its own and its e-mail address in one spelling.
        """
        user = await verifier.verify(account.access_token)

        assert Role.STUDENT == user.role
        assert "ann@example.org" == account.user.email

    async def test_a_guest_becomes_the_account(self, identity, guest):
        """
        Whoever signs up keeps everything: it is the same user.
        """
        account = await identity.Register(
            pb.RegisterRequest(email="bob@example.org", password=PASSWORD),
            metadata=bearer(guest.access_token),
        )
        me = await identity.GetMe(
            pb.GetMeRequest(), metadata=bearer(account.access_token)
        )

        assert guest.user.user_id == account.user.user_id
        assert pb.ROLE_STUDENT == me.user.role

    async def test_a_planted_guest_token_is_no_way_into_the_account(
        self, identity, guest
    ):
        """
        Registering ends the guest's sessions, so a token from before opens nothing.
        """
        await identity.Register(
            pb.RegisterRequest(email="bob@example.org", password=PASSWORD),
            metadata=bearer(guest.access_token),
        )

        refresh = pb.RefreshRequest(refresh_token=guest.refresh_token)
        error = await failure(identity.Refresh(refresh))

        assert "SESSION_ENDED" == reason(error)

    async def test_an_account_makes_another_account(self, identity, account):
        """
        Only a guest is turned into the new account; an account stays what it is.
        """
        other = await identity.Register(
            pb.RegisterRequest(email="bob@example.org", password=PASSWORD),
            metadata=bearer(account.access_token),
        )

        assert account.user.user_id != other.user.user_id

    @pytest.mark.parametrize("email", ["ann@example.org", "ANN@EXAMPLE.ORG"])
    async def test_an_address_belongs_to_one_account(self, identity, account, email):
        """
        Letters are compared without case.
        """
        request = pb.RegisterRequest(email=email, password=PASSWORD)
        error = await failure(identity.Register(request))

        assert grpc.StatusCode.ALREADY_EXISTS == error.code()
        assert "EMAIL_TAKEN" == reason(error)

    @pytest.mark.parametrize("password", ["qwertyuiop", "1234567890"])
    async def test_common_passwords_are_refused(self, identity, password):
        """
        Long enough is not good enough; the violation names the field.
        """
        request = pb.RegisterRequest(email="bob@example.org", password=password)
        error = typed(await failure(identity.Register(request)))

        assert grpc.StatusCode.INVALID_ARGUMENT == error.code
        assert ["password"] == [v.field for v in error.field_violations]

    async def test_short_passwords_are_refused(self, identity):
        """
        The contract's rule: at least 10 characters.
        """
        request = pb.RegisterRequest(email="bob@example.org", password="short")
        error = typed(await failure(identity.Register(request)))

        assert ["password"] == [v.field for v in error.field_violations]

    async def test_a_guest_that_was_signed_out_stays_a_guest(self, identity, guest):
        """
        Its access token is good for some minutes more, but not for that.
        """
        await identity.Logout(pb.LogoutRequest(refresh_token=guest.refresh_token))
        call = identity.Register(
            pb.RegisterRequest(email="bob@example.org", password=PASSWORD),
            metadata=bearer(guest.access_token),
        )

        assert "SESSION_ENDED" == reason(await failure(call))

    @pytest.mark.parity("A36")
    async def test_a_character_that_cannot_be_stored_is_refused(self, identity):
        """
        PostgreSQL has no U+0000 in text; that is the caller's fault, not ours.
        """
        request = pb.RegisterRequest(
            email="bob@example.org", password=PASSWORD, display_name="B\0b"
        )
        error = await failure(identity.Register(request))

        assert "INVALID_FIELD" == reason(error)


class TestLogin:
    @pytest.mark.parity("A44")
    async def test_the_right_password_signs_in(self, identity, account, verifier):
        """
        Each sign-in is a session of its own, for the same user.
        """
        tokens = await identity.Login(login("ANN@example.org"))
        first = await verifier.verify(account.access_token)
        second = await verifier.verify(tokens.access_token)

        assert first.id == second.id
        assert first.session_id != second.session_id

    @pytest.mark.parametrize(
        "request_",
        [login(password="wrong password"), login(email="nobody@example.org")],
        ids=["password", "email"],
    )
    async def test_whatever_is_wrong_the_answer_is_the_same(
        self, identity, account, request_
    ):
        """
        An answer that told address from password would list the accounts.
        """
        error = await failure(identity.Login(request_))

        assert grpc.StatusCode.UNAUTHENTICATED == error.code()
        assert "CREDENTIALS_INVALID" == reason(error)
        assert "E-mail address and password do not belong together." == error.details()

    async def test_an_unknown_address_is_hashed_for_as_well(self, identity, account):
        """
        Neither does the time that the answer takes tell them apart: that of this
        process, which others cannot lengthen.
        """

        async def seconds(request: pb.LoginRequest) -> float:
            began = time.process_time()
            await failure(identity.Login(request))
            return time.process_time() - began

        known, unknown = [], []
        for _ in range(5):
            known.append(await seconds(login(password="wrong password")))
            unknown.append(await seconds(login(email="nobody@example.org")))

        ratio = statistics.median(known) / statistics.median(unknown)
        assert 1 / 3 < ratio < 3

    async def test_a_closed_account_cannot_sign_in(self, identity, account):
        """
        Deactivating an account looks from outside like a wrong password.
        """

        def close() -> None:
            User.objects.filter(email="ann@example.org").update(is_active=False)

        await orm.run(close, using="service")
        error = await failure(identity.Login(login()))

        assert "CREDENTIALS_INVALID" == reason(error)


class TestPeers:
    @pytest.mark.parity("A39")
    async def test_gateway_gets_the_keys_and_nothing_else(self, served, certs):
        """
        A peer may call what the policy names, per method.
        """
        channel = PeerChannel(
            served.address, peer="persistence", certs=Certificates(certs / "gateway")
        )
        stub = channel.stub(IdentityServiceStub)

        answer = await stub.GetJwks(pb.GetJwksRequest())
        error = await failure(stub.CreateGuest(pb.CreateGuestRequest()))
        await channel.close()

        assert ["EdDSA"] == [key.alg for key in answer.keys]
        assert "PEER_NOT_ALLOWED" == reason(error)
