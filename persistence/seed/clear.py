"""Removes what was seeded, and nothing else."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from uuid import UUID

from persistence import orm
from persistence.chat.models import Conversation
from persistence.documents import files
from persistence.documents.models import Document
from persistence.documents.storage import original_delete

BATCH = 100


async def documents_clear(
    owner_id: UUID | None, *, keep: Collection[bytes] = ()
) -> AsyncIterator[int]:
    """Deletes seeded documents with their originals; yields how many at a time.

    Args:
        owner_id: Whose; None: everybody's.
        keep: Hashes of contents that stay.
    """
    for document_id, name in await orm.run(_seeded, owner_id, keep, using="service"):
        # One at a time: its chunks are many rows.
        if await orm.run(_delete_document, document_id, using="service"):
            await files.try_run(original_delete, name)
            yield 1


async def conversations_clear(owner_id: UUID | None) -> AsyncIterator[int]:
    """Deletes seeded conversations for good; yields how many at a time."""
    while count := await orm.run(_delete_conversations, owner_id, using="service"):
        yield count


def _seeded(owner_id: UUID | None, keep: Collection[bytes]) -> list[tuple[UUID, str]]:
    rows = Document.objects.filter(is_seed=True)
    if owner_id is not None:
        rows = rows.filter(owner_id=owner_id)
    rows = rows.exclude(content_sha256__in=list(keep)) if keep else rows
    return list(rows.order_by("id").values_list("id", "storage_name"))


def _delete_document(document_id: UUID) -> bool:
    # The database takes along whatever is its.
    count, _ = Document.objects.filter(id=document_id, is_seed=True).delete()
    return count > 0


def _delete_conversations(owner_id: UUID | None) -> int:
    rows = Conversation.objects.filter(is_seed=True)
    if owner_id is not None:
        rows = rows.filter(owner_id=owner_id)
    ids = list(rows.values_list("id", flat=True)[:BATCH])
    Conversation.objects.filter(id__in=ids).delete()
    return len(ids)
