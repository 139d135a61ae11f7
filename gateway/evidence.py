"""What an answer may rest on, and what it turns out to rest on."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class ScopeKind(Enum):
    """Which documents are searched."""

    ALL_DOCUMENTS = "all_documents"
    SELECTED = "selected"
    NOTHING = "nothing"


@dataclass(frozen=True, kw_only=True)
class Scope:
    """The documents that are searched."""

    kind: ScopeKind = ScopeKind.ALL_DOCUMENTS
    document_ids: tuple[str, ...] = ()
    collection_ids: tuple[str, ...] = ()


EVERYTHING = Scope()


class GroundingState(Enum):
    """Whether the documents that were searched answer a question."""

    GROUNDED = "grounded"
    PARTIAL = "partial"
    NONE = "none"


@dataclass(frozen=True, kw_only=True)
class Passage:
    """A chunk that the model was given."""

    chunk_id: str
    document_id: str
    document_title: str
    page: int


@dataclass(frozen=True, kw_only=True)
class Grounding:
    """What an answer rests on, decided before its first token.

    Attributes:
        query: What was searched for, when it is not the question itself.
        index_version: Empty without the vector leg.
    """

    state: GroundingState
    query: str = ""
    passages: tuple[Passage, ...] = ()
    index_version: str = ""


class Support(Enum):
    """How far the evidence supports a sentence."""

    SUPPORTED = "supported"
    PARTIAL = "partial"
    UNSUPPORTED = "unsupported"


@dataclass(frozen=True, kw_only=True)
class Citation:
    """Evidence for a span of an answer. All places in Unicode code points.

    Attributes:
        quote: The page's text from `source_start` to `source_end`.
        score: Range [0, 1].
    """

    id: str
    answer_start: int
    answer_end: int
    document_id: str
    document_title: str
    chunk_id: str
    page: int
    source_start: int
    source_end: int
    quote: str
    score: float


@dataclass(frozen=True, kw_only=True)
class Claim:
    """How one sentence of an answer stands to the evidence.

    Attributes:
        score: The best evidence's, range [0, 1].
        citation_ids: Best first.
    """

    answer_start: int
    answer_end: int
    support: Support
    score: float
    citation_ids: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What is known of an answer, or new since a checkpoint."""

    grounding: Grounding | None = None
    citations: tuple[Citation, ...] = ()
    claims: tuple[Claim, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.grounding or self.citations or self.claims)


NO_EVIDENCE = Evidence()
