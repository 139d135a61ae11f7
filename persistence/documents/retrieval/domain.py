"""What is asked of a search, and what it finds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from persistence.documents.index.versions import Index


@dataclass(frozen=True, slots=True)
class Selection:
    """The documents that are searched, where not all are.

    Attributes:
        is_lenient: Whether ids that are not the owner's are passed over.
    """

    document_ids: Sequence[UUID] = ()
    collection_ids: Sequence[UUID] = ()
    is_lenient: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """One form of a question.

    Attributes:
        vector: Empty: the keyword leg answers alone.
    """

    text: str
    vector: Sequence[float] = ()


@dataclass(frozen=True, slots=True)
class Search:
    """What to look for.

    Attributes:
        selection: None: all documents of the owner.
        model: What made the vectors of `queries`.
        neighbours: Chunks before and after each found one that come with it.
        diversity: How much what repeats a better chunk is moved down, range [0, 1].
    """

    owner_id: UUID
    queries: Sequence[Query]
    selection: Selection | None = None
    model: str = ""
    limit: int = 10
    neighbours: int = 0
    diversity: float = 0.0


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a search looks, and what is known about it.

    Attributes:
        documents: None: all of the owner's.
        chunks: How many there are.
        average: Terms of a chunk, on average; at least 1.
        languages: Of the documents.
    """

    index: Index
    documents: list[UUID] | None
    chunks: int
    average: float
    languages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A chunk that a leg has named.

    Attributes:
        similarity: Cosine, range [-1, 1]; None without the vector leg.
        bm25: None when no word of the query is in it.
        strength: BM25 over the most that any chunk could have, range [0, 1].
        coverage: How much of the query's weight it holds, range [0, 1].
        is_near: Whether the vector leg named it.
        is_worded: Whether the keyword leg did.
    """

    chunk_id: UUID
    document_id: UUID
    language: str
    similarity: float | None
    bm25: float | None
    strength: float
    coverage: float
    is_near: bool
    is_worded: bool


@dataclass(frozen=True, slots=True)
class Ranked:
    """A candidate and its place.

    Attributes:
        score: Range [0, 1].
        vector_rank: From 1; 0 when the vector leg did not name it.
        keyword_rank: From 1; 0 when the keyword leg did not.
    """

    candidate: Candidate
    score: float
    vector_rank: int
    keyword_rank: int


@dataclass(frozen=True, slots=True)
class Passage:
    """The text of a chunk and where it stands.

    Attributes:
        context: With its neighbours: the page's text from `context_start`.
    """

    chunk_id: UUID
    document_id: UUID
    document_title: str
    language: str
    page: int
    start: int
    end: int
    text: str
    headings: tuple[str, ...]
    context: str
    context_start: int


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found, best first."""

    scope: Scope
    ranked: Sequence[Ranked]
    passages: Sequence[Passage]
    vector_leg_used: bool
    best_coverage: float
    best_similarity: float
    model_knows_language: bool
