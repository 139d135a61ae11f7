"""The relevance gate: whether what was found answers the question.

Measured with bench/grounding.py, which prints how often it is wrong, for questions with
an answer in the documents and for questions without one.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import fmean

from gateway.clients.chunks import Chunk, Found
from gateway.evidence import GroundingState
from gateway.language.scripts import TOLD


@dataclass(frozen=True, slots=True)
class Scale:
    """What cosine similarity means with one model.

    Attributes:
        foreign: That of the best chunk where nothing has to do with the question.
        answering: That of a chunk that answers it in other words.
        translated: How much lower both are when question and chunk are in different
            languages.
    """

    foreign: float
    answering: float
    translated: float

    def relevance(self, similarity: float, *, is_translated: bool = False) -> float:
        """Returns 0 for a foreign chunk, 1 for one that answers, at most a bit more."""
        above = similarity - self.foreign + self.translated * is_translated
        return min(max(above / (self.answering - self.foreign), 0.0), MOST)

    def distance(self, one: float, other: float) -> float:
        """Returns how far one similarity stands above another, range [0, 1]."""
        return min(max((one - other) / (FAR * (self.answering - self.foreign)), 0), 1)


# By the begin of the index version, which names the model.
_SCALES = {
    "all-minilm-l6-v2": Scale(0.30, 0.60, 0.0),
    "multilingual-e5": Scale(0.76, 0.88, 0.03),
}
_OTHERS = Scale(0.30, 0.60, 0.05)

MOST = 1.2
# So much of the scale lies between a chunk that answers and others of its topic.
FAR = 0.42
# Which of the others: not those that may answer too.
OTHERS = slice(3, 9)
# A question that nothing answers has many chunks that are equally near; one that stands
# out from them is more likely to be meant.
STANDING_OUT = 0.2
USUAL = 0.4
# Where the model knows the language: both legs alike.
NEAR_WEIGHT = 0.5
# In another language than the question's words say little.
TRANSLATED_WEIGHT = 0.75
# Checked on question sets that these were not chosen on (SQuAD, SQuADShifts, Hindi,
# Persian: decision 17). GROUNDED for .60 to .94 of the questions; for .12 to .48
# when just the passage that answers is taken away; for .05 and less among passages
# about something else. Between .58 and .62 both errors add up to the same.
ENOUGH = 0.58
# At .4 a tenth to a third more of what is foreign would be refused, and a tenth of what
# is asked in other words than the passage's, which is worse.
DOUBTFUL = 0.34
# Of the keyword leg alone.
ENOUGH_WORDS = 0.5
DOUBTFUL_WORDS = 0.3


def judge(found: Found, language: str = "") -> GroundingState:
    """Says whether the best of what was found answers the question.

    Args:
        language: The question's; empty when it cannot be told.
    """
    if not found.chunks:
        return GroundingState.NONE
    best = max(relevance(chunk, found, language) for chunk in found.chunks)
    enough, doubtful = (
        (ENOUGH, DOUBTFUL) if _is_near(found) else (ENOUGH_WORDS, DOUBTFUL_WORDS)
    )
    if best >= enough:
        return GroundingState.GROUNDED
    return GroundingState.PARTIAL if best >= doubtful else GroundingState.NONE


def relevance(chunk: Chunk, found: Found, language: str = "") -> float:
    """Returns how much one chunk has to do with the question; 0 is nothing.

    Args:
        language: As in `judge`.
    """
    if not _is_near(found):
        return chunk.coverage
    if chunk.vector is None:
        return (1 - NEAR_WEIGHT) * chunk.coverage
    scale = _scale(found.index_version)
    similarity = chunk.vector.score
    near = NEAR_WEIGHT * scale.relevance(similarity)
    value = near + (1 - NEAR_WEIGHT) * chunk.coverage
    own = chunk.language.partition("-")[0]
    if language and own in TOLD and own != language:
        near = scale.relevance(similarity, is_translated=True)
        value = max(value, TRANSLATED_WEIGHT * near)
    return value + _standing_out(similarity, found, scale)


def _standing_out(similarity: float, found: Found, scale: Scale) -> float:
    ranked = sorted((c.vector.score for c in found.chunks if c.vector), reverse=True)
    others = ranked[OTHERS]
    if not others:
        return 0.0
    return STANDING_OUT * (scale.distance(similarity, fmean(others)) - USUAL)


def _is_near(found: Found) -> bool:
    return found.vector_leg_used and found.model_knows_language


def _scale(index_version: str) -> Scale:
    for name, scale in _SCALES.items():
        if index_version.startswith(name):
            return scale
    return _OTHERS
