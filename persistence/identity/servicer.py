"""IdentityService: converts, delegates, converts back."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import grpc
from lamla.errors.v1.error_reason_pb2 import ErrorReason
from lamla.identity.v1 import identity_service_pb2 as pb
from lamla.identity.v1 import identity_service_pb2_grpc as pb_grpc

from mesh.errors import ServiceError
from mesh.identity import current_user, optional_user
from mesh.ids import uuid7
from mesh.policy import Role
from persistence import orm
from persistence.documents.moving import documents_release
from persistence.identity import convert, cookies, selectors, services
from persistence.identity.domain import Credentials, Refusal, SignedIn
from persistence.identity.guests.services import guest_sign_in
from persistence.identity.keys import SigningKeys
from persistence.identity.passwords import Passwords

SERVICE = "lamla.identity.v1.IdentityService"
COOKIE = pb.REFRESH_TOKEN_DELIVERY_COOKIE


class IdentityServicer(pb_grpc.IdentityServiceServicer):
    """Serves who is calling."""

    def __init__(
        self, *, keys: SigningKeys, passwords: Passwords, is_https: bool
    ) -> None:
        """`is_https`: whether browsers come by HTTPS, so that cookies are `Secure`."""
        self._keys = keys
        self._passwords = passwords
        self._is_https = is_https

    def register(self, server: grpc.aio.Server) -> None:
        """Adds the service to a server."""
        pb_grpc.add_IdentityServiceServicer_to_server(self, server)

    async def CreateGuest(
        self, request: pb.CreateGuestRequest, context: grpc.aio.ServicerContext
    ) -> pb.TokenResponse:
        user_id = uuid7()
        signed_in = await orm.run(services.guest_create, user_id=user_id, owner=user_id)
        return await self._tokens(context, signed_in, request.refresh_token_delivery)

    async def Register(
        self, request: pb.RegisterRequest, context: grpc.aio.ServicerContext
    ) -> pb.TokenResponse:
        account: dict[str, Any] = {
            "email": request.email,
            "password_hash": await self._passwords.hash(request.password),
            "display_name": request.display_name,
        }
        guest = optional_user()
        if guest is not None and guest.role == Role.GUEST:
            signed_in = await orm.run(
                services.guest_upgrade,
                user_id=guest.id,
                session_id=guest.session_id,
                owner=guest.id,
                **account,
            )
        else:
            user_id = uuid7()
            signed_in = await orm.run(
                services.account_create, user_id=user_id, owner=user_id, **account
            )
        return await self._tokens(context, signed_in, request.refresh_token_delivery)

    async def Login(
        self, request: pb.LoginRequest, context: grpc.aio.ServicerContext
    ) -> pb.TokenResponse:
        # No connection is held while the password is hashed.
        found = await orm.run(selectors.credentials_get, email=request.email)
        stored = found.password if found else None
        verdict = await self._passwords.check(request.password, stored)
        if found is None or not verdict.is_right:
            raise services.credentials_invalid()
        signed_in = await self._sign_in(found, verdict.new_hash)
        return await self._tokens(context, signed_in, request.refresh_token_delivery)

    async def Refresh(
        self, request: pb.RefreshRequest, context: grpc.aio.ServicerContext
    ) -> pb.TokenResponse:
        token = request.refresh_token or cookies.token_from(
            context.invocation_metadata()
        )
        outcome = await orm.run(services.session_refresh, token=token)
        if isinstance(outcome, Refusal):
            raise _refused(outcome)
        # What came by cookie leaves by cookie: a script in the page that asks for it
        # in the body is not the page's own.
        delivery = request.refresh_token_delivery if request.refresh_token else COOKIE
        return await self._tokens(context, outcome, delivery)

    async def Logout(
        self, request: pb.LogoutRequest, context: grpc.aio.ServicerContext
    ) -> pb.LogoutResponse:
        token = request.refresh_token or cookies.token_from(
            context.invocation_metadata()
        )
        if token:
            await orm.run(services.session_sign_out, token=token)
        await context.send_initial_metadata(
            cookies.token_cleared(is_secure=self._is_https)
        )
        return pb.LogoutResponse()

    async def GetMe(
        self, request: pb.GetMeRequest, context: grpc.aio.ServicerContext
    ) -> pb.GetMeResponse:
        caller = current_user()
        user = await orm.run(
            selectors.user_get,
            user_id=caller.id,
            session_id=caller.session_id,
            owner=caller.id,
        )
        return pb.GetMeResponse(user=convert.user_to_proto(user))

    async def GetJwks(
        self, request: pb.GetJwksRequest, context: grpc.aio.ServicerContext
    ) -> pb.GetJwksResponse:
        keys = [convert.key_to_proto(key) for key in self._keys.published]
        return pb.GetJwksResponse(keys=keys)

    async def _sign_in(self, found: Credentials, new_hash: str | None) -> SignedIn:
        caller = optional_user()
        if caller is None or caller.role != Role.GUEST:
            return await orm.run(
                services.session_start,
                credentials=found,
                new_hash=new_hash,
                owner=found.user_id,
            )
        await orm.run(documents_release, owner_id=caller.id, using="service")
        return await orm.run(
            guest_sign_in,
            credentials=found,
            new_hash=new_hash,
            guest_id=caller.id,
            guest_session_id=caller.session_id,
            using="service",
        )

    async def _tokens(
        self,
        context: grpc.aio.ServicerContext,
        signed_in: SignedIn,
        delivery: pb.RefreshTokenDelivery.ValueType,
    ) -> pb.TokenResponse:
        access = self._keys.sign(
            user_id=signed_in.user.id,
            session_id=signed_in.session_id,
            role=signed_in.user.role,
        )
        if delivery == COOKIE:
            lifetime = signed_in.refresh_token_expire_time - datetime.now(UTC)
            await context.send_initial_metadata(
                cookies.token_set(
                    signed_in.refresh_token, lifetime, is_secure=self._is_https
                )
            )
        return convert.tokens_to_proto(
            signed_in, access, with_refresh_token=delivery != COOKIE
        )


def _refused(refusal: Refusal) -> ServiceError:
    if refusal is Refusal.SESSION_ENDED:
        return selectors.session_ended()
    return ServiceError(
        ErrorReason.ERROR_REASON_REFRESH_TOKEN_INVALID,
        "The refresh token is unknown, expired, or was used before.",
    )
