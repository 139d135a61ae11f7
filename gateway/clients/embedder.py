"""The port to the embedding model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

Vector = Sequence[float]


class Purpose(Enum):
    """What a text is embedded for."""

    QUERY = "query"
    PASSAGE = "passage"


@dataclass(frozen=True, kw_only=True)
class Embedded:
    """One vector of length 1 for each text, and the model that made them."""

    vectors: tuple[Vector, ...]
    model: str


class Embedder(Protocol):
    """Turns texts into vectors. Raises `ServiceError`; see EmbeddingService for why."""

    async def embed(
        self, texts: Sequence[str], purpose: Purpose, *, model: str = ""
    ) -> Embedded:
        """Embeds 1 to 256 texts; an empty `model` is llm_worker's default."""
