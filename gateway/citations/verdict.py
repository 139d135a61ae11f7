"""How far one sentence supports another: by words, by facts, by meaning.

Thresholds: measured with bench/citations.py, which prints how often SUPPORTED is right.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gateway.citations.facts import Facts, Number, are_opposite, facts_of
from gateway.evidence import Support
from gateway.language.scripts import language_of
from gateway.language.terms import words_of

# Of the weight of a sentence's words, what must be in the evidence.
SUPPORTED_WORDS = 0.72
SUPPORTED_WORDS_WITH_MEANING = 0.45
PARTIAL_WORDS = 0.45
# A word that is missing from the sentence, but was in the question or above it.
KNOWN_WEIGHT = 0.3
# Sides of a decision by meaning: relevance on the scale of the embedding model.
NEAR = 0.8
VERY_NEAR = 0.95
SOMEWHAT_NEAR = 0.55


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence, taken apart."""

    text: str
    language: str
    keys: frozenset[str]
    facts: Facts

    @classmethod
    def of(cls, text: str, language: str = "") -> Statement:
        """Takes a sentence apart; without a `language` that is guessed."""
        language = language.partition("-")[0] or language_of(text)
        words = words_of(text, language)
        return cls(
            text=text,
            language=language,
            keys=frozenset(word.key for word in words if word.key),
            facts=facts_of(text, language, words),
        )


@dataclass(frozen=True, slots=True)
class Verdict:
    """How far evidence supports a sentence, and how well it fits, range [0, 1]."""

    support: Support
    score: float


class Weights:
    """How much a word says: the rarer among the sources, the more."""

    def __init__(self, sources: Iterable[frozenset[str]]) -> None:
        self._counts: Counter[str] = Counter()
        self._total = 0
        for keys in sources:
            self._counts.update(keys)
            self._total += 1

    def of(self, key: str) -> float:
        """Returns the weight of a word."""
        return math.log(1 + (self._total + 1) / (self._counts[key] + 0.5))

    def coverage(
        self, claim: frozenset[str], evidence: frozenset[str], known: frozenset[str]
    ) -> float:
        """Returns how much of a sentence's weight the evidence holds.

        Args:
            known: What need not be said: words of the question and of headings.
        """
        held = total = 0.0
        for key in claim:
            weight = self.of(key)
            if key in evidence:
                held += weight
            elif key in known:
                weight *= KNOWN_WEIGHT
            total += weight
        return held / total if total else 0.0


def verdict(
    claim: Statement,
    evidence: Statement,
    *,
    coverage: float,
    known: frozenset[str],
    nearness: float | None,
) -> Verdict:
    """Judges one sentence by one piece of evidence.

    Args:
        coverage: How much of the claim's words the evidence has.
        known: Words that need not be in the evidence.
        nearness: By meaning: 0 foreign, 1 the same; None when that is not known.
    """
    near = 0.0 if nearness is None else nearness
    score = _score(coverage, nearness)
    if _contradicts(claim, evidence, known):
        return Verdict(Support.UNSUPPORTED, min(score, 0.3))
    is_foreign = bool(
        claim.language and evidence.language and claim.language != evidence.language
    )
    if is_foreign:
        has_facts = bool(claim.facts.numbers or claim.facts.names or claim.facts.codes)
        if near >= VERY_NEAR or (near >= NEAR and has_facts):
            return Verdict(Support.SUPPORTED, score)
        is_partial = near >= SOMEWHAT_NEAR
    else:
        if coverage >= SUPPORTED_WORDS or (
            coverage >= SUPPORTED_WORDS_WITH_MEANING and near >= NEAR
        ):
            return Verdict(Support.SUPPORTED, score)
        is_partial = coverage >= PARTIAL_WORDS or near >= NEAR
    support = Support.PARTIAL if is_partial else Support.UNSUPPORTED
    return Verdict(support, score)


def _score(coverage: float, nearness: float | None) -> float:
    if nearness is None:
        return min(coverage, 1.0)
    near = min(max(nearness, 0.0), 1.0)
    return max(coverage, 0.5 * coverage + 0.5 * near)


def _contradicts(claim: Statement, evidence: Statement, known: frozenset[str]) -> bool:
    """Says whether a fact of the claim is not in the evidence, or turned round."""
    mine, theirs = claim.facts, evidence.facts
    if not all(
        _has_number(number, theirs.numbers, evidence.keys) for number in mine.numbers
    ):
        return True
    text = evidence.text.casefold()
    if not all(code in text or code in known for code in mine.codes):
        return True
    same_language = claim.language == evidence.language
    if same_language and not mine.names <= evidence.keys | known:
        return True
    if mine.is_negated != theirs.is_negated:
        return True
    return same_language and are_opposite(claim.text, evidence.text)


def _has_number(number: Number, others: Sequence[Number], keys: frozenset[str]) -> bool:
    same = [other for other in others if other.value == number.value]
    if not same:
        return False
    units = {other.unit for other in same}
    return number.unit in {"", *keys} or bool(units & {number.unit, ""})
