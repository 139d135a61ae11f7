"""What changes conversations. One function per use case, one transaction each."""

from __future__ import annotations

from uuid import UUID

from mesh.ids import uuid7
from persistence.chat import errors
from persistence.chat.models import Conversation, Generation, State
from persistence.chat.owners import owner_exists
from persistence.chat.requests import request_claim
from persistence.chat.selectors import ConversationNow, conversation_get


def conversation_create(
    *, owner_id: UUID, request_id: UUID, title: str
) -> ConversationNow:
    """Creates an empty conversation; the same request again returns the same one.

    Raises:
        ServiceError: `REQUEST_ID_REUSED`; `CONVERSATION_NOT_FOUND` when it was deleted
            since.
    """
    new_id = uuid7()
    with owner_exists():
        made_id = request_claim(
            owner_id=owner_id,
            request_id=request_id,
            body=("create", title),
            conversation_id=new_id,
        )
        if made_id is None:
            Conversation.objects.create(id=new_id, owner_id=owner_id, title=title)
    return conversation_get(owner_id=owner_id, conversation_id=made_id or new_id)


def conversation_rename(
    *, owner_id: UUID, request_id: UUID, conversation_id: UUID, title: str
) -> ConversationNow:
    """Changes the title; the same request again changes nothing.

    Raises:
        ServiceError: `REQUEST_ID_REUSED`, `CONVERSATION_NOT_FOUND`.
    """
    with owner_exists():
        made_id = request_claim(
            owner_id=owner_id,
            request_id=request_id,
            body=("rename", conversation_id, title),
            conversation_id=conversation_id,
        )
    if made_id is None:
        rows = Conversation.objects.filter(owner_id=owner_id, id=conversation_id)
        rows.update(title=title)
    return conversation_get(owner_id=owner_id, conversation_id=conversation_id)


def conversation_delete(
    *, owner_id: UUID, request_id: UUID | None, conversation_id: UUID
) -> None:
    """Deletes a conversation with all that is in it.

    The writers of its running generations learn it at their next checkpoint.

    Raises:
        ServiceError: `REQUEST_ID_REUSED`; `CONVERSATION_NOT_FOUND`, also for a
            repetition without a request id.
    """
    if request_id is not None:
        with owner_exists():
            made_id = request_claim(
                owner_id=owner_id,
                request_id=request_id,
                body=("delete", conversation_id),
                conversation_id=conversation_id,
            )
        if made_id is not None:
            return
    # Locked in the order in which checkpoints lock them, or the two could deadlock.
    running = Generation.objects.filter(
        owner_id=owner_id, conversation_id=conversation_id, state=State.GENERATING
    )
    list(running.order_by("id").select_for_update().values_list("id"))
    rows = Conversation.objects.filter(owner_id=owner_id, id=conversation_id)
    deleted, _ = rows.delete()
    if not deleted:
        raise errors.conversation_not_found(conversation_id)
