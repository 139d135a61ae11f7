"""Stores conversations about the manuals that are there."""

from __future__ import annotations

from collections import defaultdict
from uuid import UUID

from django.utils import timezone

from mesh.ids import uuid7
from persistence import orm
from persistence.chat.models import Conversation
from persistence.chat.portable.domain import PortableConversation
from persistence.chat.portable.store import conversations_import
from persistence.documents.models import DocumentChunk, IndexState, IndexVersion
from persistence.seed.clear import conversations_clear
from persistence.seed.conversations import Conversations, Passage
from persistence.seed.manuals import manual
from persistence.seed.sizes import Size


async def conversations_seed(owner_id: UUID, size: Size) -> int:
    """Stores the conversations of a size in the place of those seeded before.

    They cite the owner's seeded documents. Where there are none they quote the manuals
    all the same, without citations.

    Returns:
        How many citations they have.
    """
    async for _ in conversations_clear(owner_id):
        pass
    return await orm.run(_store, owner_id, size, using="service")


def _store(owner_id: UUID, size: Size) -> int:
    active = IndexVersion.objects.get(state=IndexState.ACTIVE)
    maker = Conversations(
        manuals=_stored(owner_id) or [_unstored(size)],
        index_version=f"{active.model}/{active.pk}",
        now=timezone.now(),
    )
    found: list[PortableConversation] = list(maker.make(size.conversations))
    request_id = uuid7()
    made = conversations_import(
        owner_id=owner_id, request_id=request_id, document=str(request_id), found=found
    )
    ids = [one.row.id for one in made]
    Conversation.objects.filter(id__in=ids).update(is_seed=True)
    return sum(
        len(message.evidence.citations) for one in found for message in one.messages
    )


def _stored(owner_id: UUID) -> list[list[Passage]]:
    manuals: dict[UUID, list[Passage]] = defaultdict(list)
    rows = DocumentChunk.objects.filter(owner_id=owner_id, document__is_seed=True)
    for row in rows.select_related("document").order_by("document_id", "ordinal"):
        manuals[row.document_id].append(
            Passage(
                title=row.document.title,
                text=row.text,
                chunk_id=row.id,
                document_id=row.document_id,
                page=row.page,
                start=row.start,
            )
        )
    return list(manuals.values())


def _unstored(size: Size) -> list[Passage]:
    one = manual(0, size.chunks)
    return [Passage(one.title, chunk.text) for chunk in one.chunks]
