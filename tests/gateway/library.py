"""Documents in memory, behind the ports of gateway: their chunks and their vectors."""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from lamla.errors.v1.error_reason_pb2 import ErrorReason

from gateway.clients.chunks import Chunk, Found, Index, LegScore, Search
from gateway.clients.embedder import Embedded, Purpose
from mesh.errors import ServiceError
from mesh.ids import uuid7

MODEL = "words@1"
DIMENSION = 384


@dataclass
class WordEmbedder:
    """Makes vectors of words: texts with the same words are near.

    Attributes:
        asked: What was embedded, call by call.
        down: What it raises; None while it is up.
        gate: What it waits for, if anything.
    """

    model: str = MODEL
    down: ServiceError | None = None
    gate: asyncio.Event | None = None
    asked: list[tuple[tuple[str, ...], Purpose, str]] = field(default_factory=list)

    async def embed(
        self, texts: Sequence[str], purpose: Purpose, *, model: str = ""
    ) -> Embedded:
        """See `Embedder.embed`."""
        self.asked.append((tuple(texts), purpose, model))
        if self.gate is not None:
            await self.gate.wait()
        if self.down is not None:
            raise self.down
        name = model or self.model
        return Embedded(vectors=tuple(map(vector_of, texts)), model=name)


@dataclass
class MemoryChunks:
    """Finds chunks by the words that they share with a query.

    Attributes:
        chunks: All there are.
        found: What every search returns instead, if set.
        searches: What was asked.
        model: Of the index.
    """

    chunks: list[Chunk] = field(default_factory=list)
    found: Found | None = None
    model: str = MODEL
    vector_leg: bool = True
    down: ServiceError | None = None
    searches: list[Search] = field(default_factory=list)
    indexed: int = 0

    async def search(self, search: Search) -> Found:
        """See `Chunks.search`."""
        self.searches.append(search)
        if self.down is not None:
            raise self.down
        if search.vectors and search.model != self.model:
            raise ServiceError(
                ErrorReason.ERROR_REASON_EMBEDDING_MODEL_CHANGED,
                "Made with another model.",
                model=self.model,
            )
        if self.found is not None:
            return self.found
        scored = [self._scored(chunk, search) for chunk in self.chunks]
        scored.sort(key=lambda chunk: -chunk.score)
        best = scored[: search.limit]
        return Found(
            chunks=tuple(best),
            index_version=f"{self.model}/1",
            scope_has_chunks=bool(self.chunks),
            vector_leg_used=bool(search.vectors),
            best_coverage=max((c.coverage for c in best), default=0.0),
            best_similarity=max((c.vector.score for c in best if c.vector), default=0),
            model_knows_language=True,
        )

    async def get(self, ids: Sequence[str], *, neighbours: int) -> tuple[Chunk, ...]:
        """See `Chunks.get`."""
        assert neighbours >= 0
        if self.down is not None:
            raise self.down
        known = {chunk.id: chunk for chunk in self.chunks}
        return tuple(known[id_] for id_ in ids if id_ in known)

    async def index(self) -> Index:
        """See `Chunks.index`."""
        self.indexed += 1
        if self.down is not None:
            raise self.down
        return Index(
            version=f"{self.model}/1",
            model=self.model,
            vector_leg_enabled=self.vector_leg,
        )

    @staticmethod
    def _scored(chunk: Chunk, search: Search) -> Chunk:
        words = set(re.findall(r"\w+", chunk.text.casefold()))
        coverage = 0.0
        for query in search.queries:
            asked = set(re.findall(r"\w+", query.casefold()))
            coverage = max(coverage, len(asked & words) / max(len(asked), 1))
        vector = None
        if search.vectors:
            own = vector_of(chunk.text)
            near = max(
                sum(a * b for a, b in zip(own, other, strict=True))
                for other in search.vectors
            )
            vector = LegScore(rank=1, score=near)
        return replace(chunk, coverage=coverage, score=coverage, vector=vector)


def a_chunk(text: str, **values: Any) -> Chunk:
    """Makes a chunk that is a page of its own."""
    return Chunk(
        **{
            "id": str(uuid7()),
            "document_id": str(uuid7()),
            "document_title": "Handbook",
            "page": 1,
            "start": 0,
            "end": len(text),
            "text": text,
            "context": text,
            "context_start": 0,
            "language": "en",
            **values,
        }
    )


def vector_of(text: str) -> tuple[float, ...]:
    """Returns a vector of length 1 that counts words."""
    values = [0.0] * DIMENSION
    for word in re.findall(r"\w+", text.casefold()):
        digest = hashlib.sha256(word[:5].encode()).digest()
        values[int.from_bytes(digest[:2]) % DIMENSION] += 1
    length = sum(value * value for value in values) ** 0.5 or 1.0
    return tuple(value / length for value in values)
