"""Opens guests in persistence over `lamla.store.v1`."""

from __future__ import annotations

from lamla.store.v1 import guest_service_pb2 as pb
from lamla.store.v1.guest_service_pb2_grpc import GuestServiceStub

from mesh import calls
from mesh.channels import PeerChannel
from mesh.identity import User
from mesh.tokens import TokenVerifier

PEER = "persistence"
OPEN_SECONDS = 5.0


class GuestStore:
    """Implements `Guests`."""

    def __init__(self, channel: PeerChannel, verifier: TokenVerifier) -> None:
        """`verifier` reads the guests' tokens, as those of any user."""
        self._guests = channel.stub(GuestServiceStub)
        self._verifier = verifier

    async def open(self, conversation_id: str = "", *, document_id: str = "") -> User:
        """See `Guests.open`."""
        request = pb.OpenGuestRequest(
            conversation_id=conversation_id, document_id=document_id
        )
        with calls.to(PEER):
            response = await self._guests.OpenGuest(
                request, **calls.options(OPEN_SECONDS)
            )
        return await self._verifier.verify(response.access_token)
