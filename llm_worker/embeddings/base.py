"""The port of an embedding model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Protocol

# The one that vectors are stored with: `halfvec(384)`.
DIMENSION = 384


class Purpose(IntEnum):
    """What a text is embedded for; the lower one goes first."""

    QUERY = 1
    PASSAGE = 2


@dataclass(frozen=True, slots=True)
class EmbeddingModel:
    """What callers need to know of a model.

    Attributes:
        name: With its version: vectors of another are not comparable.
        dimension: The length of every vector.
        window_tokens: How many tokens of a text it sees, its own marks not counted.
        languages: BCP 47 codes of the languages that it knows well.
    """

    name: str
    dimension: int
    window_tokens: int
    languages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Embedding:
    """One vector of Euclidean length 1.

    Attributes:
        token_count: Tokens of the text that the model saw.
    """

    values: Sequence[float]
    token_count: int


@dataclass(frozen=True, slots=True)
class TokenCounts:
    """How many tokens each of some texts has, what is outside the window included.

    Attributes:
        is_estimate: Whether the model's own way of counting is not at hand.
    """

    counts: Sequence[int]
    is_estimate: bool


class Embedder(Protocol):
    """Embeds with one model."""

    name: str
    """The adapter's name, as `LAMLA_LLM_EMBEDDERS` calls it."""

    model: EmbeddingModel

    probe_seconds: float
    """How often to `check` it: some vendors count how often they are asked."""

    async def embed(self, texts: Sequence[str], purpose: Purpose) -> list[Embedding]:
        """Returns one embedding for each text, in their order.

        Raises:
            ServiceError: `OVERLOADED` when too many texts wait;
                `PROVIDER_UNAVAILABLE` when the model cannot be loaded or reached;
                `PROVIDER_RATE_LIMITED`, `PROVIDER_REJECTED` by a vendor.
        """

    async def count(self, texts: Sequence[str]) -> TokenCounts:
        """Counts tokens without embedding.

        Raises:
            ServiceError: `PROVIDER_UNAVAILABLE` when the model cannot be loaded.
        """

    async def start(self) -> None:
        """Prepares what takes time.

        Raises:
            DimensionError: its vectors do not fit, as far as can be known at once.
        """

    async def check(self) -> None:
        """Waits for the model, for health.

        Raises:
            EmbeddingError: it cannot be loaded or reached.
            DimensionError: its vectors do not fit.
        """

    async def close(self) -> None:
        """Frees the model; what waits fails."""


class EmbeddingError(Exception):
    """The model cannot be loaded or run; the text names file and fault."""


class DimensionError(EmbeddingError):
    """A model's vectors do not fit the column that they are stored in."""

    def __init__(self, model: str, dimension: int) -> None:
        super().__init__(
            f"vectors of {model} have {dimension} components; the column for them "
            f"has {DIMENSION}"
        )
