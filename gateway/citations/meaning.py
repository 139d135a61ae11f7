"""How near two sentences are by meaning, with vectors that are made when needed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import mul

import structlog

from gateway.clients.embedder import Embedder, Purpose, Vector
from mesh.errors import ServiceError

log = structlog.get_logger()

# What one call embeds at most.
BATCH = 64
# Cosines of sentences that have nothing to do with each other, and of those that say
# the same, by the begin of the model's name. Measured with bench/citations.py.
_SCALES = {
    "all-minilm-l6-v2": (0.15, 0.85),
    "multilingual-e5": (0.78, 0.94),
}
_OTHERS = (0.25, 0.85)


class Meaning:
    """Vectors of one answer's sentences and of what they are compared with.

    After a failure there are no more: words decide.
    """

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._vectors: dict[str, Vector] = {}
        self._scale = _OTHERS
        self._is_broken = False

    async def nearness(
        self, sentence: str, others: Sequence[str]
    ) -> Mapping[str, float]:
        """Returns how near each of the others is: 0 foreign, 1 the same.

        Empty when it cannot be known.
        """
        if self._is_broken or not others:
            return {}
        texts = list(dict.fromkeys([sentence, *others]))
        missing = [text for text in texts if text not in self._vectors][:BATCH]
        try:
            await self._embed(missing)
        except ServiceError as error:
            log.info("sentences_not_embedded", reason=error.reason_name)
            self._is_broken = True
            return {}
        own = self._vectors[sentence]
        foreign, same = self._scale
        return {
            other: (sum(map(mul, own, self._vectors[other])) - foreign)
            / (same - foreign)
            for other in others
            if other in self._vectors
        }

    async def _embed(self, texts: Sequence[str]) -> None:
        if not texts:
            return
        embedded = await self._embedder.embed(texts, Purpose.PASSAGE)
        self._vectors.update(zip(texts, embedded.vectors, strict=True))
        for name, scale in _SCALES.items():
            if embedded.model.startswith(name):
                self._scale = scale
