"""Embeds the chunks of one document as they come, and keeps the vectors at once.

What a run that was cut off has embedded is found again: a chunk is embedded once for
each index version.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import partial

from mesh.errors import ServiceError
from persistence.documents.chunking.domain import Chunk
from persistence.documents.index.versions import Index
from persistence.documents.ingestion.clients.llm_worker import MISSING, Passages
from persistence.documents.ingestion.domain import Claim, Progress
from persistence.documents.ingestion.spool import Spool
from persistence.documents.ingestion.store import Store

# Texts in one call: enough for one call to cost little beside them, few enough for the
# documents to take turns often.
BATCH = 32

Numbered = Sequence[tuple[int, Chunk]]


class ChunkEmbedder:
    """Puts vectors of one document's chunks where storing finds them."""

    def __init__(
        self, store: Store, passages: Passages, claim: Claim, versions: Sequence[Index]
    ) -> None:
        """Embeds for all of `versions`."""
        self._store = store
        self._passages = passages
        self._claim = claim
        self._models = {version.id: version.model for version in versions}

    @property
    def index_ids(self) -> frozenset[int]:
        """The index versions that it embeds for, as far as there still are."""
        return frozenset(self._models)

    async def run(self, spool: Spool, progress: Progress) -> None:
        """Takes chunks until there are no more. Two of these keep the model busy.

        Raises:
            SupersededError: nobody wants them any more.
            ServiceError: the model refuses them.
        """
        while batch := await spool.take(BATCH):
            for index_id in tuple(self._models):
                await self._embed(batch, index_id)
            progress.chunks_embedded += len(batch)

    async def _embed(self, batch: Numbered, index_id: int) -> None:
        texts = {
            ordinal: chunk.with_context(self._claim.title) for ordinal, chunk in batch
        }
        model = self._models.get(index_id)
        if model is None:
            return
        if self._claim.has_staged and model:
            hashes = {n: source_hash(model, text) for n, text in texts.items()}
            for ordinal in await self._store.staged(self._claim, index_id, hashes):
                del texts[ordinal]
        if not texts:
            return
        is_wanted = partial(self._is_wanted, index_id, model)
        try:
            made = await self._passages.embed(list(texts.values()), model, is_wanted)
        except ServiceError as error:
            if error.reason != MISSING:
                raise
            # Another index version has taken its place: storing will notice.
            self._models.pop(index_id, None)
            return
        if not model:
            # The first vectors of all: their model is the index's from now on.
            await self._store.adopt(made.model)
            self._models[index_id] = made.model
        rows = [
            (ordinal, source_hash(made.model, text), _spelled(vector))
            for (ordinal, text), vector in zip(texts.items(), made.vectors, strict=True)
        ]
        await self._store.stage(self._claim, index_id, rows)

    async def _is_wanted(self, index_id: int, model: str) -> bool:
        versions = await self._store.versions()
        return (index_id, model) in [
            (version.id, version.model) for version in versions
        ]


def source_hash(model: str, text: str) -> bytes:
    """Returns what tells whether a vector is that of a text."""
    return hashlib.sha256(f"{model}\0{text}".encode()).digest()


def _spelled(vector: Sequence[float]) -> str:
    # Half precision has three digits and a bit.
    return "[" + ",".join([f"{value:.5g}" for value in vector]) + "]"
