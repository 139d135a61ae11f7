"""Makes and finds tokenless guests; ends guests whose person has signed in."""

from __future__ import annotations

from uuid import UUID

import structlog
from django.db.models.functions import Now

from mesh.policy import Role
from persistence.chat.errors import conversation_not_found
from persistence.chat.moving import conversations_move
from persistence.chat.selectors import conversation_owner
from persistence.documents.errors import document_not_found
from persistence.documents.moving import documents_move
from persistence.documents.selectors import document_owner
from persistence.identity.domain import (
    REFRESH_TOKEN_LIFETIME,
    Credentials,
    SignedIn,
    TokenHolder,
)
from persistence.identity.models import Session, User
from persistence.identity.services import session_start

log = structlog.get_logger()


def tokenless_guest_create(*, user_id: UUID) -> TokenHolder:
    """Creates a guest for a caller without a token, and a session for it."""
    user = User(id=user_id, role=Role.GUEST.value, tokenless=True)
    user.set_unusable_password()
    user.save(force_insert=True)
    return TokenHolder(user, _session(user).id)


def tokenless_guest_of_conversation(*, conversation_id: UUID) -> TokenHolder:
    """Finds the tokenless guest of a conversation, whose session goes on.

    Spans owners: the id of the conversation is all that the caller has to show.

    Raises:
        ServiceError: `CONVERSATION_NOT_FOUND`, also for a conversation of anybody else.
    """
    owner_id = conversation_owner(conversation_id=conversation_id)
    guest = _tokenless_guest(owner_id)
    if guest is None:
        raise conversation_not_found(conversation_id)
    return guest


def tokenless_guest_of_document(*, document_id: UUID) -> TokenHolder:
    """Finds the tokenless guest of a document, whose session goes on.

    Spans owners: the id of the document is all that the caller has to show.

    Raises:
        ServiceError: `DOCUMENT_NOT_FOUND`, also for a document of anybody else.
    """
    guest = _tokenless_guest(document_owner(document_id=document_id))
    if guest is None:
        raise document_not_found(document_id)
    return guest


def _tokenless_guest(owner_id: UUID | None) -> TokenHolder | None:
    guests = User.objects.filter(role=Role.GUEST.value, tokenless=True, is_active=True)
    user = guests.filter(id=owner_id).first() if owner_id else None
    if user is None:
        return None
    sessions = Session.objects.filter(user=user, end_time=None, expire_time__gt=Now())
    session = sessions.order_by("-expire_time").first()
    if session is None:
        return TokenHolder(user, _session(user).id)
    sessions.filter(id=session.id).update(
        last_seen_time=Now(), expire_time=Now() + REFRESH_TOKEN_LIFETIME
    )
    return TokenHolder(user, session.id)


def guest_sign_in(
    *,
    credentials: Credentials,
    new_hash: str | None,
    guest_id: UUID,
    guest_session_id: UUID,
) -> SignedIn:
    """Creates a session for an account, which takes over what a guest has.

    The guest is gone afterwards. One that was signed out, or is no guest any more,
    stays as it is: its token proves nothing. Spans owners.

    Raises:
        ServiceError: `CREDENTIALS_INVALID` as `session_start`.
    """
    signed_in = session_start(credentials=credentials, new_hash=new_hash)
    guests = User.objects.select_for_update().filter(role=Role.GUEST.value)
    guest = guests.filter(id=guest_id, is_active=True).first()
    live = Session.objects.filter(end_time=None, expire_time__gt=Now())
    if guest and live.filter(id=guest_session_id, user_id=guest_id).exists():
        moved = {"old_id": guest_id, "new_id": signed_in.user.id}
        # Documents first: the citations of answers follow them.
        documents = documents_move(**moved)
        count = conversations_move(**moved)
        guest.delete()
        log.info("guest_signed_in", conversations=count, documents=documents)
    return signed_in


def _session(user: User) -> Session:
    return Session.objects.create(user=user, expire_time=Now() + REFRESH_TOKEN_LIFETIME)
