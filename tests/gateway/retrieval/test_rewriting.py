"""What is searched for when a question does not say it all by itself."""

# ruff: noqa: RUF001 - Marks of many scripts are meant.
from __future__ import annotations

import json
from pathlib import Path

import pytest

from gateway.clients.worker import Job
from gateway.domain import HistoryMessage, Role
from gateway.retrieval.model_rewriting import ByModel, ChosenRewriter
from gateway.retrieval.rewriting import CarryOver, goes_on
from mesh.errors import ServiceError
from tests.gateway.worker import ScriptedWorker, lost

# Written for this: which of two questions that follow each other needs the first.
PAIRS = Path(__file__).with_name("follow_ups.jsonl")
FRANCE = "How many days of paid leave do employees in France get?"


def conversation(*texts: str) -> list[HistoryMessage]:
    """Questions and answers in turn, the last one a question."""
    return [
        HistoryMessage(role=Role.ASSISTANT if n % 2 else Role.USER, text=text)
        for n, text in enumerate(texts)
    ]


@pytest.mark.parametrize(
    "text",
    [
        "How many days?",
        "and in Germany?",
        "make that shorter",
        "Why?",
        "Und in Deutschland?",
        "Et en Allemagne ?",
        "¿Y en Alemania?",
        "А в Германии?",
        "那德国呢？",
        "もっと短く",
        "When was he born?",
    ],
)
def test_these_go_on(text: str):
    """
    They are about what was said before, in any language.
    """
    assert goes_on(text)


@pytest.mark.parametrize(
    "text",
    [
        FRANCE,
        "What is the boiling point of water at sea level?",
        "Welche Kündigungsfrist gilt für Mieter einer Wohnung?",
        "Quelle est la durée du congé parental en France ?",
        "员工每年有多少天带薪年假？",
        "Explain the difference between mitosis and meiosis",
    ],
)
def test_these_stand_for_themselves(text: str):
    """
    They say what they are about.
    """
    assert not goes_on(text)


@pytest.mark.parametrize(("is_gone_on", "fewest"), [(True, 0.94), (False, 1.0)])
def test_most_guesses_are_right(*, is_gone_on: bool, fewest: float):
    """
    In fifteen languages; what stands for itself is left alone, after another language.
    """
    rows = [json.loads(line) for line in PAIRS.read_text().splitlines()]
    asked = [row for row in rows if row["goes_on"] is is_gone_on]
    right = [goes_on(row["text"], row["before"]) is is_gone_on for row in asked]

    assert fewest <= sum(right) / len(asked)


def test_one_word_in_another_language_stands_for_itself():
    """
    What goes on says so, or is in the language of the question before.
    """
    assert goes_on("Öffnungszeiten?", "Welche Museen gibt es in Wien?")
    assert not goes_on("Öffnungszeiten?", FRANCE)


class TestCarryOver:
    async def test_a_first_question_is_searched_as_it_is(self):
        """
        There is nothing before it.
        """
        assert "" == await CarryOver().rewrite(conversation("and why?"))

    async def test_a_chain_of_them_goes_back_to_what_it_is_about(self):
        """
        Until the question that stands for itself.
        """
        rewritten = await CarryOver().rewrite(
            conversation(FRANCE, "25 days.", "and in Germany?", "30 days.", "and why?")
        )

        assert [FRANCE, "and in Germany?", "and why?"] == rewritten.splitlines()[:3]

    async def test_names_of_the_answer_come_along(self):
        """
        What "he" is was said by the model.
        """
        rewritten = await CarryOver().rewrite(
            conversation(
                "Who wrote Faust?", "It was Johann Goethe.", "When was he born?"
            )
        )

        assert "Goethe" in rewritten


class TestByModel:
    async def rewrite(
        self, script: list, seconds: float = 1.0
    ) -> tuple[str, list[Job]]:
        worker = ScriptedWorker(script=script)
        rewriter = ByModel(
            worker, model="large", timeout_seconds=seconds, fallback=CarryOver()
        )
        history = conversation(FRANCE, "25 days.", "and in Germany?")
        return await rewriter.rewrite(history), worker.jobs

    async def test_the_model_says_it_in_one_line(self):
        """
        It sees the conversation, and is asked for a question.
        """
        text, jobs = await self.rewrite(["How many days in", " Germany?"])

        assert "How many days in Germany?" == text
        assert "and in Germany?" in jobs[0].prompt[-1].text
        assert FRANCE in jobs[0].prompt[-1].text

    @pytest.mark.parametrize("script", [[lost()], [5.0], ["so " * 300]])
    async def test_without_a_good_answer_in_time_words_are_carried_over(self, script):
        """
        A search must not wait for a model that is slow, away, or answers instead.
        """
        text, _ = await self.rewrite(script, seconds=0.05)

        assert text.startswith(FRANCE)

    async def test_the_model_is_not_asked_about_what_stands_for_itself(self):
        """
        Nobody pays for nothing.
        """
        worker = ScriptedWorker()
        rewriter = ChosenRewriter(worker, timeout_seconds=1).of("m", by_model=True)

        assert "" == await rewriter.rewrite(conversation("Hi", "Hello", FRANCE))
        assert [] == worker.jobs
        assert isinstance(lost(), ServiceError)
