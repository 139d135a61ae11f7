"""How far one sentence supports another."""

# ruff: noqa: RUF001 - Marks of many scripts are meant.
from __future__ import annotations

import json
from pathlib import Path

import pytest

from gateway.citations.facts import facts_of
from gateway.citations.matching import Matching
from gateway.citations.negation import negations_of
from gateway.citations.stating import states
from gateway.citations.verdict import Statement
from gateway.evidence import Support
from tests.gateway.library import a_chunk

PAIRS = Path(__file__).parents[3] / "bench" / "data" / "citations.jsonl"


def judged(
    claim: str, evidence: str, language: str = "en", source: str = ""
) -> Support:
    """The verdict by words alone."""
    matching = Matching([a_chunk(evidence, language=source or language)], "")
    statement = Statement.of(claim, language)
    matches = matching.judge(statement, matching.candidates(statement), {})
    return matches[0].verdict.support if matches else Support.UNSUPPORTED


class TestPairs:
    def test_words_alone_are_rarely_wrong(self):
        """
        Of what is called SUPPORTED without vectors, at least 95 of 100 are; what has a
        wrong number, unit or negation never is.
        """
        pairs = [json.loads(line) for line in PAIRS.read_text().splitlines()]
        shown = [
            pair
            for pair in pairs
            if Support.SUPPORTED
            is judged(
                pair["claim"],
                pair["evidence"],
                pair["language"],
                pair["source_language"],
            )
        ]
        wrong = [pair for pair in shown if pair["label"] != "supported"]

        assert len(wrong) <= 0.05 * len(shown)
        assert not {p["kind"] for p in wrong} & {
            "wrong_number",
            "wrong_unit",
            "negated",
            "unrelated",
        }
        assert len(shown) >= 30


class TestFacts:
    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("1,000 euros", "1000 euros"),
            ("1.000.000 Euro", "1000000 Euro"),
            ("2,5 bar", "2.5 bar"),
            ("three days", "3 days"),
            ("vierzehn Tage", "14 Tage"),
            ("٣٠ يوما", "30 يوما"),
        ],
    )
    def test_numbers_are_the_same_however_they_are_written(self, one, other):
        """
        Marks between thousands, decimal marks, words, digits of other scripts.
        """
        numbers = [facts_of(text, "").numbers for text in (one, other)]

        assert numbers[0][0].value == numbers[1][0].value

    @pytest.mark.parametrize(
        ("text", "language", "count"),
        [
            ("It does not work.", "en", 1),
            ("It doesn't work.", "en", 1),
            ("It is not impossible, never.", "en", 2),
            ("Das ist kein Problem.", "de", 1),
            ("不可以使用", "zh", 1),
            ("使えません。", "ja", 1),
            ("It works.", "en", 0),
        ],
    )
    def test_negations(self, text, language, count):
        """
        Words and endings that say no.
        """
        assert count == negations_of(text, language)

    def test_a_negation_elsewhere_in_the_sentence_does_not_count(self):
        """
        Only the part that a claim is about can say its opposite.
        """
        evidence = "Employees get 30 days of leave, but contractors do not get any."

        assert Support.SUPPORTED is judged("Employees get 30 days of leave.", evidence)
        assert Support.UNSUPPORTED is judged(
            "Employees do not get 30 days of leave.", evidence
        )


class TestEvidence:
    def test_two_sentences_can_support_one(self):
        """
        Where what is missing stands in the next sentence.
        """
        evidence = "The Nile is the longest river in Africa. Its length is 6650 km."
        matching = Matching([a_chunk(evidence)], "")
        claim = Statement.of(
            "The Nile, the longest river in Africa, has 6650 km.", "en"
        )
        best = matching.judge(claim, matching.candidates(claim), {})[0]

        assert Support.SUPPORTED is best.verdict.support
        assert evidence == best.piece.quote

    def test_words_of_the_question_need_not_be_in_the_evidence(self):
        """
        An answer repeats what it was asked.
        """
        chunk = a_chunk("Within 14 days of delivery.", headings=("Returns",))
        claim = Statement.of("Items can be returned within 14 days of delivery.", "en")
        bare, asked = (
            Matching([chunk], question).candidates(claim)
            and Matching([chunk], question)
            .judge(claim, Matching([chunk], question).candidates(claim), {})[0]
            .verdict.score
            for question in ("", "When can items be returned?")
        )

        assert bare < asked


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Photosynthesis takes place in chloroplasts.", True),
        ("30 days.", True),
        ("Is there anything else?", False),
        ("The rules are:", False),
        ("Sure!", False),
        ("I hope this helps you understand it.", False),
        ("The documents do not say how long it takes.", False),
        ("Gerne helfe ich dir weiter.", False),
        ("还有其他问题吗？", False),
        ("植物在叶绿体中进行光合作用。", True),
    ],
)
def test_what_states_nothing_is_no_claim(text: str, expected: bool):  # noqa: FBT001
    """
    Questions, talk, and lines that lead on.
    """
    assert expected is states(Statement.of(text))
