"""The port of an embedding model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Protocol


class Purpose(IntEnum):
    """What a text is embedded for; the lower one goes first."""

    QUERY = 1
    PASSAGE = 2


@dataclass(frozen=True, slots=True)
class Embedding:
    """One vector of Euclidean length 1.

    Attributes:
        token_count: Tokens of the text that the model saw.
    """

    values: Sequence[float]
    token_count: int


class Embedder(Protocol):
    """Embeds with one model."""

    @property
    def model(self) -> str:
        """The model with its version: vectors of another are not comparable."""

    @property
    def dimension(self) -> int:
        """The length of every vector."""

    async def embed(self, texts: Sequence[str], purpose: Purpose) -> list[Embedding]:
        """Returns one embedding for each text, in their order.

        Raises:
            ServiceError: `OVERLOADED` when too many texts wait;
                `PROVIDER_UNAVAILABLE` when the model cannot be loaded.
        """

    async def check(self) -> None:
        """Waits for the model, for health.

        Raises:
            EmbeddingError: it cannot be loaded.
        """

    async def close(self) -> None:
        """Frees the model; what waits fails."""


class EmbeddingError(Exception):
    """The model cannot be loaded or run; the text names file and fault."""
