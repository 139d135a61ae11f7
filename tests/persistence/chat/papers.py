"""Documents in tests of chat: a page, its chunk, and evidence in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lamla.chat.v1 import generation_pb2
from lamla.documents.v1 import grounding_pb2, retrieval_scope_pb2

from mesh.ids import uuid7
from persistence import orm
from persistence.documents.models import (
    Collection,
    CollectionDocument,
    Document,
    DocumentChunk,
    State,
)
from tests.persistence.chat.people import Person

TEXT = "ATP is made in mitochondria."
SELECTED = retrieval_scope_pb2.SCOPE_KIND_SELECTED


@dataclass(frozen=True)
class Paper:
    """A document of one chunk, in a collection."""

    document_id: str
    chunk_id: str
    collection_id: str

    def scope(self, **values: Any) -> retrieval_scope_pb2.RetrievalScope:
        """Selects the document, or what `values` say."""
        chosen = values or {"document_ids": [self.document_id]}
        return retrieval_scope_pb2.RetrievalScope(kind=SELECTED, **chosen)

    def grounding(self) -> generation_pb2.Grounding:
        """An answer was given this document."""
        passage = generation_pb2.Passage(
            chunk_id=self.chunk_id,
            document_id=self.document_id,
            document_title="Cells",
            page=1,
        )
        return generation_pb2.Grounding(
            state=grounding_pb2.GROUNDING_STATE_GROUNDED,
            query="atp where",
            passages=[passage],
            index_version="minilm/1",
        )

    def citation(self, start: int = 0, end: int = 4) -> generation_pb2.Citation:
        """A span of an answer rests on the whole chunk."""
        return generation_pb2.Citation(
            citation_id=str(uuid7()),
            answer_start=start,
            answer_end=end,
            document_id=self.document_id,
            document_title="Cells",
            chunk_id=self.chunk_id,
            page=1,
            source_start=0,
            source_end=len(TEXT),
            quote=TEXT,
            score=0.75,
        )


def claim(*citations: generation_pb2.Citation) -> generation_pb2.Claim:
    """The span of the citations is supported by them."""
    return generation_pb2.Claim(
        answer_start=citations[0].answer_start,
        answer_end=citations[0].answer_end,
        support=generation_pb2.SUPPORT_SUPPORTED,
        score=0.75,
        citation_ids=[one.citation_id for one in citations],
    )


async def paper_create(person: Person, *, is_ready: bool = True) -> Paper:
    """Stores a document, its chunk, and a collection that holds it."""
    return await orm.run(_store, person, is_ready, owner=person.id)


async def paper_delete(person: Person, paper: Paper) -> None:
    """Deletes the document with all that hangs below it."""
    rows = Document.objects.filter(id=paper.document_id)
    await orm.run(rows.delete, owner=person.id)


def _store(person: Person, is_ready: bool) -> Paper:  # noqa: FBT001 - Of orm.run.
    document = Document.objects.create(
        owner_id=person.id,
        title="Cells",
        state=State.READY if is_ready else State.PROCESSING,
        chunk_count=1 if is_ready else 0,
    )
    chunk = DocumentChunk.objects.create(
        owner_id=person.id,
        document=document,
        ordinal=0,
        page=1,
        start=0,
        end=len(TEXT),
        text=TEXT,
    )
    collection = Collection.objects.create(
        owner_id=person.id, name=str(document.id), name_key=str(document.id)
    )
    CollectionDocument.objects.create(
        collection=collection, document=document, owner_id=person.id
    )
    return Paper(str(document.id), str(chunk.id), str(collection.id))
