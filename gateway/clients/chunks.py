"""The port to the chunks of the user's documents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from gateway.evidence import EVERYTHING, Scope


@dataclass(frozen=True, kw_only=True)
class Search:
    """What to look for.

    Attributes:
        queries: The question, and other forms of it; 1 to 4.
        vectors: One for each query, or none: the keyword leg answers alone.
        model: What made the vectors.
        is_lenient: Whether ids in the scope that are not there are passed over.
        neighbours: How many chunks around each found one come as its context.
        diversity: How much what repeats a better chunk is moved down, range [0, 1].
    """

    queries: tuple[str, ...]
    vectors: tuple[Sequence[float], ...] = ()
    model: str = ""
    scope: Scope = EVERYTHING
    is_lenient: bool = False
    limit: int = 10
    neighbours: int = 0
    diversity: float = 0.0


@dataclass(frozen=True, kw_only=True)
class LegScore:
    """What one leg of the search says: its rank from 1, and its own measure."""

    rank: int
    score: float


@dataclass(frozen=True, kw_only=True)
class Chunk:
    """A piece of a page, from `start` to `end`, and what was around it.

    Attributes:
        context: The page's text from `context_start`; holds the chunk.
        language: Of its document, a BCP 47 tag.
        score: What the order rests on, range [0, 1].
        coverage: How much of the query's weight it holds, range [0, 1].
    """

    id: str
    document_id: str
    document_title: str
    page: int
    start: int
    end: int
    text: str
    headings: tuple[str, ...] = ()
    context: str
    context_start: int
    language: str = ""
    score: float = 0.0
    vector: LegScore | None = None
    keyword: LegScore | None = None
    coverage: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Found:
    """What was found, best first, and what the relevance gate needs to know."""

    chunks: tuple[Chunk, ...] = ()
    index_version: str = ""
    scope_has_chunks: bool = False
    vector_leg_used: bool = False
    best_coverage: float = 0.0
    best_similarity: float = 0.0
    model_knows_language: bool = False


@dataclass(frozen=True, kw_only=True)
class Index:
    """What is searched: its version, and the model of its vectors."""

    version: str
    model: str
    vector_leg_enabled: bool


class Chunks(Protocol):
    """Chunks of the calling user. Raises `ServiceError`; see ChunkService for why."""

    async def search(self, search: Search) -> Found:
        """Returns the chunks that fit best."""

    async def get(self, ids: Sequence[str], *, neighbours: int) -> tuple[Chunk, ...]:
        """Returns those that are still there, without scores."""

    async def index(self) -> Index:
        """Returns which index is searched."""
