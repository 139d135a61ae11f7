"""The relevance gate: whether what was found answers the question.

Measured with bench/grounding.py, which prints how often it is wrong, for questions with
an answer in the documents and for questions without one.
"""

from __future__ import annotations

from dataclasses import dataclass

from gateway.clients.chunks import Chunk, Found
from gateway.evidence import GroundingState


@dataclass(frozen=True, slots=True)
class Scale:
    """What cosine similarity means with one model.

    Attributes:
        foreign: That of the best chunk where nothing has to do with the question.
        answering: That of a chunk that answers it.
    """

    foreign: float
    answering: float

    def relevance(self, similarity: float) -> float:
        """Returns 0 for a foreign chunk, 1 for one that answers; not bounded."""
        return (similarity - self.foreign) / (self.answering - self.foreign)


# By the begin of the index version, which names the model.
_SCALES = {
    "all-minilm-l6-v2": Scale(0.30, 0.60),
    "multilingual-e5": Scale(0.80, 0.88),
}
_OTHERS = Scale(0.35, 0.60)

# Of both legs together, where the model knows the language.
NEAR_WEIGHT = 0.6
ENOUGH = 0.55
DOUBTFUL = 0.35
# Of the keyword leg alone.
ENOUGH_WORDS = 0.55
DOUBTFUL_WORDS = 0.35


def judge(found: Found) -> GroundingState:
    """Says whether the best of what was found answers the question."""
    if not found.chunks:
        return GroundingState.NONE
    best = max(relevance(chunk, found) for chunk in found.chunks)
    enough, doubtful = (
        (ENOUGH, DOUBTFUL) if _is_near(found) else (ENOUGH_WORDS, DOUBTFUL_WORDS)
    )
    if best >= enough:
        return GroundingState.GROUNDED
    return GroundingState.PARTIAL if best >= doubtful else GroundingState.NONE


def relevance(chunk: Chunk, found: Found) -> float:
    """Returns how much one chunk has to do with the question, from 0."""
    if not _is_near(found):
        return chunk.coverage
    scale = _scale(found.index_version)
    similarity = chunk.vector.score if chunk.vector else scale.foreign
    near = min(max(scale.relevance(similarity), 0.0), 1.2)
    return NEAR_WEIGHT * near + (1 - NEAR_WEIGHT) * chunk.coverage


def _is_near(found: Found) -> bool:
    return found.vector_leg_used and found.model_knows_language


def _scale(index_version: str) -> Scale:
    for name, scale in _SCALES.items():
        if index_version.startswith(name):
            return scale
    return _OTHERS
