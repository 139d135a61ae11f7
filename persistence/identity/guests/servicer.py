"""GuestService: converts, delegates, converts back."""

from __future__ import annotations

from uuid import UUID

import grpc
from lamla.store.v1 import guest_service_pb2 as pb
from lamla.store.v1 import guest_service_pb2_grpc as pb_grpc

from mesh.ids import uuid7
from persistence import orm
from persistence.identity.guests import services
from persistence.identity.keys import SigningKeys

SERVICE = "lamla.store.v1.GuestService"


class GuestServicer(pb_grpc.GuestServiceServicer):
    """Guests for callers that bring no token."""

    def __init__(self, keys: SigningKeys) -> None:
        """`keys` sign the guests' tokens."""
        self._keys = keys

    def register(self, server: grpc.aio.Server) -> None:
        """Adds the service to a server."""
        pb_grpc.add_GuestServiceServicer_to_server(self, server)

    async def OpenGuest(
        self, request: pb.OpenGuestRequest, context: grpc.aio.ServicerContext
    ) -> pb.OpenGuestResponse:
        if request.conversation_id:
            guest = await orm.run(
                services.tokenless_guest_of_conversation,
                conversation_id=UUID(request.conversation_id),
                using="service",
            )
        elif request.document_id:
            guest = await orm.run(
                services.tokenless_guest_of_document,
                document_id=UUID(request.document_id),
                using="service",
            )
        else:
            user_id = uuid7()
            guest = await orm.run(
                services.tokenless_guest_create, user_id=user_id, owner=user_id
            )
        access = self._keys.sign(
            user_id=guest.user.id, session_id=guest.session_id, role=guest.user.role
        )
        return pb.OpenGuestResponse(access_token=access.token)
