"""What changes conversations. One function per use case, one transaction each."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from mesh.ids import uuid7
from persistence.chat import errors
from persistence.chat.models import Conversation, Message, TitleBy
from persistence.chat.owners import owner_exists
from persistence.chat.requests import request_claim
from persistence.chat.scopes import Scope, scope_check
from persistence.chat.search.entries import title_enter
from persistence.chat.selectors import ConversationNow, conversation_get


@dataclass(frozen=True)
class Changes:
    """What to change of a conversation; None stays as it is."""

    title: str | None = None
    pinned: bool | None = None
    archived: bool | None = None
    current_message_id: UUID | None = None
    scope: Scope | None = None


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
            Conversation.objects.create(
                id=new_id,
                owner_id=owner_id,
                title=title,
                title_by=TitleBy.USER if title else TitleBy.FIRST_MESSAGE,
            )
            if title:
                title_enter(owner_id=owner_id, conversation_id=new_id, title=title)
    return conversation_get(owner_id=owner_id, conversation_id=made_id or new_id)


def conversation_update(
    *, owner_id: UUID, request_id: UUID, conversation_id: UUID, changes: Changes
) -> ConversationNow:
    """Changes what is set; the same request again changes nothing.

    Raises:
        ServiceError: `REQUEST_ID_REUSED`, `CONVERSATION_NOT_FOUND`,
            `MESSAGE_NOT_FOUND`, `DOCUMENT_NOT_FOUND`, `COLLECTION_NOT_FOUND`.
    """
    asked = dict(vars(changes))
    if changes.scope is None:
        del asked["scope"]  # As it was before there were scopes.
    with owner_exists():
        made_id = request_claim(
            owner_id=owner_id,
            request_id=request_id,
            body=("update", conversation_id, *asked.values()),
            conversation_id=conversation_id,
        )
    if made_id is None:
        _change(owner_id, conversation_id, changes)
    return conversation_get(owner_id=owner_id, conversation_id=conversation_id)


def _change(owner_id: UUID, conversation_id: UUID, changes: Changes) -> None:
    rows = Conversation.objects.filter(
        owner_id=owner_id, id=conversation_id, delete_time=None
    )
    if not rows.select_for_update(no_key=True).exists():
        raise errors.conversation_not_found(conversation_id)
    current_id = changes.current_message_id
    # Looked at while the conversation is locked: no deletion comes between.
    if (
        current_id is not None
        and not Message.objects.filter(
            owner_id=owner_id, conversation_id=conversation_id, id=current_id
        ).exists()
    ):
        raise errors.message_not_found(current_id)
    values = {name: value for name, value in vars(changes).items() if value is not None}
    if changes.scope is not None:
        scope_check(owner_id=owner_id, scope=changes.scope)
        values["scope"] = changes.scope.stored
    if changes.title is not None:
        values["title_by"] = TitleBy.USER
        title_enter(
            owner_id=owner_id, conversation_id=conversation_id, title=changes.title
        )
    if values:
        rows.update(**values)
