"""Whose request it is: the user of its token, or a new guest."""

from __future__ import annotations

from mesh.identity import User, set_user, token_missing
from mesh.ids import uuid7
from mesh.interceptors.identity import SCHEME
from mesh.policy import Role
from mesh.tokens import TokenVerifier
from persistence import orm
from persistence.http.asgi import Scope
from persistence.identity.guests.services import tokenless_guest_create
from persistence.identity.keys import SigningKeys


class Visitors:
    """Reads tokens, and makes guests of those who bring none."""

    def __init__(self, verifier: TokenVerifier, keys: SigningKeys) -> None:
        """`keys` sign the guests' tokens."""
        self._verifier = verifier
        self._keys = keys

    async def identify(self, headers: dict[str, str]) -> User | None:
        """Returns the user of a request's token; None when it brings none.

        Raises:
            ServiceError: `TOKEN_MISSING`, `TOKEN_EXPIRED`, `TOKEN_INVALID`.
        """
        header = headers.get("authorization", "")
        if not header:
            return None
        if not header.lower().startswith(SCHEME):
            raise token_missing()
        return await self._verifier.verify(header[len(SCHEME) :].strip())

    async def admit(self, user: User | None) -> User:
        """Makes a guest where there is no user; the rest of the request is theirs.

        Raises:
            ServiceError: `DATABASE_UNAVAILABLE`.
        """
        admitted = user or await self._guest()
        set_user(admitted)
        return admitted

    async def _guest(self) -> User:
        user_id = uuid7()
        guest = await orm.run(tokenless_guest_create, user_id=user_id, owner=user_id)
        token = self._keys.sign(
            user_id=user_id, session_id=guest.session_id, role=guest.user.role
        )
        return User(user_id, guest.session_id, Role(guest.user.role), token.token)


def headers_of(scope: Scope) -> dict[str, str]:
    """Returns the headers of a request, by name."""
    return {
        name.decode("latin-1"): value.decode("latin-1")
        for name, value in scope["headers"]
    }
