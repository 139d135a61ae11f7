"""Each method has a row that says who may call it; without one nobody may."""

from __future__ import annotations

import pytest
from grpc import StatusCode

from mesh.interceptors.identity import identity
from mesh.policy import MEMBERS, USERS, Role, Rule, missing_rows, rule, stale_rows
from mesh.testing import bearer
from tests.mesh.echo import (
    ECHO,
    FOR_USERS,
    FORGOTTEN,
    OPEN,
    CheckRequest,
    CountRequest,
    SayRequest,
)
from tests.mesh.failures import failure, reason, stream_failure, typed

REQUEST = SayRequest(text="a")


class TestTable:
    def test_missing_rows_names_the_methods_without_one(self):
        """
        A new RPC that nobody thought about shows up in its service's test.
        """
        assert {FORGOTTEN} == missing_rows(OPEN, [ECHO])

    def test_stale_rows_names_the_rows_without_a_method(self):
        """
        A row for a method that is gone, or misspelt, shows up too.
        """
        policy = {**OPEN, "/lamla.echo.v1.EchoService/Gone": rule(peers=())}

        assert {"/lamla.echo.v1.EchoService/Gone"} == stale_rows(policy, [ECHO])

    def test_an_optional_token_needs_roles(self):
        """
        A row that reads no token cannot make it optional.
        """
        with pytest.raises(ValueError, match="optional"):
            Rule(peers=frozenset(), roles=None, token_optional=True)

    def test_roles_need_a_verifier(self):
        """
        A server that could not check tokens does not start.
        """
        with pytest.raises(ValueError, match="verifier"):
            identity(FOR_USERS, None)

    def test_members_are_users_with_an_account(self):
        """
        Guests are users, and no members.
        """
        assert {Role.GUEST} == USERS - MEMBERS


class TestEnforcement:
    async def test_method_without_a_row_is_refused(self, echo, servicer):
        """
        What was forgotten is closed, not open.
        """
        error = await failure(echo.Forgotten(REQUEST))

        assert StatusCode.PERMISSION_DENIED == error.code()
        assert "PEER_NOT_ALLOWED" == reason(error)
        assert [] == servicer.heard

    async def test_good_token_is_let_through(self, for_users, issuer):
        """
        A user whose role the row names is served.
        """
        response = await for_users.Say(REQUEST, metadata=bearer(issuer.token()))

        assert "a" == response.text

    async def test_missing_token_is_refused(self, for_users, servicer):
        """
        A mesh certificate alone acts for no user.
        """
        error = await failure(for_users.Say(REQUEST))

        assert StatusCode.UNAUTHENTICATED == error.code()
        assert "TOKEN_MISSING" == reason(error)
        assert [] == servicer.heard

    @pytest.mark.parametrize("header", ["Basic eDp5", "Bearer", ""])
    async def test_header_without_a_bearer_token_is_refused(self, for_users, header):
        """
        Only the bearer scheme is spoken.
        """
        error = await failure(
            for_users.Say(REQUEST, metadata=(("authorization", header),))
        )

        assert StatusCode.UNAUTHENTICATED == error.code()

    async def test_wrong_role_is_refused(self, for_users, issuer):
        """
        A guest may not do what members may, and is told the role.
        """
        error = await failure(
            for_users.Check(
                CheckRequest(left="x"), metadata=bearer(issuer.token(Role.GUEST))
            )
        )

        assert StatusCode.PERMISSION_DENIED == error.code()
        assert "ROLE_NOT_ALLOWED" == reason(error)
        assert {"role": "guest"} == typed(error).metadata

    async def test_role_is_checked_before_the_request_is(self, for_users, issuer):
        """
        Who may not call a method learns nothing about its rules.
        """
        error = await failure(
            for_users.Check(CheckRequest(), metadata=bearer(issuer.token(Role.GUEST)))
        )

        assert "ROLE_NOT_ALLOWED" == reason(error)

    async def test_optional_token_may_be_missing(self, for_users):
        """
        A method such as Register serves those who are nobody yet.
        """
        call = for_users.Count(CountRequest(to=2))

        assert 2 == len([response async for response in call])

    async def test_optional_token_must_be_good(self, for_users):
        """
        A bad token is never treated as none.
        """
        call = for_users.Count(CountRequest(to=2), metadata=bearer("bad"))

        assert "TOKEN_INVALID" == reason(await stream_failure(call))

    async def test_method_without_roles_reads_no_token(self, echo):
        """
        A process that knows no users does not judge their tokens.
        """
        response = await echo.Say(REQUEST, metadata=bearer("bad"))

        assert "a" == response.text
