"""Refresh tokens: rotation, grace, theft, sign-out, cookies."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import grpc
import pytest
from django.db.models import F
from lamla.identity.v1 import identity_service_pb2 as pb

from mesh.testing import bearer
from persistence import orm
from persistence.identity import cookies
from persistence.identity.models import RefreshToken, Session
from persistence.identity.servicer import IdentityServicer
from tests.mesh.failures import failure, reason
from tests.persistence.identity.conftest import COOKIE


def refresh(token: str) -> pb.RefreshRequest:
    return pb.RefreshRequest(refresh_token=token)


async def time_passes(delta: timedelta) -> None:
    """Moves all that happened to tokens into the past."""

    def shift() -> None:
        RefreshToken.objects.update(used_time=F("used_time") - delta)

    await orm.run(shift, using="service")


class TestRefresh:
    async def test_gives_a_new_pair_for_the_same_session(
        self, identity, guest, verifier
    ):
        """
        A refresh token is exchanged for the next one; the session goes on.
        """
        tokens = await identity.Refresh(refresh(guest.refresh_token))
        before = await verifier.verify(guest.access_token)
        after = await verifier.verify(tokens.access_token)

        assert guest.refresh_token != tokens.refresh_token
        assert before.session_id == after.session_id

    async def test_a_chain_of_tokens_goes_on(self, identity, guest):
        """
        Each token is good for the next exchange.
        """
        token = guest.refresh_token
        for _ in range(3):
            token = (await identity.Refresh(refresh(token))).refresh_token

        assert token

    async def test_two_tabs_at_once_both_go_on(self, identity, guest):
        """
        Within 30 seconds the same token gets each of them a fresh pair.
        """
        one, two = await asyncio.gather(
            identity.Refresh(refresh(guest.refresh_token)),
            identity.Refresh(refresh(guest.refresh_token)),
        )
        again = await identity.Refresh(refresh(one.refresh_token))
        once_more = await identity.Refresh(refresh(two.refresh_token))

        assert 4 == len({t.refresh_token for t in (one, two, again, once_more)})

    async def test_a_token_used_twice_signs_the_session_out(self, identity, guest):
        """
        After the grace somebody has a copy, and the whole family is void.
        """
        following = await identity.Refresh(refresh(guest.refresh_token))
        await time_passes(timedelta(seconds=31))

        reuse = await failure(identity.Refresh(refresh(guest.refresh_token)))
        owner = await failure(identity.Refresh(refresh(following.refresh_token)))

        assert grpc.StatusCode.UNAUTHENTICATED == reuse.code()
        assert "REFRESH_TOKEN_INVALID" == reason(reuse)
        assert "SESSION_ENDED" == reason(owner)

    @pytest.mark.parametrize("token", ["", "x", "é" * 200])
    async def test_an_unknown_token_is_refused(self, identity, database, token):
        """
        Nothing is said about why.
        """
        error = await failure(identity.Refresh(refresh(token)))

        assert "REFRESH_TOKEN_INVALID" == reason(error)

    async def test_an_expired_session_is_over(self, identity, guest):
        """
        A session that nobody refreshed for 30 days has ended.
        """

        def expire() -> None:
            Session.objects.update(expire_time=F("create_time"))

        await orm.run(expire, using="service")
        error = await failure(identity.Refresh(refresh(guest.refresh_token)))

        assert "SESSION_ENDED" == reason(error)

    async def test_the_database_keeps_only_a_hash(self, guest, database):
        """
        Whoever reads the table can use none of its tokens.
        """
        rows = await orm.run(
            lambda: list(RefreshToken.objects.values_list("token_hash", flat=True)),
            using="service",
        )

        assert [32] == [len(row) for row in rows]
        assert guest.refresh_token.encode() not in bytes(rows[0])


class TestLogout:
    async def test_ends_the_session(self, identity, account):
        """
        Neither the refresh token nor a look at oneself works afterwards.
        """
        await identity.Logout(pb.LogoutRequest(refresh_token=account.refresh_token))

        again = await failure(identity.Refresh(refresh(account.refresh_token)))
        me = await failure(
            identity.GetMe(pb.GetMeRequest(), metadata=bearer(account.access_token))
        )

        assert "SESSION_ENDED" == reason(again)
        assert "SESSION_ENDED" == reason(me)

    async def test_an_unknown_token_is_no_error(self, identity, database):
        """
        Signing out twice, or with nothing at all, has the same end.
        """
        await identity.Logout(pb.LogoutRequest(refresh_token="unknown"))
        await identity.Logout(pb.LogoutRequest())


class TestGetMe:
    async def test_returns_the_caller(self, identity, account):
        """
        The token says who asks.
        """
        answer = await identity.GetMe(
            pb.GetMeRequest(), metadata=bearer(account.access_token)
        )

        assert account.user == answer.user

    async def test_needs_a_token(self, identity, database):
        """
        Without one there is nobody to return.
        """
        error = await failure(identity.GetMe(pb.GetMeRequest()))

        assert "TOKEN_MISSING" == reason(error)


class TestCookie:
    async def cookies_of(self, call) -> list[str]:
        await call
        metadata = await call.initial_metadata()
        return [value for key, value in metadata if key == "set-cookie"]

    async def test_the_token_is_out_of_reach_of_scripts(self, identity, database):
        """
        HttpOnly and SameSite=Strict, for this service's paths only, and not in the
        body.
        """
        call = identity.CreateGuest(
            pb.CreateGuestRequest(refresh_token_delivery=COOKIE)
        )
        response = await call
        lines = await self.cookies_of(call)

        assert "" == response.refresh_token
        assert list(cookies.PATHS) == [
            line.split("Path=")[1].split(";")[0] for line in lines
        ]
        assert all("; HttpOnly; SameSite=Strict" in line for line in lines)
        assert not any("; Secure" in line for line in lines)

    async def test_https_makes_it_secure(self, keys, passwords, database):
        """
        Where browsers come by HTTPS the cookie never travels without.
        """
        lines = cookies.token_set("x", timedelta(seconds=5), is_secure=True)

        assert all(line.endswith("; SameSite=Strict; Secure") for _, line in lines)
        assert IdentityServicer(keys=keys, passwords=passwords, is_https=True)

    async def test_a_browser_refreshes_with_its_cookie(self, identity, guest):
        """
        The token comes from the cookie and the next one goes back into it, even if
        a script asks for it in the body.
        """
        cookie = (("cookie", f"theme=dark; lamla_refresh={guest.refresh_token}"),)
        call = identity.Refresh(
            pb.RefreshRequest(refresh_token_delivery=pb.REFRESH_TOKEN_DELIVERY_BODY),
            metadata=cookie,
        )
        response = await call
        lines = await self.cookies_of(call)

        assert response.access_token
        assert "" == response.refresh_token
        assert len(cookies.PATHS) == len(lines)

    async def test_signing_out_clears_it(self, identity, guest):
        """
        The session in the cookie ends, and the browser forgets the token.
        """
        cookie = (("cookie", f"lamla_refresh={guest.refresh_token}"),)
        call = identity.Logout(pb.LogoutRequest(), metadata=cookie)
        lines = await self.cookies_of(call)
        error = await failure(identity.Refresh(refresh(guest.refresh_token)))

        assert all("lamla_refresh=; " in line and "Max-Age=0" in line for line in lines)
        assert "SESSION_ENDED" == reason(error)
