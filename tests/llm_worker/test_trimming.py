"""Leaving out as little of a prompt as it takes to fit."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from llm_worker.domain import Message, Prompt, Role
from llm_worker.trimming import choices, fit, without_oldest
from tests.llm_worker.prompts import prompt

ROLES = st.sampled_from([Role.USER, Role.ASSISTANT])
HISTORY = st.lists(st.builds(Message, ROLES, st.text(max_size=9), st.booleans()))


def counting():
    """Makes a count of words that notes how often it was asked."""
    asked = []

    async def count(one: Prompt) -> int:
        asked.append(one)
        return sum(len(message.text) for message in one.messages)

    return count, asked


async def test_the_oldest_go_first_and_no_more_than_needed():
    """
    What is left is the longest end of the history that fits.
    """
    count, _ = counting()
    asked = prompt("q" * 10, history=["u" * 10, "a" * 10] * 4)
    system = len(asked.messages[0].text)
    fitted = await fit(asked, count, system + 10 + 45)

    assert (4, system + 50) == (fitted.dropped_messages, fitted.tokens)
    assert [Role.SYSTEM, *[Role.USER, Role.ASSISTANT] * 2, Role.USER] == [
        message.role for message in fitted.prompt.messages
    ]


async def test_an_answer_goes_with_its_question():
    """
    Chat templates refuse a history that begins with an answer.
    """
    assert [0, 2, 4] == choices(prompt(history=["u", "a", "u", "a"]))
    assert [0] == choices(prompt())


async def test_what_may_not_go_stays():
    """
    None says that it does not fit at all.
    """
    count, _ = counting()

    assert await fit(prompt("q" * 100, history=["u"] * 3), count, 50) is None


async def test_counting_is_done_a_logarithmic_number_of_times():
    """
    A count is a round trip to the model's tokenizer.
    """
    count, asked = counting()
    await fit(prompt(history=["u" * 10, "a" * 10] * 500), count, 5_000)

    assert len(asked) <= 12


@given(history=HISTORY, limit=st.integers(0, 80))
async def test_fits_or_says_that_it_cannot(history, limit):
    """
    For any history: what is returned fits, is an end of what may go, and one choice
    less would not have fitted.
    """
    count, _ = counting()
    asked = Prompt("id", (*history, Message(Role.USER, "why?")))
    fitted = await fit(asked, count, limit)
    if fitted is None:
        everything = without_oldest(asked, len(history))

        assert await count(everything) > limit
        return
    options = choices(asked)
    index = options.index(fitted.dropped_messages)

    assert fitted.tokens == await count(fitted.prompt) <= limit
    assert without_oldest(asked, fitted.dropped_messages) == fitted.prompt
    if index:
        assert await count(without_oldest(asked, options[index - 1])) > limit
