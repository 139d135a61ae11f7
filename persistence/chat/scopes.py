"""Which documents a conversation's answers rest on, and whether they are its user's."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Any
from uuid import UUID

from django.db import connection

from persistence.chat import errors

# The first of each that is not there, or somebody else's.
MISSING_DOCUMENT = """
SELECT t.id FROM unnest(%(scope_documents)s::uuid[]) AS t (id)
WHERE NOT EXISTS (
    SELECT FROM documents_document d
    WHERE d.id = t.id AND d.owner_id = %(owner_id)s
)
LIMIT 1
"""
MISSING_COLLECTION = """
SELECT t.id FROM unnest(%(scope_collections)s::uuid[]) AS t (id)
WHERE NOT EXISTS (
    SELECT FROM documents_collection c
    WHERE c.id = t.id AND c.owner_id = %(owner_id)s
)
LIMIT 1
"""


class Kind(IntEnum):
    """Which documents. Numbers as in `lamla.documents.v1.ScopeKind`."""

    ALL = 1
    SELECTED = 2
    NOTHING = 3


@dataclass(frozen=True)
class Scope:
    """What is searched: all documents, what is named, or nothing."""

    kind: Kind
    document_ids: tuple[UUID, ...] = ()
    collection_ids: tuple[UUID, ...] = ()

    @property
    def stored(self) -> dict[str, Any] | None:
        """What stands in the conversation's row; null is all documents."""
        if self.kind == Kind.ALL:
            return None
        return {
            "kind": int(self.kind),
            "document_ids": [str(id_) for id_ in self.document_ids],
            "collection_ids": [str(id_) for id_ in self.collection_ids],
        }

    @property
    def parameters(self) -> dict[str, Any]:
        """What the statements above take."""
        return {
            "scope_documents": list(self.document_ids),
            "scope_collections": list(self.collection_ids),
        }


ALL = Scope(Kind.ALL)


def scope_check(*, owner_id: UUID, scope: Scope) -> None:
    """Lets only a scope pass that names documents and collections of its owner.

    Raises:
        ServiceError: `DOCUMENT_NOT_FOUND` or `COLLECTION_NOT_FOUND`.
    """
    if scope.kind != Kind.SELECTED:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT ({MISSING_DOCUMENT}), ({MISSING_COLLECTION})",
            {"owner_id": owner_id, **scope.parameters},
        )
        missing_check(*cursor.fetchone())


def missing_check(document_id: UUID | None, collection_id: UUID | None) -> None:
    """Lets only what misses nothing pass.

    Raises:
        ServiceError: `DOCUMENT_NOT_FOUND` or `COLLECTION_NOT_FOUND`.
    """
    if document_id is not None:
        raise errors.document_not_found(document_id)
    if collection_id is not None:
        raise errors.collection_not_found(collection_id)
