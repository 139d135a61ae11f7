"""How far one sentence supports another: by words, by facts, by meaning.

Thresholds: measured with bench/citations.py, which prints how often SUPPORTED is right.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import regex

from gateway.citations.facts import Facts, Number, facts_of
from gateway.citations.light_words import LIGHT
from gateway.citations.negation import are_opposite, negations_of, parts_of
from gateway.citations.numbers import UNSPACED
from gateway.citations.replacing import is_replaced, is_swapped
from gateway.evidence import Support
from gateway.language.scripts import language_of
from gateway.language.terms import keys_of, words_of

# Of the weight of a sentence's words, what must be in the evidence.
SUPPORTED_WORDS = 0.8
PARTIAL_WORDS = 0.45
# A word that is missing from the sentence, but was in the question or above it.
KNOWN_WEIGHT = 0.3
# With fewer words, meaning must be the nearer: on the scale of the embedding model, so
# near without any, and so much less for all of them.
FEWEST_WORDS = 0.3
NEAR_WITHOUT_WORDS = 1.3
NEAR_FOR_WORDS = 0.3
# A part of a sentence with so many words says something.
FEWEST = 2
# What is near enough to be about the same.
SOMEWHAT_NEAR = 0.75
# In another language, where words say nothing; with numbers or names that agree.
FOREIGN_NEAR = 0.95
FOREIGN_NEAR_WITH_FACTS = 0.65
FOREIGN_SOMEWHAT_NEAR = 0.55


# Of two parts of a sentence, one that shares so much less is not what is meant.
NEAR_BEST = 0.5
_HAN = regex.compile(r"\p{Han}")
_FULL_STOPS = " .!。！।"  # noqa: RUF001 - Of many scripts.
# They are in any text.
_COMMON_HAN = (
    "的了是在有和与及也都就把被为对从到中上下个这那其并而或等该将会可能以之于每所共约即"
    "本全最大小多少年月日时人者物事方面内外前后間約日年月時人者方分以上下中内外前後"
)


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence, taken apart."""

    text: str
    language: str
    keys: frozenset[str]
    facts: Facts
    sequence: tuple[str, ...] = ()

    @classmethod
    def of(cls, text: str, language: str = "") -> Statement:
        """Takes a sentence apart; without a `language` that is guessed."""
        language = language.partition("-")[0] or language_of(text)
        words = words_of(text, language)
        sequence = tuple(
            word.key for word in words if word.key and word.text.casefold() not in LIGHT
        )
        return cls(
            text=text,
            language=language,
            keys=frozenset(sequence),
            facts=facts_of(text, language, words),
            sequence=sequence,
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
    if _is_quote(claim, evidence):
        return Verdict(Support.SUPPORTED, 1.0)
    near = 0.0 if nearness is None else nearness
    score = _score(coverage, nearness)
    if _contradicts(claim, evidence, known):
        return Verdict(Support.UNSUPPORTED, min(score, 0.3))
    is_foreign = bool(
        claim.language and evidence.language and claim.language != evidence.language
    )
    if is_foreign:
        has_facts = bool(claim.facts.numbers or claim.facts.codes)
        enough = FOREIGN_NEAR_WITH_FACTS if has_facts else FOREIGN_NEAR
        return Verdict(
            _side(near, enough=enough, some=FOREIGN_SOMEWHAT_NEAR),
            min(max(score, near), 1.0),
        )
    needed = NEAR_WITHOUT_WORDS - NEAR_FOR_WORDS * coverage
    # What it begins with, it is about.
    begins = claim.sequence[:1]
    is_about = {*begins} <= evidence.keys | known
    is_said = coverage >= SUPPORTED_WORDS and is_about
    is_meant = coverage >= FEWEST_WORDS and near >= needed
    if (is_said or is_meant) and not _is_doubtful(claim, evidence, known):
        return Verdict(Support.SUPPORTED, score)
    is_partial = coverage >= PARTIAL_WORDS or near >= SOMEWHAT_NEAR
    support = Support.PARTIAL if is_partial else Support.UNSUPPORTED
    return Verdict(support, score)


def _is_quote(claim: Statement, evidence: Statement) -> bool:
    """Says whether one is all of the other: a part may be denied by the rest."""
    return _spelled(claim.text) == _spelled(evidence.text)


def _spelled(text: str) -> str:
    return " ".join(text.casefold().split()).rstrip(_FULL_STOPS)


def _side(near: float, *, enough: float, some: float) -> Support:
    if near >= enough:
        return Support.SUPPORTED
    return Support.PARTIAL if near >= some else Support.UNSUPPORTED


def _is_doubtful(claim: Statement, evidence: Statement, known: frozenset[str]) -> bool:
    if UNSPACED.search(claim.text):
        return _misses_character(claim, evidence)
    one, other = claim.sequence, evidence.sequence
    return (
        is_replaced(one, other, known)
        or is_swapped(one, other)
        or _adds(claim, evidence, known)
    )


def _adds(claim: Statement, evidence: Statement, known: frozenset[str]) -> bool:
    """Says whether a part of the claim has no word in common with the evidence."""
    held = evidence.keys | known
    parts = [keys_of(p, claim.language) for p in parts_of(claim.text, claim.language)]
    return any(len(part) >= FEWEST and held.isdisjoint(part) for part in parts)


def _misses_character(claim: Statement, evidence: Statement) -> bool:
    """Says whether a Chinese character of the claim is not in the evidence: a name may
    be one.
    """
    return not set(_HAN.findall(claim.text)) <= {*evidence.text, *_COMMON_HAN}


def _score(coverage: float, nearness: float | None) -> float:
    if nearness is None:
        return min(coverage, 1.0)
    near = min(max(nearness, 0.0), 1.0)
    return max(coverage, 0.5 * coverage + 0.5 * near)


def _contradicts(claim: Statement, evidence: Statement, known: frozenset[str]) -> bool:
    """Says whether a fact of the claim is not in the evidence, or turned round."""
    mine, theirs = claim.facts, evidence.facts
    same_language = claim.language == evidence.language
    for number in mine.numbers:
        if not _has_number(number, evidence, with_units=same_language):
            return True
    if not mine.measures <= theirs.measures:
        return True
    text = evidence.text.casefold()
    if not all(code in text or code in known for code in mine.codes):
        return True
    if same_language and not mine.names <= evidence.keys | known:
        return True
    if (mine.negations or theirs.negations) and _is_turned(claim, evidence):
        return True
    return same_language and are_opposite(claim.text, evidence.text)


def _is_turned(claim: Statement, evidence: Statement) -> bool:
    """Says whether the part of the evidence that the claim is about says the opposite.

    A negation elsewhere in a long sentence has nothing to do with it.
    """
    parts = parts_of(evidence.text, evidence.language)
    if len(parts) == 1 or claim.language != evidence.language:
        return bool((claim.facts.negations + evidence.facts.negations) % 2)
    shares = [len(claim.keys & set(keys_of(part, evidence.language))) for part in parts]
    best = max(shares)
    about = [
        p for p, n in zip(parts, shares, strict=True) if n and n >= best * NEAR_BEST
    ]
    negations = sum(negations_of(part, evidence.language) for part in about)
    return bool((negations + claim.facts.negations) % 2)


def _has_number(number: Number, evidence: Statement, *, with_units: bool) -> bool:
    same = [o for o in evidence.facts.numbers if o.value == number.value]
    measures = {other.measure for other in same}
    if number.measure and not measures & {number.measure, ""}:
        return False
    if not same or not with_units:
        return bool(same)
    units = {other.unit for other in same}
    return number.unit in {"", *evidence.keys} or bool(units & {number.unit, ""})
