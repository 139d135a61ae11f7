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

DATA = Path(__file__).parents[3] / "bench" / "data"
PAIRS = [
    json.loads(line)
    for name in ("citations.jsonl", "citations_held_out.jsonl")
    for line in (DATA / name).read_text().splitlines()
]


def _is_supported(pair: dict[str, str], nearness: float | None) -> bool:
    claim = Statement.of(pair["claim"], pair["language"])
    chunk = a_chunk(pair["evidence"], language=pair["source_language"])
    matching = Matching([chunk], "")
    candidates = matching.candidates(claim)
    near = {} if nearness is None else {p.quote: nearness for p in candidates}
    matches = matching.judge(claim, candidates, near)
    return bool(matches) and matches[0].verdict.support is Support.SUPPORTED


def judged(
    claim: str, evidence: str, language: str = "en", source: str = ""
) -> Support:
    """The verdict by words alone."""
    matching = Matching([a_chunk(evidence, language=source or language)], "")
    statement = Statement.of(claim, language)
    matches = matching.judge(statement, matching.candidates(statement), {})
    return matches[0].verdict.support if matches else Support.UNSUPPORTED


class TestPairs:
    def test_by_words_alone_nothing_wrong_is_supported(self):
        """
        Not with another number, unit, name or negation, nor turned round, nor with
        more than the evidence says.
        """
        shown = [pair for pair in PAIRS if _is_supported(pair, None)]

        assert [] == [pair["id"] for pair in shown if pair["label"] != "supported"]
        assert len(shown) >= 95

    def test_nor_does_meaning_make_up_for_another_fact(self):
        """
        However near the sentences are: numbers, units and negations count for more.
        """
        facts = {"wrong_number", "wrong_unit", "negated", "opposite"}
        shown = [pair for pair in PAIRS if _is_supported(pair, 1.2)]

        assert [] == [pair["id"] for pair in shown if pair["kind"] in facts]

    def test_copies_are_supported(self):
        """
        Also as parts of longer sentences, in every language.
        """
        copies = [pair for pair in PAIRS if pair["kind"] == "exact"]
        missed = [pair["id"] for pair in copies if not _is_supported(pair, None)]

        assert len(missed) <= 0.03 * len(copies)


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
    @pytest.mark.parametrize(
        "text",
        [
            "If it is easy, double the interval; if not, begin again with one day.",
            "Where it is not, the document ends with the message that nobody can read.",
        ],
    )
    def test_what_is_said_word_for_word_is_supported(self, text):
        """
        Whatever it denies in one of its parts.
        """
        assert Support.SUPPORTED == judged(text, f"Repeat it. {text} That helps.")

    def test_words_that_are_denied_where_they_stand_are_no_quote(self):
        """
        A part of a sentence may be turned round by the rest of it.
        """
        evidence = "It is not true that the pump needs oil."

        assert Support.UNSUPPORTED == judged("The pump needs oil.", evidence)

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


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("Es dauert 20 000 Jahre.", "de", {"20000"}),
        ("本は一人二十冊まで借りられます。", "ja", {"1", "20"}),
        ("酒店有一百二十间客房。", "zh", {"120"}),
        ("第一次世界大战", "zh", set()),
        ("beş kitap", "tr", {"5"}),
    ],
)
def test_numbers(text: str, language: str, expected: set[str]):
    """
    However they are written.
    """
    found = facts_of(text, language).numbers

    assert expected == {number.value for number in found}


@pytest.mark.parametrize(
    ("claim", "evidence", "expected"),
    [
        ("Notice is three weeks.", "Notice is three months, paid in six weeks.", False),
        ("It beats 80 times a minute.", "It beats 80 times a second.", False),
        ("It was founded in the year 1928.", "It was founded in 1928.", True),
        ("Teachers hand in the work.", "Students hand in the work.", False),
        ("Men earn more than women.", "Women earn more than men.", False),
        ("Red and blue light is seen.", "Blue and red light is seen.", True),
        ("The lamp is red and saves power.", "The lamp is red.", False),
        ("It is kept at 2 degrees.", "It is kept at 2 degrees and never frozen.", True),
        ("It is frozen.", "It is kept at 2 degrees and never frozen.", False),
    ],
)
def test_what_makes_another_fact(claim: str, evidence: str, expected: bool):  # noqa: FBT001
    """
    Another measure, another word in one's place, two that changed places, a part that
    was added; a negation elsewhere in the sentence is none.
    """
    pair = {"claim": claim, "evidence": evidence}
    languages = {"language": "en", "source_language": "en"}

    assert expected is _is_supported(pair | languages, 1.2)
