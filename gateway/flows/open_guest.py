"""Makes a guest of a caller that brings no token, as older clients do."""

from __future__ import annotations

from gateway.clients.guests import Guests
from mesh.identity import optional_user, set_user


class OpenGuest:
    """Lets the call go on as a guest's; one with a token stays its user's."""

    def __init__(self, guests: Guests) -> None:
        self._guests = guests

    async def __call__(
        self, conversation_id: str = "", *, document_id: str = ""
    ) -> None:
        """Makes sure that the call has a user.

        Args:
            conversation_id: The conversation that is gone on with; empty: none yet.
            document_id: The document that is asked for; empty: none.

        Raises:
            ServiceError: `CONVERSATION_NOT_FOUND`, `DOCUMENT_NOT_FOUND`: none that
                was begun without a token; or the store is away.
        """
        if optional_user() is None:
            guest = await self._guests.open(conversation_id, document_id=document_id)
            set_user(guest)
